"""Keep of each person what search and sorting compare; let places be retired, and count the changes of each."""

from __future__ import annotations

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
VARIANTS = str.maketrans("髙﨑𠮷濵邊邉齋齊斎澤廣嶋嶌櫻國龍", "高崎吉浜辺辺斉斉斉沢広島島桜国竜")


def upgrade() -> None:
    for column in ("reading_key", "search_key"):
        # a plain addition with a default: SQLite then need not build the table of people, to which others refer, anew
        op.add_column("people", sa.Column(column, sa.Text(), nullable=False, server_default=""))
    op.create_index(op.f("ix_people_reading_key"), "people", ["reading_key"])
    for table in ("vendors", "sites", "rooms"):
        op.add_column(table, sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True))
    for table in ("rooms", "closures"):
        op.add_column(table, sa.Column("revision", sa.Integer(), nullable=False, server_default="1"))
    _fill()


def downgrade() -> None:
    for table in ("closures", "rooms"):
        op.drop_column(table, "revision")
    for table in ("rooms", "sites", "vendors"):
        op.drop_column(table, "retired_at")
    op.drop_index(op.f("ix_people_reading_key"), "people")
    for column in ("search_key", "reading_key"):
        op.drop_column("people", column)


def _fill() -> None:
    people = sa.table(
        "people", *(sa.column(name, sa.Text()) for name in ("name", "reading", "reading_key", "search_key")),
        sa.column("id", sa.Integer()),
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(people.c.id, people.c.name, people.c.reading)).all():
        keys = {
            "reading_key": _folded(row.reading),
            "search_key": "\n".join("".join(_folded(text).translate(VARIANTS).split()) for text in row[1:]),
        }
        connection.execute(people.update().where(people.c.id == row.id).values(keys))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().translate(HIRAGANA)
