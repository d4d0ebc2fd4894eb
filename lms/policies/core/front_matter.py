"""The head of a policy file: ``---`` YAML or ``+++`` TOML, every fault with its line."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from lms.kit.findings import Finding, Level
from lms.policies.core import glossary
from lms.policies.core.version import VersionNumber, parse_number

_OPENS = (
    *(yaml.BlockSequenceStartToken, yaml.BlockMappingStartToken),
    *(yaml.FlowSequenceStartToken, yaml.FlowMappingStartToken),
)
_CLOSES = (yaml.BlockEndToken, yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken)
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
DEEPEST = 20
"""How many lists and mappings a head may have inside each other."""
KNOWN = ("code", "locale", "title", "version", "effective", "source_version", "section_sources")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What the head says. ``others`` keeps unknown keys as they were, for export."""

    code: str | None = None
    locale: str | None = None
    title: str | None = None
    version: VersionNumber | None = None
    effective: str | None = None
    """Local time and zone as written, such as ``2026-11-12T10:00 Asia/Tokyo``; see ``instant``."""
    source_version: VersionNumber | None = None
    section_sources: Mapping[str, str] = field(default_factory=dict)
    """Key to hash of the source section; an empty hash stands for a source that nobody knows."""
    others: Mapping[str, Any] = field(default_factory=dict)
    places: Mapping[str, int] = field(default_factory=dict, compare=False)
    """The line of each key (from 1)."""


def split(text: str) -> tuple[str, str, int]:
    """The mark (``---``, ``+++`` or nothing), the head between the marks, the line where the body starts (from 0)."""
    lines = text.split("\n")
    mark = lines[0].rstrip()
    if mark not in {"---", "+++"}:
        return "", "", 0
    for number, line in enumerate(lines[1:], start=1):
        if line.rstrip() == mark:
            return mark, "\n".join(lines[1:number]), number + 1
    return mark, "\n".join(lines[1:]), len(lines)


def read(mark: str, head: str) -> tuple[FrontMatter, list[Finding]]:
    """Read a head. Lines count from the first line of the file."""
    findings: list[Finding] = []
    values, places = _toml(head, findings) if mark == "+++" else _yaml(head, findings)
    others = {key: value for key, value in values.items() if key not in KNOWN}
    for key in others:
        if key == glossary.KEY:
            findings += [
                Finding(Level.WARNING, "bad-glossary", places.get(key), 1, {"number": number})
                for number in glossary.faulty_entries(others[key])
            ]
            continue
        findings.append(Finding(Level.INFO, "unknown-key", places.get(key), 1, {"key": key}))

    def word(key: str) -> str | None:
        value = values.get(key)
        if value is None:
            return None
        if isinstance(value, dict | list):
            findings.append(Finding(Level.ERROR, "front-matter-value", places.get(key), 1, {"key": key}))
            return None
        return str(value).strip()

    def version(key: str) -> VersionNumber | None:
        written = word(key)
        number = parse_number(written) if written else None
        if written and number is None:
            findings.append(Finding(Level.ERROR, "bad-version", places.get(key), 1, {"key": key, "value": written}))
        return number

    effective = word("effective")
    if effective is not None and instant(effective) is None:
        findings.append(Finding(Level.ERROR, "bad-effective", places.get("effective"), 1, {"value": effective}))
        effective = None
    sources = values.get("section_sources") or {}
    if not isinstance(sources, dict):
        findings.append(
            Finding(Level.ERROR, "front-matter-value", places.get("section_sources"), 1, {"key": "section_sources"})
        )
        sources = {}
    matter = FrontMatter(
        code=word("code"),
        locale=word("locale"),
        title=word("title"),
        version=version("version"),
        effective=effective,
        source_version=version("source_version"),
        section_sources={str(key): _hash(str(key), value, places, findings) for key, value in sources.items()},
        others=others,
        places=places,
    )
    return matter, findings


def instant(written: str) -> datetime | None:
    """The instant that ``2026-11-12T10:00 Asia/Tokyo`` says; None when it says none.

    >>> instant("2026-11-12T10:00 Asia/Tokyo").isoformat()
    '2026-11-12T10:00:00+09:00'
    """
    when, _, zone_name = written.strip().partition(" ")
    try:
        moment = datetime.fromisoformat(when)
        if moment.tzinfo is not None:
            return None if zone_name.strip() else moment
        moment = moment.replace(tzinfo=ZoneInfo(zone_name.strip()))
        moment.astimezone(UTC)  # the first and last days of the calendar have no such instant
    except (ValueError, KeyError, OSError, OverflowError):
        return None
    return moment


def written_instant(moment: datetime, zone_name: str) -> str:
    """An instant as a policy file says it: local time, with seconds where it has some, and zone.

    In the hour that a clock goes through twice, local time and zone do not say which; the offset does.

    >>> written_instant(datetime(2026, 11, 12, 1, 0, 5, tzinfo=UTC), "Asia/Tokyo")
    '2026-11-12T10:00:05 Asia/Tokyo'
    """
    local = moment.astimezone(ZoneInfo(zone_name))
    timespec = "auto" if local.second or local.microsecond else "minutes"
    written = f"{local.replace(tzinfo=None).isoformat(timespec=timespec)} {zone_name}"
    said = instant(written)
    is_same = said is not None and said.astimezone(UTC) == moment.astimezone(UTC)
    return written if is_same else local.isoformat(timespec=timespec)


def _hash(key: str, value: Any, places: Mapping[str, int], findings: list[Finding]) -> str:
    """A hash of ``section_sources``; empty (of an unknown source) when it is none."""
    written = "" if value is None else str(value).strip().lower()
    if written and not _SHA256.match(written):
        findings.append(Finding(Level.WARNING, "bad-source-hash", places.get("section_sources"), 1, {"key": key}))
        return ""
    return written


def _yaml(head: str, findings: list[Finding]) -> tuple[dict[str, Any], dict[str, int]]:
    try:
        bomb = _bomb(head)
        if bomb is not None:
            findings.append(Finding(Level.ERROR, "front-matter-syntax", *bomb))
            return {}, {}
        node = yaml.compose(head, Loader=yaml.SafeLoader)
        values = yaml.safe_load(head)
        plain = _plain(values)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line, column = (mark.line + 2, mark.column + 1) if mark else (1, 1)
        findings.append(Finding(Level.ERROR, "front-matter-syntax", line, column))
        return {}, {}
    except ValueError:  # a date that is none
        findings.append(Finding(Level.ERROR, "front-matter-syntax", 1, 1))
        return {}, {}
    if node is None:
        return {}, {}
    if not isinstance(node, yaml.MappingNode) or not isinstance(plain, dict):
        findings.append(Finding(Level.ERROR, "front-matter-syntax", 1, 1))
        return {}, {}
    places = {str(key.value): key.start_mark.line + 2 for key, _ in node.value}
    # scalars as they were written: 4.10 is a version, not the number 4.1
    written = {str(key.value): _plain(value.value) for key, value in node.value if isinstance(value, yaml.ScalarNode)}
    known = {key: written.get(key, value) for key, value in plain.items() if key in KNOWN and value is not None}
    return plain | known, places


def _bomb(head: str) -> tuple[int, int] | None:
    """Line and column of what would cost more than any head is worth; None where there is none."""
    depth = 0
    for token in yaml.scan(head, Loader=yaml.SafeLoader):
        # an alias repeats what it names: a few lines could stand for more values than any machine holds
        if isinstance(token, yaml.AnchorToken | yaml.AliasToken):
            return _place(token)
        # each token is compared with every list in brackets that is open
        depth += isinstance(token, _OPENS)
        depth -= isinstance(token, _CLOSES)
        if depth > DEEPEST:
            return _place(token)
    return None


def _place(token: yaml.Token) -> tuple[int, int]:
    """Line and column of the file; the head begins in its second line."""
    return token.start_mark.line + 2, token.start_mark.column + 1


def _toml(head: str, findings: list[Finding]) -> tuple[dict[str, Any], dict[str, int]]:
    try:
        values = {key: _plain(value) for key, value in tomllib.loads(head).items()}
    except (ValueError, RecursionError):  # no TOML; a number of thousands of digits; nesting without end
        findings.append(Finding(Level.ERROR, "front-matter-syntax", 1, 1))
        return {}, {}
    places: dict[str, int] = {}
    for number, line in enumerate(head.split("\n"), start=2):
        places.setdefault(line.partition("=")[0].strip(), number)
    return values, places


def _plain(value: Any) -> Any:
    """The value as JSON can hold it."""
    if isinstance(value, dict):
        return {_plain(str(key)): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    # what no database takes: halves of a character, NUL, and YAML's bytes and sets
    return str(value).encode("utf-8", "replace").decode().replace("\x00", "\ufffd")
