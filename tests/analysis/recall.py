"""How well faults of a quiz are found: recall and precision over seeds, faults and numbers of attempts.

    python -m tests.analysis.recall MODULE:FUNCTION [--n 30 60 100 200 400] [--seeds 20] [--between 0] [--spread 1]
        [--into FILE]

FUNCTION takes the ``Evidence`` of a quiz (``tests.analysis.faults``) and gives verdicts, as pairs of name and place; it
never sees what was planted. The tables are printed, or written into FILE between the lines ``<!-- recall -->`` and
``<!-- end of recall -->``.

Each seed and fault is a quiz of its own, eleven for a seed: six have one sharp fault, four something to describe, one
has nothing. Recall is the share of the planted sharp faults that are named at their place. Precision is the share of
right ones among all sharp verdicts given in all the quizzes, those without a sharp fault too; whatever else is said of
the place, or is said of another, is wrong. Other names than the sharp ones are not counted.
"""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from lms.kit.figures import wilson
from tests.analysis.answering import Setting
from tests.analysis.faults import SHARP, Case, Evidence, Fault, Verdict, plant

Diagnose: TypeAlias = Callable[[Evidence], Iterable[Verdict]]
SIZES = (30, 60, 100, 200, 400)
SEEDS = 20
COUNTED = frozenset(fault.value for fault in SHARP)
START, END = "<!-- recall -->", "<!-- end of recall -->"


@dataclass(frozen=True, slots=True)
class Tally:
    """``found`` of ``planted`` faults were named at their place; ``given`` sharp verdicts in all, in ``quizzes``."""

    quizzes: int = 0
    planted: int = 0
    found: int = 0
    given: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.quizzes + other.quizzes,
            self.planted + other.planted,
            self.found + other.found,
            self.given + other.given,
        )

    @property
    def false(self) -> int:
        """How many of the verdicts are wrong."""
        return self.given - self.found

    @property
    def recall(self) -> float | None:
        """Found of planted; None when nothing was planted."""
        return self.found / self.planted if self.planted else None

    @property
    def precision(self) -> float | None:
        """Right of given; None when nothing was given."""
        return self.found / self.given if self.given else None


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of ``n`` attempts an item: a tally for each fault that was planted."""

    n: int
    faults: Mapping[Fault, Tally]

    @property
    def pooled(self) -> Tally:
        """All of them together."""
        return sum(self.faults.values(), Tally())

    @property
    def quiet(self) -> Tally:
        """Those without a sharp fault."""
        return sum((tally for fault, tally in self.faults.items() if fault not in SHARP), Tally())


def count(diagnose: Diagnose, case: Case) -> Tally:
    """One quiz."""
    given = {verdict for verdict in diagnose(case.evidence) if verdict[0] in COUNTED}
    return Tally(1, len(case.planted), len(given & case.planted), len(given))


def measure(
    diagnose: Diagnose,
    n: int,
    seeds: Iterable[int] = range(SEEDS),
    faults: Sequence[Fault] = tuple(Fault),
    setting: Setting = Setting(),  # noqa: B008 - it is frozen
) -> Measured:
    """Recall and precision at ``n`` attempts an item."""
    setting, seeds, places = replace(setting, n=n), list(seeds), list(Fault)
    return Measured(
        n,
        {
            fault: sum((count(diagnose, plant(fault, (seed, places.index(fault)), setting)) for seed in seeds), Tally())
            for fault in faults
        },
    )


def curve(
    diagnose: Diagnose,
    sizes: Iterable[int] = SIZES,
    seeds: Iterable[int] = range(SEEDS),
    setting: Setting = Setting(),  # noqa: B008 - it is frozen
) -> list[Measured]:
    """The same for several numbers of attempts."""
    seeds = list(seeds)
    return [measure(diagnose, n, seeds, setting=setting) for n in sizes]


def share(part: int, whole: int) -> str:
    """A share with its 95 % Wilson interval, as it stands in a table."""
    if not whole:
        return "–"
    interval = wilson(part, whole)
    return f"{part / whole:.3f} ({interval.low:.3f}–{interval.high:.3f})"


def tables(measured: Sequence[Measured]) -> str:
    """Two tables in Markdown: all faults pooled by n, and recall fault by fault."""
    lines = [
        "| n | planted | found | recall (95 %) | verdicts | wrong | precision (95 %) | wrong where nothing sharp is |",
        "|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for one in measured:
        all_, quiet = one.pooled, one.quiet
        lines.append(
            f"| {one.n} | {all_.planted} | {all_.found} | {share(all_.found, all_.planted)} | {all_.given}"
            f" | {all_.false} | {share(all_.found, all_.given)} | {quiet.false} in {quiet.quizzes} quizzes |"
        )
    names = [fault for fault in SHARP if any(fault in one.faults for one in measured)]
    lines += ["", "| recall at n | " + " | ".join(names) + " |", "|--:|" + "--:|" * len(names)]
    for one in measured:
        cells = [share(tally.found, tally.planted) for tally in (one.faults.get(name, Tally()) for name in names)]
        lines.append(f"| {one.n} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def write_into(page: Path, text: str) -> None:
    """Put the tables into a page in place of those that stand there; ValueError without the two lines around them."""
    before, start, rest = page.read_text(encoding="utf-8").partition(START)
    _, end, after = rest.partition(END)
    if not start or not end:
        raise ValueError(f"{page} has no place for the tables: {START} and {END}")
    page.write_text(f"{before}{START}\n\n{text}\n{END}{after}", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print, or write into a page."""
    parser = argparse.ArgumentParser(description="How well faults of a quiz are found.")
    parser.add_argument("diagnose", metavar="MODULE:FUNCTION")
    parser.add_argument("--n", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--between", type=float, default=0.0, help="how unlike sections are by nature, in logits")
    parser.add_argument("--spread", type=float, default=1.0, help="how much of what differs by nature there is, 0 to 1")
    parser.add_argument("--into", type=Path, metavar="FILE")
    asked = parser.parse_args(arguments)
    module, _, name = asked.diagnose.partition(":")
    diagnose: Diagnose = getattr(importlib.import_module(module), name)
    text = tables(curve(diagnose, asked.n, range(asked.seeds), Setting(between=asked.between, spread=asked.spread)))
    if asked.into is None:
        print(text, end="")
    else:
        write_into(asked.into, text)


if __name__ == "__main__":
    main()
