"""Every action and every fact of the audit trail has its words: whoever adds one writes them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from lms.audit import phrases
from lms.audit.core.facts import facts_of
from lms.foundation.journal import ACTIONS

LMS = Path(__file__).resolve().parent.parent.parent / "lms"
OWN = {"actor", "object", "chain_id", "at"}
"""What an entry has in columns of its own."""
ONLY_PAIRED = {"before", "from_site"}
"""Shown beside what came after."""


def recorded() -> Iterator[tuple[str, ast.Call]]:
    """Every call that writes an entry: ``journal.record`` and the functions named after it."""
    for path in LMS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if name in {"record", "_record"}:
                    yield path.name, node


def test_every_action_has_a_phrase_and_an_area() -> None:
    assert ACTIONS - set(phrases.ACTIONS) == set(), "write a phrase in lms/audit/phrases.py"
    assert {action.partition(".")[0] for action in ACTIONS} <= set(phrases.AREAS)


def test_every_fact_that_is_recorded_has_a_name() -> None:
    keys = {keyword.arg for _file, call in recorded() for keyword in call.keywords if keyword.arg}
    assert len(keys) > 10
    assert keys - OWN - ONLY_PAIRED - set(phrases.FACTS) == set(), "name it in lms/audit/phrases.py"


def test_what_comes_before_is_shown_beside_what_comes_after() -> None:
    [fact] = facts_of({"before": "2026-11-16", "after": "2026-11-17"})
    assert (fact.before, fact.value, fact.has_before) == ("2026-11-16", "2026-11-17", True)
