"""Whether what the heads of a policy's files say agrees with their place and with each other."""

from __future__ import annotations

from lms.kit.findings import Finding, Level
from lms.policies.core.document import Policy


def place_findings(policy: Policy, locale: str) -> list[Finding]:
    """An error when the file says that it is in another language than the one it was given for."""
    said = policy.matter.locale
    if not said or said.lower().replace("_", "-").split("-")[0] == locale:
        return []
    return [_finding(Level.ERROR, "other-locale", policy, "locale", said=said, expected=locale)]


def agreement_findings(source: Policy, translation: Policy) -> list[Finding]:
    """Where the translation's head contradicts the source's: another code or version, or made from another version.

    The last is no error: hashes of the sections decide, else the stored text of that version.
    """
    found = []
    for key, said, expected in (
        ("code", translation.matter.code, source.matter.code),
        ("version", translation.matter.version, source.matter.version),
    ):
        if said and expected and said != expected:
            facts = {"key": key, "said": str(said), "expected": str(expected)}
            found.append(_finding(Level.ERROR, "other-than-source", translation, key, **facts))
    made_from, number = translation.matter.source_version, source.matter.version
    if made_from and number and made_from != number and not translation.matter.section_sources:
        facts = {"made_from": str(made_from), "number": str(number)}
        found.append(_finding(Level.WARNING, "other-source-version", translation, "source_version", **facts))
    return found


def _finding(level: Level, code: str, policy: Policy, at: str, **facts: str) -> Finding:
    return Finding(level, code, policy.matter.places.get(at), 1, facts)
