"""Who writes, when one rests, and how an attempt stands: the calls beside saving and handing in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lms.accounts.models import Accommodation
from lms.foundation import clock
from lms.foundation.db import db
from lms.quizzes import actions, queries
from lms.quizzes.core.attempt import BREAK, AttemptState
from lms.quizzes.models import Assignment
from tests.conftest import SignIn, Unit, Visitor
from tests.quizzes import sitting
from tests.quizzes.sitting import Look


def at(first: str, call: str) -> str:
    return first.replace("questions/1", call)


def change(look: Look, seq: int, position: int, *, right: bool = True) -> dict[str, Any]:
    payload = look.right(position) if right else look.wrong(position)
    return {"seq": seq, "position": position, "locale": "en", "payload": payload}


def save(joiner: Visitor, first: str, epoch: int, *events: dict[str, Any]) -> Any:
    return joiner.post(at(first, "events"), json={"epoch": epoch, "events": list(events)})


def rest(joiner: Visitor, first: str, step: str) -> Any:
    return joiner.post(at(first, "break"), json={"step": step})


def test_each_claim_makes_a_new_writer_and_tells_what_the_log_has(joiner: Visitor, first: str, look: Look) -> None:
    assert joiner.post(at(first, "claim"), json={}).json["epoch"] == 2
    save(joiner, first, 2, change(look, 1, 3))
    claimed = joiner.post(at(first, "claim"), json={}).json
    assert claimed["epoch"] == 3
    assert claimed["acked"] == [[2, 1]]
    assert claimed["answers"] == {"3": {"stamp": [2, 1], "payload": look.right(3)}}
    assert claimed["server_now"] == clock.now().isoformat()
    assert claimed["deadline"] == look(lambda attempt: attempt.deadline_at.isoformat())


def test_who_wrote_before_is_told_and_loses_nothing(joiner: Visitor, first: str, look: Look) -> None:
    """The older window's answer is in the log, below the newer one's, whichever arrives first."""
    for _window in range(2):
        joiner.post(at(first, "claim"), json={})
    save(joiner, first, 3, change(look, 1, 2))
    told = save(joiner, first, 2, change(look, 7, 2, right=False))
    assert told.status_code == 409
    assert told.json["error"] == "answer.superseded"
    assert (told.json["epoch"], told.json["acked"]) == (3, [[2, 7]])
    assert told.json["answers"]["2"] == {"stamp": [3, 1], "payload": look.right(2)}
    assert look.log == [look.wrong(2), look.right(2)]
    joiner.post(at(first, "submit"), json={"manifest": [[2, 7], [3, 1]]})
    assert look.score == 1000


def test_nobody_writes_with_an_epoch_that_was_never_given(joiner: Visitor, first: str, look: Look) -> None:
    assert save(joiner, first, 2, change(look, 1, 1)).status_code == 422
    joiner.post(at(first, "claim"), json={})
    assert save(joiner, first, 2, change(look, 1, 1)).status_code == 200


def test_a_closed_attempt_has_no_writer_any_more(joiner: Visitor, first: str) -> None:
    receipt = joiner.post(at(first, "submit"), json={"manifest": []}).json["receipt"]
    refused = joiner.post(at(first, "claim"), json={})
    assert (refused.status_code, refused.json["error"]) == (409, "attempt.closed")
    assert refused.json["receipt"] == receipt
    assert joiner.get(at(first, "state")).json["state"] == AttemptState.SUBMITTED
    assert joiner.get(at(first, "state")).json["receipt"] == receipt


@pytest.mark.parametrize("call", ["claim", "state", "break", "paper"])
def test_somebody_else_finds_nothing(sign_in_as: SignIn, first: str, unit: Unit, call: str) -> None:
    with unit():
        other = sitting.person("moderator@kijun.example").code
    stranger = sign_in_as(other)
    ask = stranger.get if call in {"state", "paper"} else stranger.post
    sent = {} if call in {"state", "paper"} else {"json": {"step": "start"}}
    assert ask(at(first, call), **sent).status_code == 404


def test_marks_are_noted_with_the_answers_or_alone(joiner: Visitor, first: str, look: Look) -> None:
    sent = {"epoch": 1, "events": [], "shown": [4, 5], "flagged": {"5": True}}
    assert joiner.post(at(first, "events"), json=sent).status_code == 200
    rows = look(lambda attempt: {row.position: (row.shown_at, row.is_flagged) for row in attempt.questions})
    assert {position for position, (shown_at, _flag) in rows.items() if shown_at} == {1, 4, 5}
    assert {position for position, (_shown, is_flagged) in rows.items() if is_flagged} == {5}
    joiner.post(at(first, "events"), json={"epoch": 1, "events": [], "flagged": {"5": False}})
    assert not look(lambda attempt: attempt.questions[4].is_flagged)


@pytest.mark.parametrize(
    "marks",
    [{"shown": [99]}, {"shown": ["x"]}, {"shown": 4}, {"flagged": {"x": True}}, {"flagged": {"99": True}},
     {"flagged": []}, {"shown": [[1]]}, {}],
)  # fmt: skip
def test_marks_beside_the_paper_are_refused(joiner: Visitor, first: str, marks: dict[str, Any]) -> None:
    assert joiner.post(at(first, "events"), json={"epoch": 1, "events": [], **marks}).status_code == 422


@pytest.mark.parametrize(("seconds", "moved"), [(0, 0), (60, 60), (299, 299), (300, 300), (301, 300), (900, 300)])
def test_a_break_moves_the_deadline_by_its_length_and_five_minutes_at_most(
    joiner: Visitor, first: str, look: Look, seconds: int, moved: int
) -> None:
    deadline, start = look(lambda attempt: attempt.deadline_at), clock.now()
    covered = rest(joiner, first, "start").json
    assert covered["deadline"] == (deadline + BREAK).isoformat()
    assert covered["break_until"] == (start + BREAK).isoformat()
    with clock.fixed(start + timedelta(seconds=seconds)):
        back = rest(joiner, first, "end").json
    assert back["deadline"] == (deadline + timedelta(seconds=moved)).isoformat()
    assert back["break_until"] is None


def test_an_end_that_is_never_told_counts_as_a_whole_break(joiner: Visitor, first: str, look: Look) -> None:
    deadline = look(lambda attempt: attempt.deadline_at)
    rest(joiner, first, "start")
    with clock.fixed(clock.now() + BREAK):
        assert save(joiner, first, 1, change(look, 1, 1)).status_code == 200
    assert look(lambda attempt: attempt.deadline_at) == deadline + BREAK


def test_while_the_screen_is_covered_answers_wait_and_are_taken_after(joiner: Visitor, first: str, look: Look) -> None:
    rest(joiner, first, "start")
    refused = save(joiner, first, 1, change(look, 1, 1))
    assert (refused.status_code, refused.json["error"]) == (409, "attempt.on_break")
    assert look.log == []
    with clock.fixed(clock.now() + timedelta(seconds=20)):
        rest(joiner, first, "end")
        assert save(joiner, first, 1, change(look, 1, 1)).status_code == 200
    assert look.log == [look.right(1)]


def test_a_form_that_is_posted_is_the_end_of_the_break(joiner: Visitor, first: str, look: Look) -> None:
    deadline = look(lambda attempt: attempt.deadline_at)
    rest(joiner, first, "start")
    with clock.fixed(clock.now() + timedelta(seconds=30)):
        joiner.post(first, data={**look.right(1), "go": "next"})
    assert look.log == [look.right(1)]
    assert look(lambda attempt: attempt.deadline_at) == deadline + timedelta(seconds=30)


def test_there_is_one_break_and_none_when_the_time_is_over(joiner: Visitor, first: str, look: Look) -> None:
    rest(joiner, first, "start")
    assert rest(joiner, first, "start").status_code == 200, "sent again, nothing changes"
    rest(joiner, first, "end")
    assert rest(joiner, first, "end").status_code == 200
    assert rest(joiner, first, "start").json["error"] == "attempt.break_taken"


def test_no_break_begins_after_the_deadline(joiner: Visitor, first: str, look: Look) -> None:
    with clock.fixed(look(lambda attempt: attempt.deadline_at)):
        assert rest(joiner, first, "start").json["error"] == "attempt.break_too_late"
    joiner.post(at(first, "submit"), json={"manifest": []})
    assert rest(joiner, first, "start").json["error"] == "attempt.closed"


@pytest.mark.parametrize("document", [{}, {"step": "x"}, [], "text", {"step": ["start"]}])
def test_what_is_no_break_is_refused(joiner: Visitor, first: str, document: Any) -> None:
    assert joiner.post(at(first, "break"), json=document).status_code == 400


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(-1, 200), (0, 200), (1, 200), (59, 200), (60, 200), (61, 202)],
)
def test_every_write_at_the_deadline_and_at_the_end_of_the_grace(
    joiner: Visitor, first: str, look: Look, seconds: int, said: int
) -> None:
    """Answers until the grace is over are logged, later ones kept for review; each call is answered in either case."""
    deadline = look(lambda attempt: attempt.deadline_at)
    with clock.fixed(deadline + timedelta(seconds=seconds)):
        assert joiner.post(at(first, "claim"), json={}).status_code == 200
        assert save(joiner, first, 2, change(look, 1, 1)).status_code == said
        joiner.post(sitting.at(first, 2), data={**look.right(2), "go": "next"})
        closed = joiner.post(at(first, "submit"), json={"manifest": [[2, 1]]})
    assert closed.status_code == 200
    is_late = said == 202
    assert look.state == (AttemptState.EXPIRED if is_late else AttemptState.SUBMITTED)
    assert len(look.log) == (0 if is_late else 2)
    assert len(look.late) == (2 if is_late else 0)
    assert look(lambda attempt: attempt.closed_at) == deadline + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("seconds", "may_rest", "is_noted"),
    [(-1, True, True), (0, False, True), (1, False, True), (59, False, True), (60, False, True), (61, False, False)],
)
def test_every_mark_and_break_at_the_deadline_and_at_the_end_of_the_grace(
    joiner: Visitor, first: str, look: Look, seconds: int, may_rest: bool, is_noted: bool
) -> None:
    """Marks are noted until the grace is over, by call and by form; a break begins before the deadline or never."""
    deadline = look(lambda attempt: attempt.deadline_at)
    with clock.fixed(deadline + timedelta(seconds=seconds)):
        marks = {"epoch": 1, "events": [], "shown": [4], "flagged": {"4": True}}
        assert joiner.post(at(first, "events"), json=marks).status_code == 200
        assert joiner.post(sitting.at(first, 5), data={"show": "1"}).status_code == 302
        assert joiner.post(sitting.at(first, 6), data={"flag": "1"}).status_code == 302
        assert rest(joiner, first, "end").status_code == 200, "there is none to end, and nothing moves"
        assert look(lambda attempt: attempt.deadline_at) == deadline
        assert rest(joiner, first, "start").status_code == (200 if may_rest else 409)
    rows = look(lambda attempt: {row.position: (bool(row.shown_at), row.is_flagged) for row in attempt.questions})
    assert rows[4] == (is_noted, is_noted)
    assert rows[5] == (is_noted, False)
    assert rows[6] == (is_noted, is_noted)
    assert look(lambda attempt: attempt.deadline_at) == deadline + (BREAK if may_rest else timedelta())


@pytest.mark.parametrize(("seconds", "said"), [(-1, 200), (0, 200), (1, 200), (59, 200), (60, 200), (61, 202)])
def test_a_break_over_the_deadline_moves_what_is_in_time(
    joiner: Visitor, first: str, look: Look, seconds: int, said: int
) -> None:
    """Covered ten seconds before the deadline for two minutes: it is two minutes later, to the second."""
    deadline = look(lambda attempt: attempt.deadline_at)
    with clock.fixed(deadline - timedelta(seconds=10)):
        rest(joiner, first, "start")
    with clock.fixed(deadline + timedelta(seconds=110) - timedelta(seconds=1)):
        assert save(joiner, first, 1, change(look, 1, 1)).json["error"] == "attempt.on_break"
    with clock.fixed(deadline + timedelta(seconds=110)):
        assert rest(joiner, first, "end").json["deadline"] == (deadline + timedelta(seconds=120)).isoformat()
    with clock.fixed(deadline + timedelta(seconds=120 + seconds)):
        assert save(joiner, first, 1, change(look, 1, 1)).status_code == said


@pytest.mark.parametrize(("seconds", "said"), [(299, 409), (300, 200), (301, 200)])
def test_a_break_that_nobody_ends_covers_to_the_second(
    joiner: Visitor, first: str, look: Look, seconds: int, said: int
) -> None:
    rest(joiner, first, "start")
    with clock.fixed(clock.now() + timedelta(seconds=seconds)):
        assert save(joiner, first, 1, change(look, 1, 1)).status_code == said


@pytest.mark.parametrize(
    ("edge", "seconds", "said"),
    [("opens_at", -1, 409), ("opens_at", 0, 302), ("opens_at", 1, 302), ("due_at", -1, 302), ("due_at", 0, 409),
     ("due_at", 1, 409)],
)  # fmt: skip
def test_an_attempt_begins_inside_its_window_to_the_second(
    joiner: Visitor, unit: Unit, edge: str, seconds: int, said: int
) -> None:
    moment = clock.now() + timedelta(minutes=10)
    with unit():
        person = sitting.person()
        given = sitting.assignment_id(person)
        setattr(queries.get_given(person.id, given).assignment, edge, moment)
    with clock.fixed(moment + timedelta(seconds=seconds)):
        assert joiner.post(f"/quizzes/{given}/attempts").status_code == said


def test_the_whole_paper_comes_without_any_key_and_only_while_it_is_open(joiner: Visitor, first: str) -> None:
    paper = joiner.get(at(first, "paper"))
    assert paper.text.count("data-question=") == 12
    joiner.post(at(first, "submit"), json={"manifest": []})
    assert joiner.get(at(first, "paper")).status_code == 409


@pytest.mark.parametrize(("percent", "minutes"), [(0, 0), (50, 15), (25, 8)])
def test_more_time_moves_the_deadline_and_the_end_of_the_window_alike(
    joiner: Visitor, unit: Unit, percent: int, minutes: int
) -> None:
    """Of 30 minutes; whoever begins ten minutes before the window ends has the ten and what is added."""
    with unit():
        person = sitting.person()
        assignment = db.session.get_one(Assignment, sitting.assignment_id(person))
        assert queries.get_given(person.id, assignment.id).rules.minutes == 30
        address, due_at = f"/quizzes/{assignment.id}", assignment.due_at
        if percent:
            today = clock.now().date()
            granted = Accommodation(person_id=person.id, more_percent=percent, first_on=today, granted_at=clock.now())
            db.session.add(granted)
    assert ("(extended from 30)" in joiner.get(f"{address}?lang=en").text) is bool(percent)
    with clock.fixed(due_at - timedelta(minutes=10)), unit():
        person = sitting.person()
        attempt = actions.open_attempt(person, sitting.assignment_id(person), locale="en")
        assert attempt.deadline_at == due_at + timedelta(minutes=minutes)
        assert attempt.more_minutes == minutes
