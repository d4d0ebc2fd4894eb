"""What is left of a policy with errors when only what is in order shall be taken.

A section with an error is left out: of the English file with the sections below it and in both languages, of the
Japanese one its translation. An error outside the sections is one of the whole file. Without its English file a policy
is nothing; without its Japanese one it stands in English alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from lms.kit.findings import Finding, Level
from lms.policies.core.check import Checked, Match, Row
from lms.policies.core.document import Section

IN_JAPANESE = "ja"


def leave_out_errors(checked: Checked) -> tuple[Checked | None, list[Finding]]:
    """The policy without what has errors, None when nothing is left; and each part left out as ``dropped``."""
    errors = [finding for finding in checked.findings if finding.level is Level.ERROR]
    english = [finding for finding in errors if finding.facts.get("file") != IN_JAPANESE]
    japanese = [finding for finding in errors if finding.facts.get("file") == IN_JAPANESE]
    bad_source = _faulty(checked.source.sections, english)
    if bad_source is None:
        return None, []
    bad_source = _with_subsections(checked.source.sections, bad_source)
    sections = checked.translation.sections if checked.translation is not None else ()
    bad_translation = _faulty(sections, japanese)
    dropped = [] if bad_translation is not None else [_dropped("left-out-file", None, file=IN_JAPANESE)]
    rows = []
    for row in checked.rows:
        if row.source is not None and row.source.line in bad_source:
            dropped.append(_dropped("left-out-section", row.source.line, key=row.key))
            continue
        is_bad = row.translation is not None and (bad_translation is None or row.translation.line in bad_translation)
        if is_bad and row.translation is not None and bad_translation is not None:
            dropped.append(_dropped("left-out-translation", row.translation.line, key=row.key, file=IN_JAPANESE))
        if not is_bad:
            rows.append(row)
        elif row.source is not None:
            rows.append(replace(row, translation=None, match=Match.MISSING))
    if not any(row.source is not None for row in rows):
        return None, []
    return _rest(checked, rows, has_translation=bad_translation is not None), dropped


def _rest(checked: Checked, rows: Sequence[Row], *, has_translation: bool) -> Checked:
    kept = [finding for finding in checked.findings if finding.level is not Level.ERROR]
    return Checked(checked.source, checked.translation if has_translation else None, rows, kept)


def _faulty(sections: Sequence[Section], errors: Iterable[Finding]) -> set[int] | None:
    """The sections with errors, by the line where they start; None when an error stands outside them all."""
    found = set()
    for error in errors:
        starts = [section.line for section in sections if error.line is not None and section.line <= error.line]
        if not starts:
            return None
        found.add(max(starts))
    return found


def _with_subsections(sections: Sequence[Section], faulty: set[int]) -> set[int]:
    found, above = set(), 0
    for section in sections:
        if above and section.level > above:
            found.add(section.line)
            continue
        above = section.level if section.line in faulty else 0
        if above:
            found.add(section.line)
    return found


def _dropped(code: str, line: int | None, **facts: str) -> Finding:
    return Finding(Level.DROPPED, code, line, 1 if line else None, facts)
