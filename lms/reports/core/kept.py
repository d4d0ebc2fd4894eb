"""A document as text that can be kept, and back: what was made once is read again as it was."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from lms.kit import tables
from lms.policies.core.markup import Prose
from lms.reports.core import document as documents
from lms.reports.core.document import Document, Look

_VALUES: dict[str, Any] = {
    each.__name__: each
    for each in (
        *(tables.Spoken, tables.Piece, tables.Figure, tables.Choices, tables.Column, tables.Table),
        *(documents.Grid, documents.Group, documents.Heading, documents.Paragraph, documents.Points),
        *(documents.Terms, documents.Quote, documents.Part, Document, Prose),
    )
}
_WORDS: dict[str, Any] = {"Kind": tables.Kind, "Look": Look}


def written(document: Document) -> bytes:
    """The document as JSON."""
    return json.dumps(_plain(document), ensure_ascii=False, separators=(",", ":")).encode()


def read(content: bytes) -> Document:
    """The document that was written."""
    found = _value(json.loads(content))
    if not isinstance(found, Document):
        raise TypeError("no document")
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return {"word": type(value).__name__, "is": value.value}
    if is_dataclass(value) and not isinstance(value, type):
        return {"a": type(value).__name__, **{one.name: _plain(getattr(value, one.name)) for one in fields(value)}}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, datetime):
        return {"moment": value.isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    return str(value) if isinstance(value, str) else value


def _value(found: Any) -> Any:
    if isinstance(found, list):
        return tuple(_value(each) for each in found)
    if not isinstance(found, dict):
        return found
    if "moment" in found:
        return datetime.fromisoformat(found["moment"])
    if "day" in found:
        return date.fromisoformat(found["day"])
    if "word" in found:
        return _WORDS[found["word"]](found["is"])
    return _VALUES[found["a"]](**{name: _value(each) for name, each in found.items() if name != "a"})
