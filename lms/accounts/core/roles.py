"""The roles, the letter each gives to a person's code, and which of them a role may grant."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from lms.sites.core.vendor import VendorKind


class Role(StrEnum):
    """What a person is on the platform. A person may hold several."""

    LEARNER = "learner"
    TRAINER = "trainer"
    QA = "qa"
    EDITOR = "editor"
    LOCALIZER = "localizer"
    VENDOR_MANAGER = "vendor_manager"
    ADMIN = "admin"


CODE_LETTERS: Mapping[Role, str] = {
    Role.LEARNER: "L",
    Role.TRAINER: "T",
    Role.QA: "Q",
    Role.EDITOR: "P",
    Role.LOCALIZER: "J",
    Role.VENDOR_MANAGER: "V",
    Role.ADMIN: "A",
}
"""The first letter of a code: that of the role given at creation. Codes are never changed or reused."""

STAFF = frozenset(Role) - {Role.LEARNER}

IN_HOUSE = frozenset({Role.QA, Role.EDITOR, Role.LOCALIZER, Role.ADMIN})
"""Roles that reach everybody and every key; nobody of another company holds them."""

_GRANTABLE: Mapping[Role, frozenset[Role]] = {
    Role.ADMIN: frozenset(Role),
    Role.VENDOR_MANAGER: frozenset({Role.LEARNER, Role.TRAINER}),
}


def may_manage(manager: frozenset[Role], held: frozenset[Role]) -> bool:
    """Whether somebody may take over or end an account with the roles ``held``: only what they could give themselves.

    A link for a password made for an administrator would make its maker one.

    >>> may_manage(frozenset({Role.VENDOR_MANAGER}), frozenset({Role.LEARNER, Role.ADMIN}))
    False
    """
    return all(may_grant(manager, role) for role in held)


def may_hold(role: Role, kind: VendorKind) -> bool:
    """Whether somebody of such a vendor may hold a role.

    >>> may_hold(Role.QA, VendorKind.BPO), may_hold(Role.TRAINER, VendorKind.BPO)
    (False, True)
    """
    return kind == VendorKind.IN_HOUSE or role not in IN_HOUSE


def may_grant(granter: frozenset[Role], role: Role) -> bool:
    """Whether somebody with these roles may give ``role`` to another person.

    >>> may_grant(frozenset({Role.VENDOR_MANAGER}), Role.QA)
    False
    """
    return any(role in _GRANTABLE.get(own, frozenset()) for own in granter)
