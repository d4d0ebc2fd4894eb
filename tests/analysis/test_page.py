"""The analysis page against figures computed here from the rows; filters; who may look; the CSV."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from fractions import Fraction

import pytest
from flask import Flask
from sqlalchemy import select

from lms.accounts.models import Person
from lms.demo import content
from lms.foundation import clock
from lms.foundation.db import db
from lms.questions import queries as questions
from lms.questions.actions import import_questions
from lms.questions.core.formats import native
from lms.quizzes import actions as quizzes
from tests.analysis.classes import make_class, take
from tests.analysis.page import PATH, QUIZ, AnalysisPage, numbers, words
from tests.analysis.rows import Results, load_results, sections_of_questions
from tests.conftest import MONDAY_AFTERNOON, QueryCount, SignIn, Unit, Visitor
from tests.quizzes import sitting

T95_OF_59 = 2.000995
"""Student's t of 59 degrees of freedom at 0.975, from a printed table."""

Enter = Callable[[str], Visitor]
NUMBERS = {
    "HAR/insults": "3.1",
    "HAR/unwanted-contact": "3.2",
    "HAR/private-details": "3.3",
    "HAR/group-targeting": "3.4",
    "HAR/context": "4",
    "HAR/actions": "5",
    "HAR/appeals": "6",
}


@pytest.fixture
def enter(sample: Flask, sign_in_as: SignIn) -> Enter:
    """``enter(name)`` signs in as one of the sample accounts."""

    def as_person(name: str) -> Visitor:
        with sample.app_context():
            code = sitting.person(f"{name}@kijun.example").code
        return sign_in_as(code)

    return as_person


@pytest.fixture
def qa(enter: Enter) -> Visitor:
    return enter("qa")


def results(app: Flask) -> Results:
    with app.app_context():
        return load_results(QUIZ)


def sections(app: Flask) -> dict[str, list[str]]:
    """The questions of each section number."""
    with app.app_context():
        of_question = sections_of_questions()
    found: dict[str, list[str]] = {}
    for item in results(app).items:
        found.setdefault(NUMBERS[of_question[item]], []).append(item)
    return found


def near(shown: str, exact: float | Fraction, digits: int) -> bool:
    """Whether a shown number is the exact one, rounded to so many decimals."""
    return abs(numbers(shown)[0] - float(exact)) <= 0.5 * math.pow(10, -digits) + 1e-9


def wilson(right: int, n: int) -> tuple[float, float]:
    """Wilson (1927): the roots of (p - q)^2 = z^2 q (1 - q) / n."""
    z, p = 1.959964, right / n
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return (p + z * z / (2 * n) - half) / (1 + z * z / n), (p + z * z / (2 * n) + half) / (1 + z * z / n)


class TestFigures:
    def test_the_key_figures_are_those_of_the_rows(self, qa: Visitor, sample: Flask) -> None:
        own, shown = results(sample), AnalysisPage(qa).figures
        assert shown["Attempts"] == str(len(own.sheets)) == "60"
        assert numbers(shown["Pass rate"])[0] == int(own.pass_rate() * 100)
        assert numbers(shown["Mean score"])[0] == int(own.mean() * 100)
        assert abs(numbers(shown["Mean score"])[1] - own.sd() * 100) <= 0.05
        assert near(shown["Reliability, alpha"], own.alpha(), 2)
        english, japanese = own.in_language("en"), own.in_language("ja")
        assert near(shown["EN and JA gap"], (english.mean() - japanese.mean()) * 100, 1)

    def test_every_rate_says_its_n_and_its_interval(self, qa: Visitor, sample: Flask) -> None:
        own, shown = results(sample), AnalysisPage(qa).figures
        low, high = wilson(sum(sheet.passed_ever for sheet in own.sheets), 60)
        assert f"n=60, 95% CI {math.floor(low * 100)}–{math.ceil(high * 100)}%" in shown["Pass rate"]
        reach = T95_OF_59 * own.sd() / math.sqrt(60)
        low, high = float(own.mean()) - reach, float(own.mean()) + reach
        assert f"n=60, 95% CI {math.floor(low * 100)}–{math.ceil(high * 100)}%" in shown["Mean score"]
        low, alpha, high = sorted([*numbers(shown["Reliability, alpha"])[-2:], own.alpha()])
        assert (low < alpha < high, alpha) == (True, own.alpha())
        english, japanese = own.in_language("en"), own.in_language("ja")
        assert f"EN n={len(english.sheets)}, JA n={len(japanese.sheets)} 95% CI" in shown["EN and JA gap"]
        assert "indicative" not in " ".join(shown.values())

    def test_the_chosen_question_says_its_n_and_interval(self, qa: Visitor, sample: Flask) -> None:
        own = results(sample)
        detail = words(AnalysisPage(qa, question="HAR-017").html.split('id="detail"', 1)[1].split("</section>", 1)[0])
        low, high = wilson(60 - own.missed("HAR-017"), 60)
        assert f"Facility {float(own.facility('HAR-017')):.2f} n=60, 95% CI {low:.2f}–{high:.2f}" in detail
        assert f"n={len(own.in_language('en').sheets)}, 95% CI" in detail

    def test_under_thirty_people_figures_are_called_indicative(self, qa: Visitor) -> None:
        shown = AnalysisPage(qa, cohort="osaka-b").figures
        for name in ("Pass rate", "Mean score", "Reliability, alpha"):
            assert "n=28" in shown[name]
            assert shown[name].endswith(", indicative"), name

    def test_a_minus_is_a_real_one(self, qa: Visitor) -> None:
        page = AnalysisPage(qa)
        assert page.questions["HAR-021"].discrimination.startswith("−0.")
        assert re.findall(r">\s*-\d", page.html) == []

    def test_every_question_has_the_figures_of_its_rows(self, qa: Visitor, sample: Flask) -> None:
        own, shown = results(sample), AnalysisPage(qa).questions
        english, japanese = own.in_language("en"), own.in_language("ja")
        assert set(shown) == set(own.items)
        for item, row in shown.items():
            assert row.n == str(len(own.sheets))
            assert near(row.facility, own.facility(item), 2), item
            assert near(row.discrimination, own.discrimination(item), 2), item
            assert near(row.d27, own.discrimination_27(item), 2), item
            assert near(row.english, english.facility(item), 2), item
            assert near(row.japanese, japanese.facility(item), 2), item

    def test_the_options_show_how_often_each_was_chosen(self, qa: Visitor, sample: Flask) -> None:
        own, shown = results(sample), AnalysisPage(qa).questions
        with_options = {item: row.chosen for item, row in shown.items() if row.chosen}
        assert len(with_options) == 8
        for item, percents in with_options.items():
            counts = own.choosers(item)
            assert percents == [counts[f"o{n}"] * 100 // 60 for n in range(1, len(percents) + 1)], item

    def test_the_heatmap_adds_up_marks_by_section_and_cohort(self, qa: Visitor, sample: Flask) -> None:
        own, page = results(sample), AnalysisPage(qa)
        columns = [own.in_cohort("osaka-b"), own.in_cohort("tokyo-a")]
        assert page.heat_head == ["Policy section", "Osaka B n=28", "Tokyo A n=32", "All cohorts n=60"]
        assert [len(column.sheets) for column in columns] == [28, 32]
        assert page.heat == {
            number: [_percent(column.share_right(items)) for column in (*columns, own)]
            for number, items in sorted(sections(sample).items())
        }

    def test_missed_questions_are_counted_and_the_worst_section_comes_first(self, qa: Visitor, sample: Flask) -> None:
        own, shown = results(sample), AnalysisPage(qa).missed
        expected = {
            number: {item: (own.missed(item), 60) for item in items if own.missed(item)}
            for number, items in sections(sample).items()
        }
        assert {number: counts for number, _href, counts in shown} == expected
        rates = [sum(m for m, _ in counts.values()) / (60 * len(sections(sample)[n])) for n, _, counts in shown]
        assert rates == sorted(rates, reverse=True)

    def test_missed_sections_lead_to_the_place_in_the_policy(self, qa: Visitor) -> None:
        page = AnalysisPage(qa)
        policy = qa.get("/policies/HAR?lang=en").text
        links = [href for _number, href, _counts in page.missed] + [row.section_link for row in page.questions.values()]
        assert {href.split("#")[0] for href in links} == {"/policies/HAR"}
        assert all(f'id="{href.split("#")[1]}"' in policy for href in links)

    def test_first_attempts_count_but_the_pass_rate_takes_the_best(
        self, qa: Visitor, sample: Flask, unit: Unit
    ) -> None:
        before, failed = AnalysisPage(qa).figures, results(sample).only(lambda sheet: not sheet.passed_ever).sheets
        codes = [sheet.person for sheet in failed if sheet.cohort == "tokyo-a"][:3]
        assert len(codes) == 3
        with unit():
            for person in db.session.scalars(select(Person).where(Person.code.in_(codes))).all():
                take(person, "en")
        after = AnalysisPage(qa).figures
        unchanged = {name: value for name, value in before.items() if name != "Pass rate"}
        assert {name: after[name] for name in unchanged} == unchanged
        rate = (60 - len(failed) + 3) * 100 // 60
        assert numbers(after["Pass rate"])[0] == rate > numbers(before["Pass rate"])[0]

    def test_who_finishes_later_is_in_the_figures_at_once(self, qa: Visitor, sample: Flask, unit: Unit) -> None:
        with unit():
            take(sitting.person(), "ja", wrong=(1, 2))
        own, shown = results(sample), AnalysisPage(qa)
        assert shown.figures["Attempts"] == "61"
        assert near(shown.figures["Reliability, alpha"], own.alpha(), 2)
        assert all(near(row.facility, own.facility(item), 2) for item, row in shown.questions.items())

    def test_what_is_not_finished_is_in_no_figure(self, qa: Visitor, unit: Unit) -> None:
        before = AnalysisPage(qa).figures
        with unit():
            quizzes.open_attempt(sitting.person(), sitting.assignment_id(sitting.person()), locale="ja")
        assert AnalysisPage(qa).figures == before


def _percent(share: Fraction) -> str:
    """As a cell of the heatmap: whole percent, rounded down, with a mark under the cut of 80."""
    return f"{int(share * 100)}" + (" ▼" if share < Fraction(80, 100) else "")


class TestFilters:
    @pytest.mark.parametrize("code", ["tokyo-a", "osaka-b"])
    def test_a_cohort_alone_has_the_figures_of_its_people(self, qa: Visitor, sample: Flask, code: str) -> None:
        own = results(sample).in_cohort(code)
        page = AnalysisPage(qa, cohort=code)
        assert page.figures["Attempts"] == str(len(own.sheets))
        assert numbers(page.figures["Pass rate"])[0] == int(own.pass_rate() * 100)
        assert near(page.figures["Reliability, alpha"], own.alpha(), 2)
        assert all(near(row.facility, own.facility(item), 2) for item, row in page.questions.items())
        assert {row.d27 for row in page.questions.values()} == {"–"}, "D27 wants 50 people"

    @pytest.mark.parametrize("language", ["en", "ja"])
    def test_a_language_alone_has_the_figures_of_its_readers(self, qa: Visitor, sample: Flask, language: str) -> None:
        own = results(sample).in_language(language)
        page = AnalysisPage(qa, language=language)
        assert page.figures["Attempts"] == str(len(own.sheets))
        assert all(near(row.facility, own.facility(item), 2) for item, row in page.questions.items())

    def test_both_filters_together(self, qa: Visitor, sample: Flask) -> None:
        own = results(sample).in_cohort("tokyo-a").in_language("ja")
        page = AnalysisPage(qa, cohort="tokyo-a", language="ja")
        assert page.figures["Attempts"] == str(len(own.sheets))

    def test_the_chosen_filters_stay_chosen_and_go_along(self, qa: Visitor) -> None:
        html = AnalysisPage(qa, cohort="tokyo-a", language="ja").html
        assert '<option value="tokyo-a" selected>' in html
        assert '<option value="ja" selected>' in html
        assert f"{PATH}/items.csv?cohort=tokyo-a&amp;language=ja" in html

    def test_a_question_opens_its_detail(self, qa: Visitor) -> None:
        html = AnalysisPage(qa, question="HAR-012").html
        detail = html.split('id="detail"', 1)[1].split("</section>", 1)[0]
        assert "HAR-012" in detail
        assert 'href="/questions/HAR/HAR-012"' in detail


class TestRights:
    @pytest.mark.parametrize("name", ["joiner", "moderator", "trainer", "localizer", "vendor", "admin"])
    @pytest.mark.parametrize("path", ["/analysis", PATH, f"{PATH}/items.csv"])
    def test_results_of_everybody_are_refused(self, enter: Enter, name: str, path: str) -> None:
        assert enter(name).get(path).status_code == 403

    def test_the_editor_reads_and_asks_for_no_report(self, enter: Enter, qa: Visitor) -> None:
        assert "/reports/new" in AnalysisPage(qa).html
        assert "/reports/new" not in AnalysisPage(enter("editor")).html

    def test_an_editor_who_has_still_to_take_the_quiz_sees_its_figures_and_no_key(
        self, enter: Enter, qa: Visitor, unit: Unit
    ) -> None:
        editor, told = enter("editor"), ('class="key"', "chip-line", "Misconception", "Bottom 27%")
        before = AnalysisPage(editor, question="HAR-017").html
        assert all(word in before for word in told)
        codes = list(AnalysisPage(qa).questions)
        with unit():
            sitting.give_another(sitting.person("editor@kijun.example"), codes)
        after = AnalysisPage(editor, question="HAR-017")
        assert not any(word in after.html for word in told)
        assert "This question is in a quiz that you still have to take." in after.words
        assert after.figures == AnalysisPage(qa).figures
        assert {row.section for row in after.questions.values()} == {""}
        assert "HAR/" not in editor.get(f"{PATH}/items.csv").text

    def test_the_figures_are_said_in_words(self, qa: Visitor, sample: Flask) -> None:
        seen, rows = AnalysisPage(qa).words, results(sample)
        rate, mean = math.floor(rows.pass_rate() * 100), math.floor(rows.mean() * 100)
        assert f"Of {len(rows.sheets)} people {rate}% have passed; the mean score of first attempts is {mean}%." in seen
        assert "The weakest section is 3." in seen
        assert re.search(r"With another quiz of this kind, \d+% of people would get the same decision", seen)

    def test_each_table_is_copied_by_its_name(self, qa: Visitor) -> None:
        for rows, head in (("heat", "Policy section"), ("items", "ID")):
            answer = qa.get(PATH, query_string={"lang": "en", "as": "tsv", "rows": rows})
            assert answer.text.split("\t")[0] == head

    def test_nobody_is_named(self, qa: Visitor, sample: Flask) -> None:
        html = AnalysisPage(qa).html
        people = {sheet.person for sheet in results(sample).sheets}
        assert not any(code in html for code in people)

    def test_a_quiz_that_there_is_not(self, qa: Visitor) -> None:
        assert qa.get("/analysis/nowhere").status_code == 404
        assert qa.get("/analysis/nowhere/items.csv").status_code == 404


def table(visitor: Visitor, **filters: str) -> list[list[str]]:
    answer = visitor.get(f"{PATH}/items.csv", query_string={"lang": "en", **filters})
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.data.startswith(b"\xef\xbb\xbf"), "a mark, so that spreadsheets read Japanese"
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_the_csv_says_what_the_page_says(qa: Visitor, sample: Flask) -> None:
    own, (head, *rows) = results(sample), table(qa, cohort="tokyo-a")
    tokyo = own.in_cohort("tokyo-a")
    assert head[:3] == ["ID", "Section", "Question"]
    assert {row[0] for row in rows} == set(own.items)
    english, japanese = tokyo.in_language("en"), tokyo.in_language("ja")
    of_section = sections(sample)
    for code, section, _prompt, *figures, _finding in rows:
        n, facility, low, high, discrimination, d27, en_n, en, ja_n, ja = figures
        assert code in of_section[NUMBERS[section]]
        assert (n, en_n, ja_n) == ("32", str(len(english.sheets)), str(len(japanese.sheets)))
        assert near(facility, tokyo.facility(code), 4)
        assert float(low) <= float(facility) <= float(high)
        assert near(discrimination, tokyo.discrimination(code), 4)
        assert (near(en, english.facility(code), 4), near(ja, japanese.facility(code), 4)) == (True, True)
        assert d27 == "", "D27 wants 50 people"


def test_no_statement_grows_with_the_people(
    qa: Visitor, unit: Unit, queries_counted: Callable[[], AbstractContextManager[QueryCount]]
) -> None:
    """Databases take a limited number of parameters: 32,766 of them, or 65,535."""

    def statements() -> list[str]:
        with queries_counted() as count:
            AnalysisPage(qa)
        return count.statements

    before = statements()
    with unit():
        make_class("more", ["ja"] * 6)
    assert statements() == before


def test_the_moment_of_the_sample_does_not_matter(qa: Visitor) -> None:
    before = AnalysisPage(qa).figures
    with clock.fixed(MONDAY_AFTERNOON + timedelta(hours=6)):
        assert AnalysisPage(qa).figures == before


def test_no_cell_of_the_csv_is_a_formula(qa: Visitor, unit: Unit) -> None:
    """A spreadsheet runs what begins with = + - @; a question's name may begin with them."""
    with unit():
        file = (content.BANKS / "HAR" / "questions" / "HAR-002.yaml").read_text(encoding="utf-8")
        changed = file.replace("{en: Insult or criticism", "{en: '=HYPERLINK(\"http://x.example\")'", 1)
        bank = questions.find_bank("HAR")
        assert bank is not None
        assert import_questions(bank, native.read(changed.encode()).questions, by=None).revised == ["HAR-002"]
        take(sitting.person(), "en")
    texts = [cell for row in table(qa) for cell in (row[0], row[1], row[2], row[-1])]
    assert any("HYPERLINK" in text for text in texts)
    assert [text for text in texts if text[:1] in {"=", "+", "-", "@", "\t", "\r"}] == []
