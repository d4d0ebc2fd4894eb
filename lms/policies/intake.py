"""Taking in a checked policy: without what has errors, as a new version or as the one that already says the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lms.accounts.models import Person
from lms.foundation import clock
from lms.foundation.locale import SOURCE_LOCALE
from lms.kit.findings import Finding, Level
from lms.kit.problems import Invalid
from lms.policies import actions, queries
from lms.policies.core.check import Checked
from lms.policies.core.front_matter import instant
from lms.policies.core.leaving_out import leave_out_errors
from lms.policies.core.staleness import Freshness, section_sha256
from lms.policies.models import PolicyVersion, VersionState


@dataclass(frozen=True, slots=True)
class Imported:
    """A version that was stored, and everything found on the way: what was left out is ``dropped``.

    ``is_unchanged`` says that the version was there already, word for word, and that nothing was stored.
    """

    version: PolicyVersion
    findings: Sequence[Finding]
    is_unchanged: bool = False

    @property
    def is_whole(self) -> bool:
        return not self.left_out

    @property
    def left_out(self) -> list[Finding]:
        """The parts that were left out."""
        return [finding for finding in self.findings if finding.level is Level.DROPPED]


def import_checked(
    checked: Checked,
    *,
    skip_errors: bool = False,
    code: str | None = None,
    effective_at: datetime | None = None,
    publish: bool = False,
    holds_back_older: bool = False,
    by: Person | None = None,
) -> Imported:
    """Store a checked policy; with ``skip_errors`` without what has errors. What is stored already stays as it is.

    A version from which something was left out is not published at once: somebody should look at it first. So it is,
    with ``holds_back_older``, with one that meets a newer version in force.
    """
    rest, dropped = leave_out_errors(checked) if skip_errors and checked.has_errors else (checked, [])
    if rest is None or rest.has_errors:
        raise Invalid("policy.has_errors")
    same = _find_same(rest, code, effective_at)
    version = same or actions.import_policy(rest, code=code, effective_at=effective_at, by=by)
    found = [*checked.findings, *dropped, *_stale_findings(version)]
    if publish and not dropped and version.state == VersionState.DRAFT:
        newer = queries.find_newer_in_force(version, clock.now())
        if newer is not None:
            outcome = "older-held-back" if holds_back_older else "older-published"
            facts = {"number": version.number, "newer": newer.number}
            found.append(Finding(Level.WARNING, outcome, facts=facts))
        if newer is None or not holds_back_older:
            actions.publish_or_ask(version, by=by)
    return Imported(version, found, is_unchanged=same is not None)


def _find_same(checked: Checked, code: str | None, effective_at: datetime | None) -> PolicyVersion | None:
    """The version that holds just what the files say: the one that they name, else the newest of the policy."""
    matter = checked.source.matter
    module = queries.find_module(code or matter.code or "")
    if module is None:
        return None
    if matter.version is not None:
        version = queries.find_version(module, matter.version)
    else:
        version = next(iter(queries.list_versions(module)), None)
    if version is None or not _has_head(version, checked, effective_at):
        return None
    return version if _stored_texts(version) == _texts_to_store(version, checked) else None


def _has_head(version: PolicyVersion, checked: Checked, effective_at: datetime | None) -> bool:
    """Whether titles, front matter and the instant, as far as one is said, are those of a version."""
    said = effective_at or (instant(checked.source.matter.effective) if checked.source.matter.effective else None)
    if said is not None and said != version.effective_at:
        return False
    titles = {SOURCE_LOCALE: checked.source.title or version.module.code}
    if checked.translation is not None and checked.translation.title:
        titles["ja"] = checked.translation.title
    kept = _without_instant(actions.kept_of_heads(checked))
    return titles == version.title_text and kept == _without_instant(version.front_matter)


def _without_instant(heads: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Heads without the instant of effect, which publishing adds; the version's column has it."""
    return {locale: {key: said for key, said in head.items() if key != "effective"} for locale, head in heads.items()}


def _stored_texts(version: PolicyVersion) -> list[Any]:
    return [
        (
            text.key,
            text.level,
            {locale: (text.titles[locale], body, text.made_from[locale]) for locale, body in text.bodies.items()},
        )
        for text in queries.load_sections([version.id])[version.id]
    ]


def _texts_to_store(version: PolicyVersion, checked: Checked) -> list[Any]:
    beside = {row.key: section_sha256(row.source.body) for row in checked.rows if row.source is not None}
    translation = checked.translation
    sources = actions.sources_of(version, translation.matter, beside) if translation is not None else {}
    found = []
    for row in checked.rows:
        texts: dict[str, tuple[str | None, str, str | None]] = {}
        if row.source is not None:
            texts[SOURCE_LOCALE] = (row.source.title, row.source.body, None)
        if row.translation is not None:
            texts["ja"] = (row.translation.title, row.translation.body, sources.get(row.key) or None)
        found.append((row.key, row.level, texts))
    return found


def _stale_findings(version: PolicyVersion) -> list[Finding]:
    """A warning that names the sections whose translation was made from another text than the version has."""
    sections = queries.load_sections([version.id])[version.id]
    stale = [section.key for section in sections if section.freshness.get("ja") is Freshness.STALE]
    if not stale:
        return []
    return [Finding(Level.WARNING, "stale-sections", facts={"keys": ", ".join(stale), "file": "ja"})]
