"""What is wrong with a quiz, and where: each verdict, near misses on both sides, and what must not matter."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import numpy as np
import pytest

from lms.analysis.core.diagnosis import diagnose
from lms.analysis.core.natural import LARGE
from lms.analysis.core.responses import Cell, Item, Person, Responses
from lms.analysis.core.verdicts import EVERY_SECTION, Kind, Known, Place, Verdict
from tests.analysis.core.quizzes import Quiz, plain


def sharp(responses: Responses, known: Known) -> set[tuple[Kind, Place]]:
    return {(verdict.kind, verdict.place) for verdict in diagnose(responses, known) if verdict.is_sharp}


def of_kind(responses: Responses, known: Known, kind: Kind) -> list[Verdict]:
    return [verdict for verdict in diagnose(responses, known) if verdict.kind is kind]


def verdicts(quiz: Quiz, **known: object) -> set[tuple[Kind, Place]]:
    return sharp(quiz.responses(), quiz.known(**known))


def instead(number: int, _ability: float, knows: bool) -> str:
    """B is right, whatever the key says."""
    return "B" if knows else "ACD"[number % 3]


def as_well(number: int, _ability: float, knows: bool) -> str:
    """A and B are both right."""
    return "AB"[(number // 3) % 2] if knows else "CD"[number % 2]


def flat(number: int, _ability: float, _knows: bool) -> str:
    """Three in four are right, whoever they are."""
    return "AAAABCAA"[sha256(str(number).encode()).digest()[0] % 8]


def test_a_healthy_quiz_has_no_verdict() -> None:
    assert verdicts(Quiz()) == set()


class TestKeys:
    def test_a_wrong_key_is_named_with_what_is_right_instead(self) -> None:
        quiz = Quiz(choosers={7: instead})
        [verdict] = of_kind(quiz.responses(), quiz.known(), Kind.WRONG_KEY)
        assert (verdict.place, verdict.facts["option"], verdict.facts["key"], verdict.n) == ("Q07", "B", "A", 240)
        assert verdict.effect is not None
        assert verdict.effect > 0, "its choosers lead those of the key"
        assert verdict.facts["top_third"] > verdict.facts["key_top_third"]
        assert verdicts(quiz) == {(Kind.WRONG_KEY, "Q07")}, "and nothing else is said of it"

    @pytest.mark.parametrize("each", [14, 9])
    def test_papers_that_were_drawn_have_no_top_third(self, each: int) -> None:
        """Be it that most people had an item, or that fewer than half had any."""
        quiz = Quiz(choosers={7: instead})
        responses = quiz.responses()
        drawn = (np.add.outer(np.arange(240) * 3, np.arange(20) * 7) % 20) < each
        states = np.where(drawn, responses.states, np.int8(Cell.MISSING))
        chosen = {code: each & drawn[:, [column]] for column, (code, each) in enumerate(responses.chosen.items())}
        other = Responses(responses.people, responses.items, np.where(drawn, responses.shares, 0.0), states, chosen)
        [verdict] = of_kind(other, quiz.known(), Kind.WRONG_KEY)
        assert (verdict.place, verdict.effect, "top_third" in verdict.facts) == ("Q07", None, False)

    def test_two_right_answers_are_no_wrong_key(self) -> None:
        quiz = Quiz(choosers={7: as_well})
        assert verdicts(quiz) == {(Kind.TWO_RIGHT_ANSWERS, "Q07")}

    def test_a_few_of_those_who_know_are_no_second_right_answer(self) -> None:
        def now_and_then(number: int, ability: float, knows: bool) -> str:
            return "B" if knows and number % 10 == 0 else plain(number, ability, knows)

        assert verdicts(Quiz(choosers={7: now_and_then})) == set()

    def test_a_popular_mistake_of_those_who_do_not_know_is_no_fault(self) -> None:
        quiz = Quiz(choosers={7: lambda _number, _ability, knows: "A" if knows else "B"}, people=400)
        assert verdicts(quiz) == set()

    def test_an_item_that_tells_nothing_apart_has_no_wrong_key(self) -> None:
        quiz = Quiz(choosers={7: flat})
        assert verdicts(quiz) == set()
        assert [verdict.place for verdict in of_kind(quiz.responses(), quiz.known(), Kind.GIVE_AWAY)] == ["Q07"]

    def test_fewer_than_ten_choosers_put_no_key_in_doubt(self) -> None:
        def nine(number: int, ability: float, knows: bool) -> str:
            return "B" if number >= 231 else "A" if knows else "CD"[number % 2]

        assert verdicts(Quiz(choosers={7: nine})) == set()

    def test_several_keys_are_not_read(self) -> None:
        quiz = Quiz(choosers={7: instead})
        responses = quiz.responses()
        items = [replace(item, keys=frozenset("AC")) if item.code == "Q07" else item for item in responses.items]
        assert (Kind.WRONG_KEY, "Q07") not in sharp(replace(responses, items=tuple(items)), quiz.known())

    def test_under_thirty_people_there_is_not_enough_data(self) -> None:
        quiz = Quiz(people=29, choosers={7: instead})
        found = diagnose(quiz.responses(), quiz.known())
        assert [verdict for verdict in found if verdict.is_sharp] == []
        few = [verdict for verdict in found if verdict.kind is Kind.NOT_ENOUGH_DATA]
        assert [verdict.facts["n_shown"] for verdict in few] == ["29"] * 20
        [described] = [verdict for verdict in found if verdict not in few]
        assert (described.kind, described.place) == (Kind.KEY_SUSPECT, "Q07"), "indicative, as figures under 30 are"

    def test_the_number_of_a_few_is_not_told(self) -> None:
        quiz = Quiz(people=4)
        found = diagnose(quiz.responses(), quiz.known())
        assert {(verdict.n, verdict.facts["n_shown"]) for verdict in found} == {(0, "<5")}


class TestChangedRules:
    def test_a_rule_that_changed_is_named_where_answers_point_to_another_option(self) -> None:
        everybody = frozenset(person.code for person in Quiz().responses().people)
        assert verdicts(Quiz(choosers={7: instead}), outdated={"Q07": everybody}) == {(Kind.RULE_CHANGED, "Q07")}

    def test_a_rewording_alone_is_no_verdict(self) -> None:
        everybody = frozenset(person.code for person in Quiz().responses().people)
        assert verdicts(Quiz(), outdated={"Q07": everybody}) == set()

    def test_a_key_that_was_wrong_before_is_not_explained_by_the_change(self) -> None:
        later = frozenset(f"P{person:03}" for person in range(0, 240, 2))
        assert verdicts(Quiz(choosers={7: instead}), outdated={"Q07": later}) == {(Kind.WRONG_KEY, "Q07")}

    def test_who_took_it_under_the_old_text_and_was_right_shows_the_change(self) -> None:
        def since(number: int, ability: float, knows: bool) -> str:
            return (instead if number % 2 else plain)(number, ability, knows)

        later = frozenset(f"P{person:03}" for person in range(1, 240, 2))
        assert verdicts(Quiz(choosers={7: since}), outdated={"Q07": later}) == {(Kind.RULE_CHANGED, "Q07")}


def in_japanese(item: int, by: float) -> Quiz:
    def harder(_person: int, asked: int, _cohort: str, language: str) -> float:
        return by if asked == item and language == "ja" else 0.0

    return Quiz(harder=harder)


class TestTranslations:
    def test_an_item_that_is_much_harder_in_one_language_is_suspect(self) -> None:
        quiz = in_japanese(7, 0.4)
        [verdict] = of_kind(quiz.responses(), quiz.known(), Kind.TRANSLATION_SUSPECT)
        assert verdict.place == "Q07"
        assert (verdict.facts["harder"], verdict.facts["easier"]) == ("ja", "en")
        assert (verdict.facts["n_harder"], verdict.facts["n_easier"], verdict.n) == (120, 120, 240)
        assert verdict.interval is not None
        assert 1 < verdict.interval.low < (verdict.effect or 0) < verdict.interval.high

    def test_the_other_language_may_be_the_harder_one(self) -> None:
        quiz = in_japanese(7, -0.5)
        [verdict] = of_kind(quiz.responses(), quiz.known(), Kind.TRANSLATION_SUSPECT)
        assert (verdict.facts["harder"], verdict.facts["easier"]) == ("en", "ja")

    def test_a_little_harder_is_not(self) -> None:
        assert verdicts(in_japanese(7, 0.05)) == set()

    def test_readers_of_one_language_who_know_less_of_everything_are_no_fault_of_an_item(self) -> None:
        quiz = Quiz(harder=lambda _person, _item, _cohort, language: 0.15 if language == "ja" else 0.0)
        assert verdicts(quiz) == set()

    @pytest.mark.parametrize(("readers", "is_named"), [(24, False), (60, True)])
    def test_thirty_readers_of_each_language_are_needed(self, readers: int, is_named: bool) -> None:
        quiz = replace(in_japanese(7, 0.6), languages=lambda person: "ja" if person % (240 // readers) == 0 else "en")
        assert sum(person.language == "ja" for person in quiz.responses().people) == readers
        assert ((Kind.TRANSLATION_SUSPECT, "Q07") in verdicts(quiz)) is is_named

    def test_the_option_that_one_language_takes_twice_as_often_is_named(self) -> None:
        quiz = in_japanese(7, 0.4)

        def misled(number: int, _ability: float, knows: bool) -> str:
            return "A" if knows else "B" if quiz.languages(number) == "ja" else "BCD"[number % 3]

        quiz.choosers = {7: misled}
        [verdict] = of_kind(quiz.responses(), quiz.known(), Kind.TRANSLATION_SUSPECT)
        assert verdict.facts["option"] == "B"
        assert float(verdict.facts["ratio"]) >= 2
        assert verdicts(quiz) == {(Kind.TRANSLATION_SUSPECT, "Q07")}, "those who read English do not take B for right"

    def test_the_numbers_shown_leave_out_cohorts_of_which_few_read_one_language(self) -> None:
        """The decision rests on everybody; three of one class are in no number that stands with it."""
        quiz = replace(in_japanese(7, 0.5), languages=lambda person: "ja" if (person // 4) % 2 else "en", people=320)
        responses = quiz.responses()
        mixed = [person.code for person in responses.people if person.cohort == "class-1" and person.language == "ja"]
        few = responses.only([person.code not in mixed[3:] for person in responses.people])
        [verdict] = of_kind(few, quiz.known(), Kind.TRANSLATION_SUSPECT)
        assert (verdict.facts["n_harder"], verdict.facts["n_easier"]) == (120, 120)


def section_harder(by: float, *, items: int = 4, cohorts: tuple[str, ...] = ()) -> Quiz:
    """Section 2 is harder, in so many of its four items, for these cohorts (none: for all)."""

    def harder(_person: int, item: int, cohort: str, _language: str) -> float:
        return by if item % 5 == 2 and item // 5 < items and cohort in (cohorts or (cohort,)) else 0.0

    return Quiz(harder=harder, people=320)


class TestSections:
    def test_a_section_that_is_hard_for_everybody_is_unclear(self) -> None:
        quiz = section_harder(0.3)
        [verdict] = of_kind(quiz.responses(), quiz.known(), Kind.SECTION_UNCLEAR)
        assert (verdict.place, verdict.n) == ("S2", 320)
        assert verdict.effect is not None
        assert verdict.effect > LARGE
        assert float(verdict.facts["share"]) < float(verdict.facts["expected_low"])
        assert verdicts(quiz) == {(Kind.SECTION_UNCLEAR, "S2")}

    def test_a_little_harder_is_not(self) -> None:
        assert verdicts(section_harder(0.06)) == set()

    def test_a_section_that_its_authors_call_hard_is_not(self) -> None:
        """The other sections show what hard means."""
        quiz = section_harder(0.3)
        also_hard = (3, 8, 6, 11)

        def harder(person: int, item: int, cohort: str, language: str) -> float:
            return 0.3 if item in also_hard else section_harder(0.3).harder(person, item, cohort, language)

        hard = {item: "hard" for item in range(20) if item % 5 == 2 or item in also_hard}
        assert verdicts(replace(quiz, harder=harder, words=hard)) == set()

    def test_one_hard_question_makes_no_section_unclear(self) -> None:
        assert verdicts(section_harder(0.6, items=1)) == set()

    def test_half_of_the_classes_are_not_everybody(self) -> None:
        found = verdicts(section_harder(0.35, cohorts=("class-0", "class-1")))
        assert (Kind.SECTION_UNCLEAR, "S2") not in found

    def test_one_language_is_not_everybody(self) -> None:
        def harder(_person: int, item: int, _cohort: str, language: str) -> float:
            return 0.35 if item % 5 == 2 and language == "ja" else 0.0

        assert (Kind.SECTION_UNCLEAR, "S2") not in verdicts(Quiz(harder=harder, people=320))


class TestClasses:
    def test_a_class_that_knows_less_of_one_section_was_taught_it_badly(self) -> None:
        quiz = section_harder(0.35, cohorts=("class-1",))
        [verdict] = of_kind(quiz.responses(), quiz.known(), Kind.CLASS_TAUGHT_BADLY)
        assert (verdict.place, verdict.n) == (("S2", "class-1"), 80)
        assert float(verdict.facts["share"]) < float(verdict.facts["expected_low"])
        assert verdicts(quiz) == {(Kind.CLASS_TAUGHT_BADLY, ("S2", "class-1"))}

    def test_a_weak_class_is_weak_everywhere_and_has_no_verdict(self) -> None:
        quiz = Quiz(harder=lambda _person, _item, cohort, _language: 0.25 if cohort == "class-1" else 0.0, people=320)
        assert verdicts(quiz) == set()

    def test_a_little_less_is_not(self) -> None:
        assert verdicts(section_harder(0.06, cohorts=("class-1",))) == set()

    def test_one_question_makes_no_class_taught_badly(self) -> None:
        found = verdicts(section_harder(0.9, items=1, cohorts=("class-1",)))
        assert not {kind for kind, _place in found if kind is Kind.CLASS_TAUGHT_BADLY}

    def test_a_class_of_which_nothing_is_shown_is_not_named(self) -> None:
        quiz = section_harder(0.35, cohorts=("class-1",))
        assert (Kind.CLASS_TAUGHT_BADLY, ("S2", "class-1")) not in verdicts(quiz, hidden={"class-1"})

    def test_people_without_a_cohort_are_no_class(self) -> None:
        quiz = section_harder(0.35, cohorts=("class-1",))
        responses = quiz.responses()
        people = [replace(one, cohort="" if one.cohort == "class-1" else one.cohort) for one in responses.people]
        found = sharp(replace(responses, people=tuple(people)), quiz.known())
        assert not {kind for kind, _place in found if kind is Kind.CLASS_TAUGHT_BADLY}

    def test_four_people_are_not_told_of(self) -> None:
        quiz = section_harder(0.9, cohorts=("class-1",))
        responses = quiz.responses()
        wanted = [one.cohort != "class-1" or int(one.code[1:]) < 16 for one in responses.people]
        assert sum(one.cohort == "class-1" for one in responses.only(wanted).people) == 4
        found = sharp(responses.only(wanted), quiz.known())
        assert not {kind for kind, _place in found if kind is Kind.CLASS_TAUGHT_BADLY}

    def test_a_class_as_good_as_others_elsewhere_was_taught_the_whole_quiz_badly(self) -> None:
        quiz = Quiz(harder=lambda _person, _item, cohort, _language: 0.25 if cohort == "class-1" else 0.0, people=320)
        elsewhere = {f"P{person:03}": person / 320 - 0.5 for person in range(320)}
        expected = {(Kind.CLASS_TAUGHT_BADLY, (EVERY_SECTION, "class-1"))}
        assert verdicts(quiz, elsewhere=elsewhere) == expected

    def test_a_class_that_is_weak_elsewhere_too_was_not(self) -> None:
        quiz = Quiz(harder=lambda _person, _item, cohort, _language: 0.25 if cohort == "class-1" else 0.0, people=320)
        elsewhere = {f"P{person:03}": person / 320 - 0.5 - (0.25 if person % 4 == 1 else 0.0) for person in range(320)}
        assert verdicts(quiz, elsewhere=elsewhere) == set()


FAULTY = {
    "key": Quiz(choosers={7: instead}),
    "two": Quiz(choosers={7: as_well}),
    "translation": in_japanese(7, 0.4),
    "section": section_harder(0.3),
    "class": section_harder(0.35, cohorts=("class-1",)),
}


@pytest.mark.parametrize("name", FAULTY)
class TestWhatMustNotMatter:
    def test_the_order_and_the_names_of_people(self, name: str) -> None:
        responses, known = FAULTY[name].responses(), FAULTY[name].known()
        order = np.random.default_rng(5).permutation(len(responses.people))
        people = tuple(replace(responses.people[row], code=f"X{row}") for row in order)
        chosen = {code: choices[order] for code, choices in responses.chosen.items()}
        other = Responses(people, responses.items, responses.shares[order], responses.states[order], chosen)
        assert sharp(other, known) == sharp(responses, known) != set()

    def test_the_order_of_items(self, name: str) -> None:
        responses, known = FAULTY[name].responses(), FAULTY[name].known()
        order = np.random.default_rng(6).permutation(len(responses.items))
        items = tuple(responses.items[column] for column in order)
        other = replace(responses, items=items, shares=responses.shares[:, order], states=responses.states[:, order])
        assert sharp(other, known) == sharp(responses, known)

    def test_the_order_and_the_names_of_options(self, name: str) -> None:
        responses, known = FAULTY[name].responses(), FAULTY[name].known()
        items = tuple(replace(item, options=("z", "y", "x", "w"), keys=frozenset("w")) for item in responses.items)
        chosen = {code: choices[:, ::-1].copy() for code, choices in responses.chosen.items()}
        assert sharp(replace(responses, items=items, chosen=chosen), known) == sharp(responses, known)

    def test_which_language_is_which(self, name: str) -> None:
        responses, known = FAULTY[name].responses(), FAULTY[name].known()
        swapped = {"en": "ja", "ja": "en"}
        people = tuple(replace(person, language=swapped[str(person.language)]) for person in responses.people)
        assert sharp(replace(responses, people=people), known) == sharp(responses, known)

    def test_the_names_of_classes(self, name: str) -> None:
        responses, known = FAULTY[name].responses(), FAULTY[name].known()
        renamed = {f"class-{number}": f"team-{9 - number}" for number in range(4)}
        people = tuple(replace(person, cohort=renamed[str(person.cohort)]) for person in responses.people)
        expected = {
            (kind, (place[0], renamed[place[1]]) if isinstance(place, tuple) else place)
            for kind, place in sharp(responses, known)
        }
        assert sharp(replace(responses, people=people), known) == expected


class TestOddQuizzes:
    def test_nothing_at_all(self) -> None:
        empty = Responses((), (), np.zeros((0, 0)), np.zeros((0, 0), dtype=np.int8))
        assert diagnose(empty, Known()) == ()

    def test_everybody_has_everything_right(self) -> None:
        quiz = Quiz(choosers=dict.fromkeys(range(20), lambda *_facts: "A"))
        assert verdicts(quiz) == set()

    def test_nobody_has_anything_right(self) -> None:
        quiz = Quiz(choosers=dict.fromkeys(range(20), lambda *_facts: "B"))
        assert not {kind for kind, _place in verdicts(quiz)} - {Kind.WRONG_KEY}

    def test_part_marks_and_items_without_options(self) -> None:
        quiz = section_harder(0.3)
        responses = quiz.responses()
        shares = responses.shares.copy()
        shares[:, ::3] = np.where(shares[:, ::3] > 0, 1.0, 0.5 * (np.arange(320) % 2)[:, np.newaxis])
        items = tuple(Item(item.code, 2.5) for item in responses.items)
        assert not {
            kind for kind, _place in sharp(Responses(responses.people, items, shares, responses.states), quiz.known())
        } - {Kind.SECTION_UNCLEAR}

    def test_papers_that_were_drawn(self) -> None:
        """Each person has half of the items: no row is complete, and the section shows all the same."""
        quiz = section_harder(0.3)
        responses = quiz.responses()
        drawn = (np.add.outer(np.arange(320) * 3, np.arange(20) * 7) % 20) < 10
        states = np.where(drawn, responses.states, np.int8(Cell.MISSING))
        shares = np.where(drawn, responses.shares, 0.0)
        chosen = {code: choices & drawn[:, [column]] for column, (code, choices) in enumerate(responses.chosen.items())}
        other = Responses(responses.people, responses.items, shares, states, chosen)
        assert sharp(other, quiz.known()) == {(Kind.SECTION_UNCLEAR, "S2")}

    @pytest.mark.parametrize("name", ["key", "two", "translation"])
    def test_an_item_that_few_had_hides_nothing(self, name: str) -> None:
        """It leaves twelve complete rows; what is told rests on what each person had."""
        responses, known = FAULTY[name].responses(), FAULTY[name].known()
        states = responses.states.copy()
        states[:, 3] = np.where(np.arange(len(states)) % 20 == 0, states[:, 3], np.int8(Cell.MISSING))
        had = states[:, 3] != Cell.MISSING
        chosen = {**responses.chosen, "Q03": responses.chosen["Q03"] & had[:, np.newaxis]}
        shares = np.where(states == Cell.MISSING, 0.0, responses.shares)
        found = diagnose(Responses(responses.people, responses.items, shares, states, chosen), known)
        assert {(one.kind, one.place) for one in found if one.is_sharp} == sharp(responses, known)
        [few], [usual] = ([one for one in every if one.is_sharp] for every in (found, diagnose(responses, known)))
        assert few.interval is not None
        assert usual.interval is not None
        assert few.interval.high - few.interval.low < 1.5 * (usual.interval.high - usual.interval.low)

    def test_people_of_no_language_and_no_cohort(self) -> None:
        quiz = Quiz(choosers={7: instead})
        responses = quiz.responses()
        people = tuple(Person(person.code) for person in responses.people)
        assert sharp(replace(responses, people=people), quiz.known()) == {(Kind.WRONG_KEY, "Q07")}
