"""What a person may still be asked: its keys are not shown before, and practice does not give it away."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from lms.quizzes.core.blueprint import Candidate, DrawRow, suffices


@dataclass(frozen=True, slots=True)
class Ahead:
    """A quiz that may ask somebody again: so many papers are left, drawn by these rows from a pool, by code.

    Without rows each paper is the whole pool. ``seen`` is what the person had before; ``avoided`` what is drawn
    last, or not before somebody confirms it.
    """

    papers: int
    rows: tuple[DrawRow, ...]
    pool: Mapping[str, Candidate]
    seen: frozenset[str] = frozenset()
    avoided: frozenset[str] = frozenset()

    def may_ask(self, practised: Collection[str] = ()) -> frozenset[str]:
        """The questions that may come: of a blueprint none that was seen or practised, while what is new suffices.

        >>> stock = {code: Candidate(code, "HAR/a") for code in ("1", "2", "3")}
        >>> ahead = Ahead(1, (DrawRow(1),), stock, frozenset({"1"}))
        >>> sorted(ahead.may_ask()), sorted(ahead.may_ask({"2"})), sorted(ahead.may_ask({"2", "3"}))
        (['2', '3'], ['3'], ['1', '2', '3'])
        """
        if not self.papers:
            return frozenset()
        fresh = {code: one for code, one in self.pool.items() if code not in self.seen and code not in practised}
        certain = [one for code, one in fresh.items() if code not in self.avoided]
        if self.rows and suffices(self.rows, certain, self.papers):
            return frozenset(fresh)
        return frozenset(self.pool)


def practisable(wanted: Iterable[str], ahead: Sequence[Ahead], *, most: int) -> list[str]:
    """The first of the wanted questions that no quiz ahead can ask any more once they are practised.

    A question that is practised counts as seen; so each of them is taken only where enough is left without it.

    >>> stock = {code: Candidate(code, "HAR/a") for code in ("1", "2", "3")}
    >>> practisable(["2", "3", "1", "9"], [Ahead(1, (DrawRow(1),), stock, frozenset({"1"}))], most=9)
    ['2', '1', '9']
    """
    chosen: list[str] = []
    for code in dict.fromkeys(wanted):
        if len(chosen) < most and all(code not in quiz.may_ask([*chosen, code]) for quiz in ahead):
            chosen.append(code)
    return chosen
