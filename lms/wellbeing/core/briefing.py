"""The wellbeing briefing: who is asked to read it first, what is open before, and what it says of the content."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lms.accounts.core.roles import Role
from lms.wellbeing.core.labels import Degree, Form, Label, rank

VERSION = 1
"""The edition of the briefing. A greater one asks everybody again: raise it when what the page says has changed."""

EXPOSED = frozenset({Role.LEARNER})
"""Whose work brings them to sensitive content: new joiners, moderators and labellers."""

OPEN_BEFORE = frozenset(
    {
        *("static.read", "health.read", "session.create", "session.end", "session.confirm", "link.redeem", "feed.read"),
        "statement.read",
        *("profile.write", "notice.read", "journal.read", "wellbeing.read", "wellbeing.write"),
    }
)
"""What can be opened before the briefing is confirmed: one's own account, and the briefing itself."""

OPEN_MEANWHILE = frozenset({"attempt.write", "policy.read"})
"""What stays open while somebody's time is running: the quiz, and the policies that it may be taken with."""


def is_due(roles: Iterable[str], confirmed_version: int) -> bool:
    """Whether somebody with these roles is to read the briefing first.

    >>> is_due({"learner"}, 0), is_due({"learner"}, VERSION), is_due({"admin"}, 0)
    (True, False, False)
    """
    return confirmed_version < VERSION and not EXPOSED.isdisjoint(roles)


@dataclass(frozen=True, slots=True)
class KindSeen:
    """A kind of content, from how weak to how strong it is, and in which forms it comes."""

    kind: str
    weakest: Degree
    strongest: Degree
    forms: Sequence[Form]


def kinds_seen(labels: Iterable[Label]) -> list[KindSeen]:
    """What content of these labels comes to, a line for each kind.

    >>> label = Label("threat", Degree.MILD, Form.TEXT)
    >>> [(seen.kind, seen.strongest.value) for seen in kinds_seen([label, Label("threat", Degree.MEDIUM, Form.TEXT)])]
    [('threat', 'medium')]
    """
    by_kind: dict[str, list[Label]] = {}
    for label in labels:
        by_kind.setdefault(label.kind, []).append(label)
    return [
        KindSeen(
            kind,
            min((label.degree for label in found), key=rank),
            max((label.degree for label in found), key=rank),
            [form for form in Form if any(label.form == form for label in found)],
        )
        for kind, found in sorted(by_kind.items())
    ]
