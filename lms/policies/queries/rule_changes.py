"""What a change of a rule brings about in features that lie above: they register it, and publication calls it."""

from __future__ import annotations

from collections.abc import Callable, Collection

from sqlalchemy import select

from lms.foundation.db import db
from lms.policies.models import OutlineEntry, PolicyVersion, VersionState

Reaction = Callable[[PolicyVersion, Collection[int]], object]
_reactions: list[Reaction] = []


def register_rule_change(reaction: Reaction) -> None:
    """Let a feature do what a change of rules asks of it. It is called again for what it knows already."""
    _reactions.append(reaction)


def apply_rule_changes(version: PolicyVersion) -> None:
    """Do what the changed rules of a version that has come into force bring about; said again, nothing more."""
    changed = load_rule_changed(version)
    for reaction in _reactions if changed else ():
        reaction(version, changed)


def load_rule_changed(version: PolicyVersion) -> set[int]:
    """The sections whose rule a version changes against the one before it, by id.

    A section that is gone is a rule change whoever looks at it. What a changed text means only an editor can say.
    """
    before = db.session.scalar(
        select(PolicyVersion)
        .where(
            PolicyVersion.module_id == version.module_id,
            PolicyVersion.state == VersionState.PUBLISHED,
            PolicyVersion.id != version.id,
            PolicyVersion.effective_at <= version.effective_at,
        )
        .order_by(PolicyVersion.effective_at.desc(), PolicyVersion.major.desc(), PolicyVersion.minor.desc())
        .limit(1)
    )
    return _outline(before.id) - _outline(version.id) if before is not None else set()


def _outline(version_id: int) -> set[int]:
    return set(db.session.scalars(select(OutlineEntry.section_id).where(OutlineEntry.version_id == version_id)))
