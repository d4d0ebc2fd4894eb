"""A chain shows every change."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from lms.kit import chains
from lms.kit.ids import public_id
from lms.kit.shuffles import shuffled


def chain(contents: list[dict[str, int]]) -> list[chains.Link]:
    links, prev = [], chains.GENESIS
    for n, content in enumerate(contents, start=1):
        links.append(chains.Link(n, prev, content, chains.link(n, prev, content)))
        prev = links[-1].sha256
    return links


contents = st.lists(st.fixed_dictionaries({"x": st.integers(0, 9)}), min_size=2, max_size=8)


@given(contents)
def test_an_untouched_chain_is_whole(items) -> None:
    assert chains.first_break(chain(items)) is None


@given(contents, st.data())
def test_a_changed_dropped_or_swapped_record_is_named(items, data) -> None:
    links = chain(items)
    place = data.draw(st.integers(0, len(links) - 2))
    changed = [*links[:place], replace(links[place], content={"x": 10}), *links[place + 1 :]]
    dropped = links[:place] + links[place + 1 :]
    swapped = [*links[:place], links[place + 1], links[place], *links[place + 2 :]]
    for broken in (changed, dropped, swapped):
        assert chains.first_break(broken) == place + 1


@given(st.text(), st.lists(st.text(), unique=True))
def test_a_shuffle_is_a_permutation_that_only_the_seed_decides(seed: str, names: list[str]) -> None:
    order = shuffled(seed, names)
    assert sorted(order) == sorted(names)
    assert shuffled(seed, reversed(names)) == order


@given(st.lists(st.binary(min_size=16, max_size=16), unique=True, min_size=2))
def test_public_ids_are_as_many_as_their_entropy(entropies: list[bytes]) -> None:
    ids = [public_id(entropy) for entropy in entropies]
    assert len(set(ids)) == len(ids)
    assert {len(name) for name in ids} == {26}
