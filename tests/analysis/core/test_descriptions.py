"""What is described and is no verdict: keys in doubt, and items that need no knowledge; on both sides of each rule."""

from __future__ import annotations

import pytest

from lms.analysis.core.diagnosis import diagnose
from lms.analysis.core.verdicts import ABOUT_KEY, Kind, Verdict
from tests.analysis.core.quizzes import Chooser, Quiz
from tests.analysis.core.test_diagnosis import instead


def about(quiz: Quiz) -> list[Verdict]:
    """All that is said of the eighth item."""
    return [verdict for verdict in diagnose(quiz.responses(), quiz.known()) if verdict.place == "Q07"]


def doubtful(number: int, ability: float, _knows: bool) -> str:
    """Of the ablest, two in three take B; who knows little takes the key, or C now and then."""
    return "B" if ability > 0.7 and number % 3 else "ACAA"[number % 4] if ability < 0.3 else "A"


class TestSuspectKeys:
    def test_what_is_too_little_for_a_verdict_is_described_with_its_evidence(self) -> None:
        found = about(Quiz(people=60, choosers={7: doubtful}))
        assert [verdict for verdict in found if verdict.is_sharp] == []
        [suspect] = [verdict for verdict in found if verdict.kind is Kind.KEY_SUSPECT]
        assert (suspect.place, suspect.facts["option"], suspect.facts["key"], suspect.n) == ("Q07", "B", "A", 60)
        assert suspect.facts["count"] >= 10
        assert suspect.interval is not None
        assert suspect.effect is not None
        assert 0 < suspect.interval.low < suspect.effect < suspect.interval.high

    def test_a_verdict_says_it_already(self) -> None:
        assert [verdict.kind for verdict in about(Quiz(choosers={7: instead}))] == [Kind.WRONG_KEY]

    def test_no_key_of_a_healthy_quiz_is_suspect(self) -> None:
        for people in (29, 60, 240):
            quiz = Quiz(people=people)
            assert Kind.KEY_SUSPECT not in {one.kind for one in diagnose(quiz.responses(), quiz.known())}

    def test_the_score_of_four_who_took_the_key_is_not_told(self) -> None:
        def all_but(few: int) -> Quiz:
            return Quiz(people=60, choosers={7: lambda number, _ability, _knows: "A" if number < few else "B"})

        for few, is_told in ((4, False), (5, True)):
            found = [one for one in about(all_but(few)) if one.kind in ABOUT_KEY]
            assert [(one.effect is not None, one.interval is not None) for one in found] == [(is_told, is_told)]


class TestGiveAways:
    """One that needs no knowledge is right with nearly everybody; a flat curve alone says nothing of the kind."""

    def given_away(self, chooser: Chooser, people: int = 240) -> bool:
        return Kind.GIVE_AWAY in {verdict.kind for verdict in about(Quiz(people=people, choosers={7: chooser}))}

    @pytest.mark.parametrize("people", [60, 240])
    def test_what_nearly_everybody_solves_whoever_they_are(self, people: int) -> None:
        assert self.given_away(lambda number, _ability, _knows: "B" if number % 8 == 3 else "A", people)

    @pytest.mark.parametrize("people", [60, 240, 2400])
    def test_half_of_everybody_is_more_than_guessing_and_no_gift(self, people: int) -> None:
        assert not self.given_away(lambda number, _ability, _knows: "ABACAADB"[number % 8], people=people)

    def test_what_the_weak_solve_and_the_able_do_not(self) -> None:
        def falling(number: int, ability: float, _knows: bool) -> str:
            return "A" if number * 7 % 10 < 10 - 6 * ability else "BCD"[number % 3]

        assert not self.given_away(falling)

    @pytest.mark.parametrize("people", [60, 240])
    def test_what_asks_for_knowledge_as_others_do_however_easy(self, people: int) -> None:
        assert not self.given_away(lambda number, ability, knows: "A" if knows or ability > 0.15 else "B", people)

    def test_a_key_in_doubt_is_no_gift(self) -> None:
        found = {verdict.kind for verdict in about(Quiz(people=60, choosers={7: doubtful}))}
        assert found & ABOUT_KEY
        assert Kind.GIVE_AWAY not in found
