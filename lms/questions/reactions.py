"""Tells the policies, which lie below, what of ours uses their sections."""

from __future__ import annotations

from collections.abc import Collection

from lms.policies.queries.uses import Use, register_section_uses
from lms.questions import queries


def uses_of_sections(section_ids: Collection[int]) -> dict[int, list[Use]]:
    """The questions that cite each section in their newest version."""
    return {
        section_id: [
            Use(question.code, "question.show", {"bank": question.bank.code, "code": question.code}, "question.read")
            for question in citing
        ]
        for section_id, citing in queries.load_citing(section_ids).items()
    }


register_section_uses(uses_of_sections)
