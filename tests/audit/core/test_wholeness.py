"""The verdict over a chain, beside what was seen of it before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from lms.audit.core.wholeness import Verdict, judge, verdict_from
from lms.kit.chains import GENESIS, Link, link

NOW = datetime(2026, 11, 16, tzinfo=UTC)


def chain(*words: str) -> list[Link]:
    """A whole chain with an entry for each word."""
    links: list[Link] = []
    for n, word in enumerate(words, start=1):
        prev = links[-1].sha256 if links else GENESIS
        links.append(Link(n, prev, {"word": word}, link(n, prev, {"word": word})))
    return links


def changed(links: Sequence[Link], n: int) -> list[Link]:
    """The chain with another content at a place, as somebody leaves it who does not know of the hashes."""
    return [Link(one.n, one.prev_sha256, {"word": "x"}, one.sha256) if one.n == n else one for one in links]


FIVE = chain(*"abcde")
SEEN_THREE = Verdict(3, FIVE[2].sha256, NOW)


def test_a_chain_that_grows_stays_whole() -> None:
    assert judge(FIVE, SEEN_THREE, NOW) == Verdict(5, FIVE[4].sha256, NOW)
    assert judge([], None, NOW) == Verdict(0, GENESIS, NOW)
    assert judge(FIVE[:2], judge([], None, NOW), NOW).broken_at is None


@pytest.mark.parametrize(
    ("links", "broken_at"),
    [
        (FIVE[:2], 3),
        ([], 1),
        (chain(*"abxyz"), 3),
        (changed(FIVE, 4), 4),
        (changed(FIVE, 1), 1),
    ],
    ids=["cut", "emptied", "linked anew", "changed later", "changed before"],
)
def test_what_was_seen_must_still_be_there(links: list[Link], broken_at: int) -> None:
    verdict = judge(links, SEEN_THREE, NOW)
    assert (verdict.broken_at, verdict.n, verdict.sha256) == (broken_at, 3, FIVE[2].sha256)


@pytest.mark.parametrize("earlier", [SEEN_THREE, None], ids=["seen whole before", "never seen whole"])
@pytest.mark.parametrize("n", [1, 4])
def test_mending_a_broken_chain_does_not_make_it_whole(earlier: Verdict | None, n: int) -> None:
    """Neither cutting it before the broken place, nor emptying it, nor letting it grow beyond."""
    broken = verdict_from(judge(changed(FIVE, n), earlier, NOW).as_text())
    assert broken.broken_at == n
    for links in (FIVE[: n - 1], [], FIVE, chain(*"abcdefgh")):
        assert judge(links, broken, NOW).broken_at == n, len(links)
