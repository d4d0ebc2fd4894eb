"""Draws the paper of an attempt: which questions, in which order, with which order of options, from its own seed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial

from lms.kit.shuffles import shuffled_by
from lms.policies import queries as policies
from lms.questions.core.types import type_of
from lms.questions.queries import Current
from lms.quizzes import queries
from lms.quizzes.core.blueprint import draw_rows, one_of_each
from lms.quizzes.core.paper import PaperQuestion, PaperRow, draw
from lms.quizzes.core.rules import Rules

SEEN, AVOIDED = 1, 1000
"""What drawing a question costs: one of an avoided kind comes after any number of those that were seen before."""


def drawn_by(
    usable: Sequence[Current],
    rules: Rules,
    seed: str,
    avoided: Collection[str] = (),
    seen: Collection[str] = (),
) -> list[Current]:
    """What a paper holds: the whole list, or what its blueprint draws of it under the attempt's own seed.

    Of variants that test the same thing there is one at most. What the person has ``seen`` (by code) comes only
    where no other is left, and sensitive cases of an avoided kind only where nothing else is left at all.
    """
    by_code = {found.question.code: found for found in usable}
    candidates = [queries.candidate_of(found) for found in usable]
    mixed = shuffled_by(f"{seed}:draw", candidates, lambda candidate: candidate.code)
    costs = {code: AVOIDED * _is_avoided(found, avoided) + SEEN * (code in seen) for code, found in by_code.items()}
    if rules.draw:
        return [by_code[candidate.code] for drawn in draw_rows(rules.draw, mixed, costs) for candidate in drawn]
    chosen = {candidate.code for candidate in one_of_each(mixed, costs)}
    return [found for found in usable if found.question.code in chosen]


def _is_avoided(found: Current, avoided: Collection[str]) -> bool:
    return found.version.body.get("sensitive", {}).get("kind", "") in avoided


def paper_of(usable: Sequence[Current], rules: Rules, seed: str) -> list[PaperRow]:
    """The paper that a seed draws from the questions of a quiz."""
    return draw(
        [
            PaperQuestion(
                question_version_id=found.version.id,
                code=found.question.code,
                key_n=found.key_n,
                order_options=partial(type_of(found.version.body).order, found.version.body),
            )
            for found in usable
        ],
        seed=seed,
        shuffle=rules.shuffle,
        max_thousandths=rules.question_thousandths,
    )


def modules_of(drawn: Sequence[Current]) -> set[int]:
    """The modules whose sections the questions cite, and those whose sections a case offers as options."""
    cited = {link.section.module_id for found in drawn for link in found.version.links}
    cases = [found.version.body["groups"].get("section", ()) for found in drawn]
    offered = {option["section"].partition("/")[0] for options in cases for option in options if option.get("section")}
    if not offered:
        return cited
    return cited | {module.id for module in policies.list_modules() if module.code in offered}
