"""The registry of question formats by name and file ending, with a guess from the content."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from lms.kit.findings import Finding, Level
from lms.questions.core.formats import gift, native
from lms.questions.core.formats.report import Reading

Reader = Callable[[bytes], Reading]
READERS: Mapping[str, Reader] = {"yaml": native.read, "gift": gift.read}
KNOWN = ("gift", "aiken", "moodle-xml", "qti", "csv", "xlsx", "yaml")
_BY_ENDING = {".yaml": "yaml", ".yml": "yaml", ".gift": "gift", ".csv": "csv", ".xlsx": "xlsx"}


def read(content: bytes, *, file_name: str, format_name: str | None = None) -> Reading:
    """Read questions from a file; the format is guessed from the name and the content when it is not given.

    A format that Kijun knows but does not read yet is one error finding.
    """
    chosen = format_name or guess(content, file_name)
    reader = READERS.get(chosen)
    if reader is None:
        return Reading(chosen, "utf-8", (), (Finding(Level.ERROR, "format.not-read", facts={"format": chosen}),))
    return told_when_empty(reader(content))


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
    """
    for ending, name in _BY_ENDING.items():
        if file_name.lower().endswith(ending):
            return name
    head = content[:4096].lstrip(b"\xef\xbb\xbf \r\n\t")
    if head.startswith(b"PK"):
        return "xlsx"
    if head.startswith(b"<"):
        return "moodle-xml" if b"<quiz" in head else "qti"
    if b"\nANSWER:" in content.replace(b"\r\n", b"\n"):
        return "aiken"
    return "gift"
