"""The questions as they were taken, and the sections of the policies that they rest on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import false, select, tuple_

from lms.analysis.queries.evidence import Taken
from lms.analysis.queries.known import Rest, released_under
from lms.analysis.queries.matrix import QuestionFacts
from lms.analysis.queries.rows import ids_of
from lms.foundation.access import Access
from lms.foundation.db import db
from lms.policies import queries as policies
from lms.policies.models import PolicyVersion, Section
from lms.policies.queries import SectionText
from lms.questions.access import withheld
from lms.questions.models import Bank, Question, QuestionKey, QuestionVersion, SectionLink


def load_taken(pairs: Collection[Taken], reader: Access | None) -> dict[Taken, QuestionFacts]:
    """The questions as they were taken; those of one question in the order of their versions and keys."""
    is_withheld = withheld(reader) if reader else false()
    query = (
        select(
            *(QuestionVersion, QuestionKey, Question.code, Bank.code, Section.id, Section.module_id, is_withheld),
            released_under(),
        )
        .join(QuestionKey, QuestionKey.question_version_id == QuestionVersion.id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .join(Bank, Bank.id == Question.bank_id)
        .outerjoin(SectionLink, (SectionLink.question_version_id == QuestionVersion.id) & (SectionLink.position == 0))
        .outerjoin(Section, Section.id == SectionLink.section_id)
        .where(tuple_(QuestionKey.question_version_id, QuestionKey.n).in_(list(pairs)))
        .order_by(Question.code, QuestionVersion.n, QuestionKey.n)
    )
    found: dict[Taken, QuestionFacts] = {}
    for version, key, code, bank, section_id, module_id, waits, released in db.session.execute(query):
        options = key.key["groups"].get("options", {})
        found[(version.id, key.n)] = QuestionFacts(
            code=code,
            bank=bank,
            type=version.type,
            body=version.body,
            section=version.body["sections"][0] if version.body["sections"] else None,
            keys=frozenset(option for option, facts in options.items() if facts["fraction"] == "1"),
            misconceptions={option: facts.get("misconception", {}) for option, facts in options.items()},
            version_n=version.n,
            number=len(found),
            rest=Rest(section_id, module_id, key.created_at, ids_of(released)) if section_id else None,
            is_withheld=bool(waits),
            pair=(version.id, key.n),
        )
    return found


def newest(pinned: Iterable[PolicyVersion]) -> list[PolicyVersion]:
    """The last version of each module among those under which attempts were taken."""
    order = sorted(pinned, key=lambda version: (version.module_id, version.major, version.minor))
    return list({version.module_id: version for version in order}.values())


def load_sections(versions: Sequence[PolicyVersion], facts: Iterable[QuestionFacts]) -> dict[str, SectionText]:
    """The sections that the questions rest on, in the order of the policies."""
    wanted = {fact.section for fact in facts}
    texts = policies.load_sections([version.id for version in versions])
    return {
        section.full_name: section
        for version in versions
        for section in texts[version.id]
        if section.full_name in wanted
    }
