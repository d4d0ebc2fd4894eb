"""What somebody learns who has every view of the page and subtracts them from one another as they like.

Each figure is a sum over people, so what is told is what lies in the span of the figures' populations. People are
counted here in cells of one cohort and one language. Which cells a figure holds is found by adding up what the tables
of the database say of each set of cells: their n and the facility of every question together tell the sets apart.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
import pytest
from flask import Flask

from tests.analysis.classes import make_class, take
from tests.analysis.page import PATH, AnalysisPage
from tests.analysis.rows import Sheet, load_results
from tests.conftest import SignIn, Unit, Visitor
from tests.quizzes import sitting

Cell = tuple[str, str]
"""Cohort (empty for nobody's) and language."""
People = Mapping[Cell, Sequence[Sheet]]
COHORTS = ("", "tokyo-a", "osaka-b", "mixed", "even", "tiny")
LANGUAGES = ("", "en", "ja")


@dataclass(frozen=True)
class Figure:
    """What a view says of everybody in it, or of those of one language: the n, and each question's facility."""

    cohort: str
    language: str
    n: int
    facility: tuple[tuple[str, float], ...]


@pytest.fixture
def qa(sample: Flask, sign_in_as: SignIn) -> Visitor:
    with sample.app_context():
        code = sitting.person("qa@kijun.example").code
    return sign_in_as(code)


@pytest.fixture
def people(sample: Flask, unit: Unit) -> People:
    """Four in English in a class of twelve, a class of both languages, a class of three, and one without a cohort."""
    with unit():
        make_class("mixed", [*["en"] * 4, *["ja"] * 8])
        make_class("even", [*["en"] * 6, *["ja"] * 7])
        make_class("tiny", ["en", "en", "ja"])
        take(sitting.person("moderator@kijun.example"), "ja", wrong=(1, 2, 3))
    found: dict[Cell, list[Sheet]] = {}
    with sample.app_context():
        for sheet in load_results("harassment-checkpoint").sheets:
            found.setdefault((sheet.cohort or "", sheet.language), []).append(sheet)
    assert {cell: len(sheets) for cell, sheets in found.items() if len(sheets) < 5} == {
        ("mixed", "en"): 4,
        ("tiny", "en"): 2,
        ("tiny", "ja"): 1,
        ("", "ja"): 1,
    }
    return found


def views() -> Iterator[dict[str, str]]:
    for cohort, language in product(COHORTS, LANGUAGES):
        yield {"cohort": cohort, "language": language}


def figures(visitor: Visitor, view: Mapping[str, str]) -> dict[str, Figure]:
    """What the table of a view says: of everybody in it (under its own language), and of each language."""
    answer = visitor.get(f"{PATH}/items.csv", query_string={"lang": "en", **view})
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    found = {}
    for name, n_head, head in (("", "n", "Facility"), ("en", "EN, n", "EN, facility"), ("ja", "JA, n", "JA, facility")):
        numbers = {row[n_head] for row in rows}
        assert len(numbers) <= 1, "everybody has every question here"
        n = next(iter(numbers), "")
        if n.isdecimal() and n != "0":
            shares = tuple((row["ID"], float(row[head])) for row in rows)
            found[name] = Figure(view["cohort"], name, int(n), shares)
    return found


def population(figure: Figure, people: People) -> frozenset[Cell]:
    """The cells that a figure holds: their n and facilities are those of one set of cells only."""
    inside = [cell for cell in people if figure.cohort in ("", cell[0]) and figure.language in ("", cell[1])]
    fitting = []
    for count in range(1, len(inside) + 1):
        for held in combinations(inside, count):
            sheets = [sheet for cell in held for sheet in people[cell]]
            if len(sheets) == figure.n and all(
                abs(sum(sheet.shares[item] for sheet in sheets) / len(sheets) - share) < 1e-4
                for item, share in figure.facility
            ):
                fitting.append(frozenset(held))
    assert len(fitting) == 1, f"{figure} may be {fitting}"
    return fitting[0]


def all_populations(visitor: Visitor, people: People) -> set[frozenset[Cell]]:
    told = {figure for view in views() for figure in figures(visitor, view).values()}
    return {population(figure, people) for figure in told}


def size(cells: frozenset[Cell], people: People) -> int:
    return sum(len(people[cell]) for cell in cells)


def test_no_few_people_are_told_by_all_views_together(qa: Visitor, people: People) -> None:
    told = all_populations(qa, people)
    assert frozenset(cell for cell in people if cell[0] == "mixed") in told, "as a whole the class is shown"
    assert frozenset({("even", "en")}) in told, "who are five and more are shown"
    for larger, smaller in product(told, told):
        if smaller < larger:
            assert size(larger - smaller, people) >= 5, (larger, smaller)
    order = sorted(people)
    span = np.array([[float(cell in cells) for cell in order] for cells in told])
    small = [cell for cell in order if len(people[cell]) < 5]
    for count in range(1, len(small) + 1):
        for few in map(frozenset, combinations(small, count)):
            if size(few, people) < 5:
                target = np.array([[float(cell in few) for cell in order]])
                assert np.linalg.matrix_rank(np.vstack([span, target])) > np.linalg.matrix_rank(span), few


def test_the_page_counts_the_people_of_the_table(qa: Visitor, people: People) -> None:
    for view in views():
        page, told = AnalysisPage(qa, **view), figures(qa, view)
        if "No results yet" in page.html:
            continue
        assert page.figures["Attempts"] == str(told[""].n) if "" in told else page.figures["Attempts"] in {"<5", "–"}
        gap = re.search(r"EN n=(\d+), JA n=(\d+)", page.figures["EN and JA gap"])
        both = {"en", "ja"} <= set(told)
        assert (gap is not None) == both, view
        if gap is not None:
            assert (int(gap[1]), int(gap[2])) == (told["en"].n, told["ja"].n)


def test_the_page_says_who_is_in_no_figure_of_a_language(qa: Visitor, people: People) -> None:
    page = AnalysisPage(qa)
    english = sum(len(people[cohort, "en"]) for cohort in ("tokyo-a", "osaka-b", "even"))
    japanese = sum(len(people[cohort, "ja"]) for cohort in ("tokyo-a", "osaka-b", "even"))
    assert f"EN n={english}, JA n={japanese}" in page.figures["EN and JA gap"]
    assert "Class mixed is not included in figures by language" in page.words
