"""The generator of faulty quizzes: repeatable, as asked, each fault where it was planted and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from lms.analysis.core.responses import BoolArray, Cell, Responses, collect
from tests.analysis.answering import LANGUAGES, LETTERS, Setting, answers_of
from tests.analysis.faults import EFFECTS, SHARP, Case, Fault, plant

MANY = Setting(n=20_000)
ALIKE = replace(MANY, spread=0)
HARDER = (Fault.TRANSLATION, Fault.SECTION, Fault.CLASS, Fault.INDIVIDUAL)


def content(case: Case) -> tuple[object, ...]:
    """All that an analysis sees, as bytes and values that compare."""
    evidence, responses = case.evidence, case.evidence.responses
    return (
        responses.people,
        responses.items,
        responses.shares.tobytes(),
        responses.states.tobytes(),
        tuple(choices.tobytes() for choices in responses.chosen.values()),
        evidence.sections,
        evidence.difficulties,
        evidence.changed,
    )


def place(case: Case) -> str:
    """The item or section of the one fault."""
    return pair(case)[0]


def pair(case: Case) -> tuple[str, str]:
    """The same with the cohort or person, if there is one."""
    ((_, found),) = case.planted | case.described
    return (found, "") if isinstance(found, str) else found


def of_section(case: Case, section: str) -> BoolArray:
    return np.array([case.evidence.sections[item.code] == section for item in case.evidence.responses.items])


def facility(responses: Responses) -> NDArray[np.float64]:
    return np.asarray(responses.shares.sum(axis=0) / responses.available.sum(axis=0))


def log_odds(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.log(shares / (1 - shares)))


def readers(case: Case, language: str) -> list[bool]:
    return [person.language == language for person in case.evidence.responses.people]


def chosen_by(responses: Responses, item: str, people: Sequence[bool] | BoolArray) -> NDArray[np.float64]:
    """Of each option, the share among these people's choices."""
    counts = responses.chosen[item][np.asarray(people, dtype=np.bool_)].sum(axis=0)
    return np.asarray(counts / counts.sum())


def able(responses: Responses, item: str) -> BoolArray:
    """The best tenth by what they did in all other items."""
    rest = responses.shares.sum(axis=1) - responses.shares[:, responses.index(item)]
    return np.asarray(rest >= np.quantile(rest, 0.9))


@pytest.mark.parametrize("fault", Fault)
def test_a_seed_gives_the_same_bytes_and_another_seed_others(fault: Fault) -> None:
    assert content(plant(fault, (3, 1))) == content(plant(fault, (3, 1)))
    assert content(plant(fault, (3, 1))) != content(plant(fault, (3, 2)))


def test_no_two_faults_of_a_seed_are_the_same_results() -> None:
    assert len({content(plant(fault, 5))[1:5] for fault in Fault}) == len(Fault)


def test_nothing_is_planted_where_nothing_is_wrong() -> None:
    case = plant(Fault.NONE, 1)
    assert (case.planted, case.described) == (frozenset(), frozenset())


@pytest.mark.parametrize("fault", HARDER)
def test_a_fault_without_effect_leaves_the_quiz_as_it_is(fault: Fault) -> None:
    assert content(plant(fault, 8, effect=0, doubled=1)) == content(plant(Fault.NONE, 8))


def test_the_matrix_is_what_collect_makes_of_the_answers() -> None:
    for fault in (Fault.WRONG_KEY, Fault.LITTLE):
        drawn = plant(fault, 2, Setting(n=60)).evidence.responses
        collected = collect(drawn.people, drawn.items, answers_of(drawn))
        assert np.array_equal(drawn.shares, collected.shares)
        assert np.array_equal(drawn.states, collected.states)
        assert drawn.versions is not None
        assert collected.versions is not None
        assert np.array_equal(drawn.versions, collected.versions)
        assert all(np.array_equal(drawn.chosen[item.code], collected.chosen[item.code]) for item in drawn.items)


@pytest.mark.parametrize("n", [30, 100, 400])
@pytest.mark.parametrize("fault", Fault)
def test_size_and_shape_are_as_asked(fault: Fault, n: int) -> None:
    setting = Setting(n=n, japanese=0.4, cohorts=3, sections=6, items=(4, 5))
    evidence = plant(fault, 4, setting).evidence
    assert len(evidence.responses.people) == n
    assert sum(person.language == "ja" for person in evidence.responses.people) == round(0.4 * n)
    assert {person.cohort for person in evidence.responses.people} == {"cohort-1", "cohort-2", "cohort-3"}
    codes = [item.code for item in evidence.responses.items]
    assert codes == list(evidence.sections) == list(evidence.difficulties) == list(evidence.changed)
    sizes = [list(evidence.sections.values()).count(section) for section in set(evidence.sections.values())]
    assert len(sizes) == 6
    assert set(sizes) <= {4, 5}


def test_both_languages_have_enough_people_at_the_size_that_is_promised() -> None:
    people = plant(Fault.NONE, 1).evidence.responses.people
    assert min(sum(person.language == language for person in people) for language in LANGUAGES) >= 150


def test_blank_and_not_reached_are_as_frequent_as_asked() -> None:
    states = plant(Fault.NONE, 1, replace(MANY, blank=0.03, unreached=0.02)).evidence.responses.states
    assert (states == Cell.NOT_REACHED).mean() == pytest.approx(0.02, abs=0.002)
    assert (states == Cell.BLANK).mean() == pytest.approx(0.03, abs=0.002)
    none = plant(Fault.NONE, 1, replace(MANY, blank=0, unreached=0)).evidence.responses.states
    assert (none == Cell.ANSWERED).all()


def test_wrong_answers_are_not_uniform_and_who_chooses_them_differs_in_ability() -> None:
    responses = plant(Fault.NONE, 1, MANY).evidence.responses
    rest = responses.shares.sum(axis=1)
    shares, means = [], []
    for item in responses.items:
        (key,) = item.keys
        wrong = [number for number, option in enumerate(item.options) if option != key]
        counts = responses.chosen[item.code][:, wrong].sum(axis=0)
        shares.append(counts.max() / counts.sum() * len(wrong))
        means.append(np.ptp([rest[responses.chosen[item.code][:, number]].mean() for number in wrong]))
    assert np.mean(shares) > 1.3
    assert np.mean(means) > 0.5


def test_an_ordinary_quiz_has_facilities_and_reliability_of_one() -> None:
    quizzes = [plant(Fault.NONE, seed).evidence.responses for seed in range(10)]
    facilities = np.concatenate([facility(responses) for responses in quizzes])
    assert facilities.mean() == pytest.approx(0.74, abs=0.04)
    assert 0.10 < facilities.std() < 0.18
    for responses in quizzes:
        marks = responses.shares[responses.complete]
        k = marks.shape[1]
        alpha = k / (k - 1) * (1 - marks.var(axis=0, ddof=1).sum() / marks.sum(axis=1).var(ddof=1))
        assert 0.75 < alpha < 0.95


@pytest.mark.parametrize("fault", SHARP)
def test_a_place_that_is_given_is_taken(fault: Fault) -> None:
    case = plant(fault, 6, item=7, section=2, cohort=1, language="ja")
    expected = {Fault.SECTION: "HAR/section-3", Fault.CLASS: ("HAR/section-3", "cohort-2")}.get(fault, "HAR-008")
    assert case.planted == {(fault.value, expected)}


@pytest.mark.parametrize("fault", [Fault.WRONG_KEY, Fault.RULE])
def test_able_people_answer_by_the_truth_and_are_graded_wrong(fault: Fault) -> None:
    case, sound = plant(fault, 9, ALIKE), plant(Fault.NONE, 9, ALIKE)
    code, responses, before = place(case), case.evidence.responses, sound.evidence.responses
    column = responses.index(code)
    (truth,), (key,) = before.items[column].keys, responses.items[column].keys
    assert truth != key
    by_truth = chosen_by(responses, code, able(responses, code))[LETTERS.index(truth)]
    by_key_then = chosen_by(before, code, able(before, code))[LETTERS.index(truth)]
    assert by_truth == pytest.approx(by_key_then * EFFECTS[fault], abs=0.02)
    others = np.arange(len(responses.items)) != column
    assert np.allclose(facility(responses)[others], facility(before)[others], atol=0.005)
    assert case.evidence.changed[code] is (fault is Fault.RULE)


def test_able_people_split_between_two_right_answers() -> None:
    case, sound = plant(Fault.TWO_RIGHT, 9, ALIKE), plant(Fault.NONE, 9, ALIKE)
    code, responses = place(case), case.evidence.responses
    (key,) = responses.items[responses.index(code)].keys
    shares = np.sort(chosen_by(responses, code, able(responses, code)))
    assert shares[-1] == pytest.approx(shares[-2], abs=0.06)
    half = facility(sound.evidence.responses)[responses.index(code)] / 2
    assert facility(responses)[responses.index(code)] == pytest.approx(half, abs=0.01)
    assert sound.evidence.responses.items[responses.index(code)].keys == {key}
    assert not case.evidence.changed[code]


def test_the_item_is_harder_in_one_language_and_a_wrong_option_attracts_doubly_there() -> None:
    case, sound = plant(Fault.TRANSLATION, 9, ALIKE, language="ja"), plant(Fault.NONE, 9, ALIKE)
    code, ja, en = place(case), readers(case, "ja"), readers(case, "en")
    responses, before = case.evidence.responses, sound.evidence.responses
    lost = [log_odds(facility(r.only(ja))) - log_odds(facility(r.only(en))) for r in (before, responses)]
    change = lost[0] - lost[1]
    column = responses.index(code)
    # The log odds over people of all abilities move by less than those of one person.
    assert 0.6 * 1.2 < change[column] < 1.2
    assert np.abs(np.delete(change, column)).max() < 0.1
    item = responses.items[column]
    wrong = [number for number, option in enumerate(item.options) if option not in item.keys]
    counts = [r.chosen[code][np.asarray(who)][:, wrong].sum(axis=0) for r in (responses, before) for who in (ja, en)]
    odds = [tally[:, None] / tally[None, :] for tally in counts]
    ratio = (odds[0] / odds[1]) / (odds[2] / odds[3])
    assert np.nanmax(ratio) == pytest.approx(2, rel=0.3)


def test_every_item_of_the_section_is_harder_for_everybody() -> None:
    case, sound = plant(Fault.SECTION, 9, ALIKE), plant(Fault.NONE, 9, ALIKE)
    inside = of_section(case, place(case))
    for people in (readers(case, "ja"), readers(case, "en")):
        after, before = (log_odds(facility(one.evidence.responses.only(people))) for one in (case, sound))
        assert ((before - after)[inside] > 0.6 * 1.5).all()
        assert ((before - after)[inside] < 1.6).all()
        assert np.abs((before - after)[~inside]).max() < 0.12


def test_the_section_is_harder_for_one_class_alone() -> None:
    case, sound = plant(Fault.CLASS, 9, ALIKE), plant(Fault.NONE, 9, ALIKE)
    section, cohort = pair(case)
    people = [person.cohort == cohort for person in case.evidence.responses.people]
    rest = [not within for within in people]
    inside = of_section(case, section)
    after, before = (log_odds(facility(one.evidence.responses.only(people))) for one in (case, sound))
    assert ((before - after)[inside] > 0.6 * 1.5).all()
    assert np.abs((before - after)[~inside]).max() < 0.25
    after, before = (log_odds(facility(one.evidence.responses.only(rest))) for one in (case, sound))
    assert np.abs(before - after).max() < 0.12


def _dead(case: Case, column: int) -> bool:
    responses = case.evidence.responses
    return bool(responses.chosen[responses.items[column].code].sum(axis=0).min() < 0.002 * len(responses.people))


def _given_away(case: Case, column: int) -> bool:
    responses = case.evidence.responses
    rest = responses.shares.sum(axis=1) - responses.shares[:, column]
    return bool(abs(np.corrcoef(rest, responses.shares[:, column])[0, 1]) < 0.08)


def _little(case: Case, column: int) -> bool:
    return bool(case.evidence.responses.available[:, column].sum() <= EFFECTS[Fault.LITTLE])


@pytest.mark.parametrize(
    ("fault", "holds"), [(Fault.DEAD, _dead), (Fault.GIVE_AWAY, _given_away), (Fault.LITTLE, _little)]
)
def test_what_is_only_described_is_there_and_no_sharp_fault(fault: Fault, holds: Callable[[Case, int], bool]) -> None:
    case = plant(fault, 9, MANY)
    assert not case.planted
    assert holds(case, case.evidence.responses.index(place(case)))


def test_one_persons_gap_changes_nobody_else() -> None:
    lost = []
    for seed in range(40):
        setting = Setting(n=60, blank=0)
        case, sound = plant(Fault.INDIVIDUAL, seed, setting), plant(Fault.NONE, seed, setting)
        section, code = pair(case)
        inside = of_section(case, section)
        rows = np.array([person.code == code for person in case.evidence.responses.people])
        after, before = case.evidence.responses.shares, sound.evidence.responses.shares
        assert np.array_equal(after[~rows], before[~rows])
        assert np.array_equal(after[rows][:, ~inside], before[rows][:, ~inside])
        lost.append(before[rows][:, inside].mean() - after[rows][:, inside].mean())
    assert np.mean(lost) > 0.3
