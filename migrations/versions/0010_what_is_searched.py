"""Keep of section texts, questions and sessions what a search compares."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
VARIANTS = str.maketrans("髙﨑𠮷濵邊邉齋齊斎澤廣嶋嶌櫻國龍", "高崎吉浜辺辺斉斉斉沢広島島桜国竜")
JAPANESE = "\u2e80-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
BLANK_BESIDE = re.compile(f" (?=[{JAPANESE}])|(?<=[{JAPANESE}]) ")
HAN = "\u2e80-\u2fdf\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
RUBY = re.compile(
    rf"\{{([^{{}}|｜\n]{{0,40}}[{HAN}][^{{}}|｜\n]{{0,40}})(?:\\?\||｜)"
    r"([\u3041-\u3096\u30a1-\u30fa\u309d\u309e\u30fc-\u30fe・ 　]{1,80})\}"
)
COVER = re.compile(r"^:::.*$", re.MULTILINE)
TARGET = re.compile(r"\]\([^)\s]*\)")
MARKS = re.compile(r"[*`\\\[\]]|(?<!\w)_+|_+(?!\w)|^[#>\s-]+", re.MULTILINE)

TABLES = {
    "section_revisions": (["id"], ["title", "body"]),
    "question_versions": (["id"], ["body"]),
    "question_drafts": (["question_id"], ["body"]),
    "training_sessions": (["id"], ["title_text", "detail_text"]),
}
"""The key of each table, and the columns that are searched."""


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("search_key", sa.Text(), nullable=False, server_default=""))
    _fill("section_revisions", _of_section)
    _fill("question_versions", _of_question)
    _fill("question_drafts", _of_question)
    _fill("training_sessions", _of_session)


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "search_key")


def _fill(name: str, found: Callable[..., str]) -> None:
    keys, searched = TABLES[name]
    table = sa.table(name, *map(sa.column, [*keys, *searched]), sa.column("search_key", sa.Text()))
    connection = op.get_bind()
    key = table.c[keys[0]]
    rows = [
        {"of": row[0], "found": found(*row[1:])}
        for row in connection.execute(sa.select(key, *(table.c[column] for column in searched)))
    ]
    if rows:
        change = table.update().where(key == sa.bindparam("of")).values(search_key=sa.bindparam("found"))
        connection.execute(change, rows)


def _of_section(title: str | None, body: str) -> str:
    bare = MARKS.sub("", TARGET.sub("]", COVER.sub("", _with_readings(body)))).replace("|", " ")
    return _found_by([_with_readings(title or ""), bare])


def _of_question(body: Any) -> str:
    read = _read(body)
    texts = [*read.get("name", {}).values(), *read.get("prompt", {}).values()]
    return _found_by(re.sub(r"</?em>", "", text) for text in texts)


def _of_session(title: Any, detail: Any) -> str:
    return _found_by([*_read(title).values(), *_read(detail).values()])


def _read(document: Any) -> Mapping[str, Any]:
    """A JSON column, which SQLite gives as text when its type is not said."""
    return (json.loads(document) if isinstance(document, str) else document) or {}


def _with_readings(text: str) -> str:
    return " ".join([RUBY.sub(r"\1", text), *(match[2].strip() for match in RUBY.finditer(text))])


def _found_by(texts: Iterable[str]) -> str:
    return "\n".join(BLANK_BESIDE.sub("", re.sub(r"\s+", " ", _folded(text)).strip()) for text in texts)


def _folded(text: str) -> str:
    kept = []
    for letter in unicodedata.normalize("NFKC", text).casefold().translate(HIRAGANA).translate(VARIANTS):
        kind = unicodedata.category(letter) if not letter.isprintable() else ""
        kept.append("" if kind == "Cf" else " " if kind.startswith("C") else letter)
    return "".join(kept)
