"""Misconceptions over all questions: options that share one are pooled."""

from __future__ import annotations

from lms.analysis.core.items import option_figures
from lms.analysis.core.misconceptions import misconceptions
from lms.analysis.core.responses import Answer, Item, Person, collect

NEW_ACCOUNT = {"en": "A new account starts the count again", "ja": "新しいアカウントなら数え直し"}
SATIRE = {"en": "Satire exempts threats", "ja": "風刺なら脅しも許される"}


def test_options_that_share_a_misconception_are_one() -> None:
    people = [Person(f"L{n}") for n in range(10)]
    items = [Item(code, options=("o1", "o2", "o3"), keys=frozenset({"o1"})) for code in ("Q1", "Q2")]
    chosen = {"Q1": ["o2"] * 4 + ["o1"] * 6, "Q2": ["o3"] * 3 + ["o2"] * 1 + ["o1"] * 6}
    answers = [
        Answer(person.code, item, 1.0 if option == "o1" else 0.0, chosen=(option,))
        for item, options in chosen.items()
        for person, option in zip(people, options, strict=True)
    ]
    responses = collect(people, items, answers)
    figures = {item.code: option_figures(responses, item.code) for item in items}
    named = {"Q1": {"o2": NEW_ACCOUNT, "o3": SATIRE, "o1": {}}, "Q2": {"o3": NEW_ACCOUNT, "o2": SATIRE}}
    first, second = misconceptions(figures, named)
    assert (first.texts, first.options, first.count, first.n) == (NEW_ACCOUNT, (("Q1", 1), ("Q2", 2)), 7, 20)
    assert (second.texts, second.count, second.share) == (SATIRE, 1, 0.05)


def test_what_nobody_chose_and_what_has_no_name_is_not_listed() -> None:
    people = [Person(f"L{n}") for n in range(6)]
    item = Item("Q1", options=("o1", "o2", "o3"), keys=frozenset({"o1"}))
    answers = [Answer(person.code, "Q1", chosen=("o2",)) for person in people]
    figures = {"Q1": option_figures(collect(people, [item], answers), "Q1")}
    assert misconceptions(figures, {"Q1": {"o3": SATIRE}}) == ()
