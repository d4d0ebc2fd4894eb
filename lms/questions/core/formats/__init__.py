"""The registry of question formats by name and file ending, with a guess from the content."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from lms.kit.findings import Finding, Level
from lms.questions.core.formats import gift, native
from lms.questions.core.formats.report import Reading

Reader = Callable[[bytes], Reading]
READERS: Mapping[str, Reader] = {"yaml": native.read, "gift": gift.read}
KNOWN = ("gift", "aiken", "moodle-xml", "qti", "csv", "xlsx", "yaml")
UNKNOWN = "unknown"
_JSON_HEAD = re.compile(r"""\{\s*"|\[\s*[\[{"]""")
_GIFT_SIGNS = (b"{", b"::", b"$CATEGORY:")
_BY_ENDING = {".yaml": "yaml", ".yml": "yaml", ".gift": "gift", ".csv": "csv", ".xlsx": "xlsx"}


def read(content: bytes, *, file_name: str, format_name: str | None = None) -> Reading:
    """Read questions from a file; the format is guessed from the name and the content when it is not given.

    A format that Kijun does not read is one error finding; so is a text that is GIFT neither by its name nor in any
    of its items.
    """
    chosen = format_name or guess(content, file_name)
    reader = READERS.get(chosen)
    if reader is None:
        return _not_read(chosen)
    reading = reader(content)
    is_said = format_name is not None or _of_ending(file_name) == chosen
    is_prose = chosen == "gift" and (gift.is_without_items(reading) or _is_prose(reading, file_name))
    return _not_read(UNKNOWN) if is_prose and not is_said else told_when_empty(reading)


def told_when_empty(reading: Reading) -> Reading:
    """A reading without questions and without findings says that there is no question."""
    if reading.questions or reading.findings:
        return reading
    return replace(reading, findings=(Finding(Level.ERROR, "file.no-questions"),))


def guess(content: bytes, file_name: str) -> str:
    """The likeliest format of a file.

    >>> guess(b"<quiz>", "export.xml"), guess(b"::a:: b {T}", "x.txt")
    ('moodle-xml', 'gift')
    >>> guess(b"Which?\\nA. One\\nB. Two\\nANSWER: A", "x.txt")
    'aiken'
    >>> guess(b'[{"question": "Which?"}]', "x.gift"), guess(b"# Prose", "x.md")
    ('json', 'unknown')
    """
    by_ending = _of_ending(file_name)
    if by_ending in (None, "gift") and _is_json(content):
        return "json"
    if by_ending is not None:
        return by_ending
    head = content[:4096].lstrip(b"\xef\xbb\xbf \r\n\t")
    if head.startswith(b"PK"):
        return "xlsx"
    if head.startswith(b"<"):
        return "moodle-xml" if b"<quiz" in head else "qti"
    if b"\nANSWER:" in content.replace(b"\r\n", b"\n"):
        return "aiken"
    return "gift" if any(sign in content for sign in _GIFT_SIGNS) else UNKNOWN


def _of_ending(file_name: str) -> str | None:
    return next((name for ending, name in _BY_ENDING.items() if file_name.lower().endswith(ending)), None)


def _is_prose(reading: Reading, file_name: str) -> bool:
    """Whether a text that is no plain text by its name has nothing in it but braces that look like items."""
    return not gift.has_items(reading) and file_name.lower().endswith((".md", ".markdown"))


def _is_json(content: bytes) -> bool:
    """Whether the content is JSON, or starts as JSON does and GIFT does not (JSON of one value a line does)."""
    is_wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    head = content[:4096].decode("utf-16" if is_wide else "utf-8-sig", "ignore").lstrip()
    if _JSON_HEAD.match(head):
        return True
    if not head.startswith(("{", "[")):
        return False
    try:
        json.loads(content)
    except (ValueError, RecursionError):
        return False
    return True


def _not_read(name: str) -> Reading:
    return Reading(name, "utf-8", (), (Finding(Level.ERROR, "format.not-read", facts={"format": name}),))
