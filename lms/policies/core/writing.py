"""Writes a policy in the format of policy files; read again it is the same, keys included."""

from __future__ import annotations

import re
from typing import Any

import yaml

from lms.policies.core.document import DEEPEST_HEADING, Policy, Section, swallows
from lms.policies.core.outline import INTRO

_SPECIAL = re.compile(r"([\\`*_\[\]<>#&!~{}])")


def write(policy: Policy) -> str:
    """The file's text. Every section carries its key, so that it never changes on re-import.

    Sections are headings from level 2 on, as level 1 may be a title, unless they reach deeper than a file can say so.
    The introduction stands first, and last what leaves no heading after it one (a code block that is never closed).
    """
    matter = policy.matter
    head: dict[str, Any] = {"code": matter.code, "locale": matter.locale, "title": policy.title}
    head["version"] = str(matter.version) if matter.version else None
    head["effective"] = matter.effective
    head["source_version"] = str(matter.source_version) if matter.source_version else None
    head["section_sources"] = dict(matter.section_sources) or None
    head |= matter.others
    said = {key: value for key, value in head.items() if value is not None}
    front = yaml.safe_dump(said, allow_unicode=True, sort_keys=False, width=1000) if said else ""
    shift = 0 if any(section.level == DEEPEST_HEADING for section in policy.sections) else 1
    ordered = sorted(policy.sections, key=lambda section: (section.key != INTRO, swallows(section.body)))
    parts = [_section(section, shift) for section in ordered]
    return f"---\n{front}---\n" + "\n\n".join(parts) + "\n"


def _section(section: Section, shift: int) -> str:
    if section.key == INTRO:
        return section.body
    title = _SPECIAL.sub(r"\\\1", section.title or "")
    heading = f"{'#' * (section.level + shift)} {title} {{#{section.key}}}"
    return f"{heading}\n{section.body}" if section.body else heading
