"""Tells the policies, which lie below, what of ours uses their sections."""

from __future__ import annotations

from collections.abc import Collection

from lms.foundation.access import access
from lms.policies.queries.uses import Use, register_module_uses, register_section_uses
from lms.questions import queries
from lms.questions.models import Question


def uses_of_sections(section_ids: Collection[int]) -> dict[int, list[Use]]:
    """The questions that cite each section in their newest version, but those whose key waits for whoever reads:
    of a case the section is an answer.
    """
    found = queries.load_citing(section_ids, access())
    return {section_id: [_use(question) for question in citing] for section_id, citing in found.items()}


def uses_of_module(module_id: int) -> list[Use]:
    """The questions that cite sections of a module."""
    return [_use(question) for question in queries.list_citing_module(module_id)]


def _use(question: Question) -> Use:
    address = {"bank": question.bank.code, "code": question.code}
    return Use(question.code, "question.show", address, "question.read")


register_module_uses("questions", uses_of_module)
register_section_uses(uses_of_sections)
