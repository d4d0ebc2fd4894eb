"""The answers of record, from the answer log.

Each change of an answer is an event with the writer's epoch and a sequence number. The answer of record of a question
is the event with the greatest (epoch, seq), so repeats and late arrivals do no harm, in whatever order they come.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lms.kit.chains import sha256_of
from lms.kit.problems import Invalid

Stamp = tuple[int, int]
"""(epoch, seq): who wrote, and the how-manieth change of theirs it was."""
MOST_SEQ = 2**31 - 1
"""The greatest number that the log can hold."""
MOST_EVENTS = 5000
MOST_EPOCH = 10_000
MOST_IN_ONE_CALL = 50


class Unfit(Invalid):
    """What was sent cannot be taken, no part of it (422)."""

    status = 422


@dataclass(frozen=True, slots=True)
class Event:
    """One change of the answer to the question at ``position``; ``payload`` is what was chosen, by option ids."""

    epoch: int
    seq: int
    position: int
    locale: str
    payload: Mapping[str, Any]

    @property
    def stamp(self) -> Stamp:
        return self.epoch, self.seq

    @property
    def payload_sha256(self) -> str:
        """What tells a repeat from another content under the same stamp: position, language and payload."""
        return sha256_of({"position": self.position, "locale": self.locale, "payload": dict(self.payload)})


def of_record(events: Iterable[Event]) -> dict[int, Event]:
    """The event of record of each position.

    >>> first, second = (Event(1, seq, 7, "en", {"option": option}) for seq, option in ((1, "o1"), (2, "o3")))
    >>> of_record([second, first])[7].payload["option"]
    'o3'
    """
    found: dict[int, Event] = {}
    for event in events:
        if event.position not in found or event.stamp > found[event.position].stamp:
            found[event.position] = event
    return found


def missing(manifest: Collection[Stamp], have: Collection[Stamp]) -> list[Stamp]:
    """What a manifest names and the log lacks, in order; a submission waits for it.

    >>> missing([(1, 1), (1, 2)], {(1, 1)})
    [(1, 2)]
    """
    return sorted(set(manifest) - set(have))


def check_fit(sent: Iterable[Event], positions: Collection[int], writer_epoch: int) -> None:
    """Raise ``Unfit`` for an event beside the paper, or with a stamp that no writer of this attempt can have.

    An epoch from the future would outrank every answer that follows, so it may never enter the log.
    """
    for event in sent:
        has_stamp = 1 <= event.epoch <= writer_epoch and 1 <= event.seq <= MOST_SEQ
        if not has_stamp or event.position not in positions:
            raise Unfit("answer.unfit")


def new_events(sent: Iterable[Event], stored: Mapping[Stamp, str]) -> list[Event]:
    """Those of the sent events that are not stored yet.

    ``stored`` gives the payload hash under each stamp. Raises ``Unfit`` when a stamp comes again with another
    content: two writers have mixed up their numbers, and neither answer may be taken silently.
    """
    fresh: dict[Stamp, Event] = {}
    for event in sent:
        known = stored.get(event.stamp)
        if known is None and event.stamp in fresh:
            known = fresh[event.stamp].payload_sha256
        if known is None:
            fresh[event.stamp] = event
        elif known != event.payload_sha256:
            raise Unfit("answer.conflict", epoch=event.epoch, seq=event.seq)
    return list(fresh.values())


def next_seq(stamps: Iterable[Stamp], epoch: int) -> int:
    """The next free number of an epoch: what a page without script is given to write with."""
    return 1 + max((seq for own, seq in stamps if own == epoch), default=0)
