"""A section's text with what changed in it since an earlier one: additions in ``<ins>``, what is gone in ``<del>``.

Blocks are compared first (paragraph with paragraph, a list or table as one), so that a new paragraph is new as a whole
and a changed one shows its words.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from lms.kit.diffs import edits, likeness
from lms.policies.core.fragment import Run, read
from lms.policies.core.markup import Block, Prose

LEAST_LIKENESS = 0.4
"""Less alike, two blocks are no changed one but one that went and one that came."""
_VOID = ("<br", "<hr")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A block of HTML that stands by itself, and the label of the sensitive block that it is in."""

    block: Block
    html: str


def with_changes(earlier: Iterable[Block], now: Iterable[Block]) -> list[Block]:
    """The blocks as they are now, with what is new in ``<ins>`` and what is gone in ``<del>``.

    >>> from lms.policies.core.markup import blocks
    >>> with_changes(blocks("Remove *three* posts."), blocks("Remove *two* posts."))
    [Prose(html='<p>Remove <em><del>three</del><ins>two</ins></em> posts.</p>')]
    """
    old, new = _pieces(earlier), _pieces(now)
    head = 0
    while head < min(len(old), len(new)) and old[head].html == new[head].html:
        head += 1
    found = list(new[:head])
    for before, after in _pairs(old[head:], new[head:]):
        if after is None and before is not None:
            found.append(replace(before, html=_whole(before.html, "del")))
        elif after is not None and before is None:
            found.append(replace(after, html=_whole(after.html, "ins")))
        elif after is not None and before is not None:
            found.append(replace(after, html=_changed(before.html, after.html)))
    return _joined(found)


def _pieces(blocks: Iterable[Block]) -> list[_Piece]:
    return [_Piece(block, piece) for block in blocks for piece in _topmost(block.html)]


def _topmost(cleaned: str) -> list[str]:
    """The elements that stand in no other one, each with its tags; text between them belongs to the next."""
    found, parts, depth = [], list[str](), 0
    for piece in read(cleaned).pieces:
        if isinstance(piece, Run):
            parts.append(html.escape(piece.text, quote=False))
            continue
        parts.append(piece)
        if not piece.startswith("<") or piece.startswith(_VOID):
            continue
        depth += -1 if piece.startswith("</") else 1
        if depth == 0:
            found.append("".join(parts).strip("\n"))
            parts = []
    rest = "".join(parts).strip()
    return [*found, rest] if rest else found


def _pairs(old: Sequence[_Piece], new: Sequence[_Piece]) -> list[tuple[_Piece | None, _Piece | None]]:
    """Each block with the one that it was, in order; of all ways to pair them the one that keeps most.

    None stands for a block that went (before the next one that stayed) or came.
    """
    worth = [[_worth(before, after) for after in new] for before in old]
    best = [[0.0] * (len(new) + 1) for _row in range(len(old) + 1)]
    for at in reversed(range(len(old))):
        for to in reversed(range(len(new))):
            paired = worth[at][to] + best[at + 1][to + 1] if worth[at][to] else 0.0
            best[at][to] = max(best[at + 1][to], best[at][to + 1], paired)
    found: list[tuple[_Piece | None, _Piece | None]] = []
    at = to = 0
    while at < len(old) and to < len(new):
        if worth[at][to] and best[at][to] == worth[at][to] + best[at + 1][to + 1]:
            found.append((old[at], new[to]))
            at, to = at + 1, to + 1
        elif best[at][to] == best[at + 1][to]:
            found.append((old[at], None))
            at += 1
        else:
            found.append((None, new[to]))
            to += 1
    return [*found, *((piece, None) for piece in old[at:]), *((None, piece) for piece in new[to:])]


def _worth(before: _Piece, after: _Piece) -> float:
    """How much two blocks have in common, by length; 0 when they are too little alike to be one."""
    if before.html == after.html:
        return 1.0 + len(after.html)
    if (label_of(before.block) is None) != (label_of(after.block) is None):
        return 0.0
    old, new = read(before.html).text, read(after.html).text
    alike = likeness(old, new)
    return alike * len(new) if alike >= LEAST_LIKENESS else 0.0


def label_of(block: Block) -> object | None:
    """The label of a sensitive block."""
    return None if isinstance(block, Prose) else block.label


def _changed(before: str, after: str) -> str:
    old, fragment = read(before), read(after)
    found = edits(old.text, fragment.text)
    if not found:
        return after
    parts: list[str] = []
    left = list(found)
    runs = [piece for piece in fragment.pieces if isinstance(piece, Run)]
    last = runs[-1] if runs else None
    for piece in fragment.pieces:
        if isinstance(piece, str):
            parts.append(piece)
            continue
        end = piece.first + len(piece.text)
        place = piece.first
        for edit in found:
            is_here = edit.first < end or edit.first == edit.end == end or piece is last
            if edit.removed.strip() and edit in left and is_here:
                cut = min(max(edit.first, place), end)
                parts += [_text(piece, place, cut), f"<del>{_flat(edit.removed)}</del>"]
                place = cut
                left.remove(edit)
            first, stop = max(edit.first, place), min(edit.end, end)
            if first < stop:
                added = _text(piece, first, stop)
                parts += [_text(piece, place, first), f"<ins>{added}</ins>" if added.strip() else added]
                place = stop
        parts.append(_text(piece, place, end))
    return "".join(parts)


def _whole(cleaned: str, tag: str) -> str:
    fragment = read(cleaned)
    return fragment.wrapped(
        [(0, len(fragment.text))], lambda _number, text: f"<{tag}>{text}</{tag}>" if text.strip() else text
    )


def _text(run: Run, first: int, end: int) -> str:
    return html.escape(run.text[first - run.first : end - run.first], quote=False)


def _flat(removed: str) -> str:
    """What is gone, on one line: the ends of its blocks are gone with it."""
    return html.escape(" ".join(removed.split("\n")), quote=False)


def _joined(pieces: Iterable[_Piece]) -> list[Block]:
    """The pieces in blocks again: those that stood in one block stand in one."""
    found: list[Block] = []
    latest: Block | None = None
    for piece in pieces:
        if (
            found
            and label_of(piece.block) == label_of(found[-1])
            and (label_of(piece.block) is None or piece.block is latest)
        ):
            found[-1] = replace(found[-1], html=f"{found[-1].html}\n{piece.html}")
        else:
            found.append(replace(piece.block, html=piece.html))
        latest = piece.block
    return found
