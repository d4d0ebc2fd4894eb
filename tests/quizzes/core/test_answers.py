"""The answers of record do not depend on the order or the number of arrivals; the receipt follows from them alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.kit.problems import Invalid
from lms.quizzes.core.answers import Event, missing, new_events, next_seq, of_record
from lms.quizzes.core.receipt import receipt

payloads = st.fixed_dictionaries({"option": st.sampled_from(["o1", "o2", "o3"])})
events = st.builds(
    Event, st.integers(1, 3), st.integers(1, 9), st.integers(1, 4), st.sampled_from(["en", "ja"]), payloads
)
logs = st.lists(events, max_size=20, unique_by=lambda event: event.stamp)


@given(logs, st.data())
def test_order_and_repetition_change_nothing(log: list[Event], data: st.DataObject) -> None:
    arrived = data.draw(st.permutations(log + data.draw(st.lists(st.sampled_from(log), max_size=5)) if log else log))
    assert of_record(arrived) == of_record(log)
    assert receipt("a", arrived) == receipt("a", log)


@given(logs)
def test_the_answer_of_record_is_the_greatest_stamp_of_its_question(log: list[Event]) -> None:
    for position, event in of_record(log).items():
        assert event.stamp == max(other.stamp for other in log if other.position == position)


@given(logs, events)
def test_the_receipt_changes_with_an_answer_of_record(log: list[Event], event: Event) -> None:
    latest = Event(4, 1, event.position, event.locale, event.payload)
    assert receipt("a", [*log, latest]) != receipt("a", log)
    assert receipt("a", log) != receipt("b", log)


@given(logs)
def test_what_is_stored_is_not_stored_again(log: list[Event]) -> None:
    stored = {event.stamp: event.payload_sha256 for event in log}
    assert new_events(log, stored) == []
    assert new_events(log, {}) == log


def test_the_same_stamp_with_another_content_is_a_conflict() -> None:
    first, second = (Event(1, 1, 7, "en", {"option": option}) for option in ("o1", "o2"))
    with pytest.raises(Invalid, match=r"answer\.conflict"):
        new_events([second], {first.stamp: first.payload_sha256})
    with pytest.raises(Invalid, match=r"answer\.conflict"):
        new_events([first, second], {})


def test_a_change_of_language_is_another_content() -> None:
    english, japanese = (Event(1, 1, 7, locale, {"option": "o1"}) for locale in ("en", "ja"))
    assert english.payload_sha256 != japanese.payload_sha256


def test_a_manifest_names_what_is_missing() -> None:
    assert missing([(1, 2), (1, 1), (2, 1)], {(1, 1)}) == [(1, 2), (2, 1)]


def test_the_next_number_of_an_epoch() -> None:
    assert (next_seq([], 1), next_seq([(1, 4), (2, 9), (1, 2)], 1)) == (1, 5)
