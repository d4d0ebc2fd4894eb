"""Giving roles, alone or with a second person; and the rule of the second person for whatever is released."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import delete

from lms.accounts import queries
from lms.accounts.core import second_person
from lms.accounts.core.roles import Role, may_grant, may_hold
from lms.accounts.models import Person, ProposalDecision, RoleGrant, RoleProposal, WebSession
from lms.foundation import clock, journal, notices
from lms.foundation.access import takes_second_person
from lms.foundation.db import db, hold
from lms.foundation.journal import Entry
from lms.kit.problems import Conflict, Refused
from lms.sites.core.vendor import VendorKind
from lms.sites.models import Site

WAITS = "role.waits"
TOLD = {
    ProposalDecision.CONFIRMED: "role.given",
    ProposalDecision.DECLINED: "role.declined",
    ProposalDecision.WITHDRAWN: "role.dropped",
}
"""What whoever proposed a role hears when somebody else has decided."""


def check_release(
    action: str, *, prepared_by: Person, by: Person, not_counting: Collection[int] = ()
) -> dict[str, Any]:
    """Ask the rule of the second person before a release; gives what the journal is to say about it.

    ``action`` is the one whose grants say who could release it; ``not_counting`` holds whom it is about. Raises
    ``Refused`` with the codes of those who can, when whoever prepared it wants to release it too.
    """
    able = {key: code for key, code in queries.load_able(action).items() if key not in not_counting}
    match second_person.judge(prepared_by.id, by.id, able):
        case second_person.Release.TOGETHER:
            return {"prepared_by": prepared_by.code}
        case second_person.Release.ALONE:
            return {"without_second_person": True}
        case second_person.Release.WAITS:
            others = [code for key, code in able.items() if key != by.id]
            raise Refused("release.waits", people=", ".join(others))


def give_or_propose(person: Person, role: Role, *, by: Person) -> None:
    """Give a role, or propose it where another administrator has to confirm."""
    if not second_person.is_for_two(role) or not takes_second_person("role.grant", by.roles):
        return _give(person, role, by=by)
    try:
        facts = check_release("role.grant", prepared_by=by, by=by, not_counting=[person.id])
    except Refused:
        return _propose(person, role, by=by)
    return _give(person, role, by=by, **facts)


def give_or_propose_to_newcomers(newcomers: Iterable[tuple[Person, Sequence[Role]]], *, by: Person) -> list[Entry]:
    """The same for many people who have just been created; returns the journal's entries.

    They have no sessions, nothing waits for them, and none of them can be anybody's second person yet. A few
    statements give all roles; each that waits takes a few more, since whoever can confirm it is told of it.
    """
    facts = release_to_newcomers(by)
    entries = []
    waiting: list[tuple[Person, Role]] = []
    now = clock.now()
    for person, roles in newcomers:
        for role in roles:
            detail = {"role": role.value}
            if second_person.is_for_two(role) and facts is None:
                db.session.add(RoleProposal(person=person, role=role, proposer=by, proposed_at=now))
                waiting.append((person, role))
                action = "role.propose"
            else:
                person.grants.append(RoleGrant(role=role, granted_by=by.id, granted_at=now))
                action = "role.grant"
                detail |= (facts or {}) if second_person.is_for_two(role) else {}
            entries.append(Entry(action, by.code, person.code, now, person.vendor_id, detail))
    if waiting:
        able = set(queries.load_able("role.grant"))
        for person, role in waiting:
            _tell_waiting(person, role, able - {person.id, by.id})
    return entries


def release_to_newcomers(by: Person) -> dict[str, Any] | None:
    """What the journal is to say of a role for two that somebody gives to newcomers alone; None: such a role waits."""
    if not takes_second_person("role.grant", by.roles):
        return {}
    try:
        return check_release("role.grant", prepared_by=by, by=by)
    except Refused:
        return None


def decide_role(proposal: RoleProposal, *, is_confirmed: bool, by: Person) -> None:
    """Give a role that waited, or not: another administrator decides, and whoever proposed it may take it back."""
    person, role = proposal.person, Role(proposal.role)
    hold(person)
    db.session.refresh(proposal)
    if proposal.decision is not None:
        raise Conflict("role.not_waiting")
    if person.id == by.id:
        raise Refused("person.not_yourself")
    check_grant(by, role, person.site)
    if is_confirmed:
        check_holding(person, role)  # they may have moved to another company since
        facts = check_release("role.grant", prepared_by=proposal.proposer, by=by, not_counting=[person.id])
        _give(person, role, by=by, **facts)
    else:
        is_own = proposal.proposed_by == by.id
        _close(proposal, ProposalDecision.WITHDRAWN if is_own else ProposalDecision.DECLINED, by)
        _record_decline(person, role, by=by)


def withdraw_proposals(person: Person, *, by: Person) -> None:
    """Let nothing wait any more for somebody who leaves."""
    for proposal in queries.load_proposals([person.id]).get(person.id, []):
        _close(proposal, ProposalDecision.WITHDRAWN, by)
        _record_decline(person, Role(proposal.role), by=by)


def check_grant(by: Person, role: Role, site: Site) -> None:
    """Refuse a role that somebody cannot give at a site."""
    roles = frozenset(Role(own) for own in by.roles)
    if not may_grant(roles, role):
        raise Refused("person.role_not_grantable")
    if Role.ADMIN not in roles and site.vendor_id != by.vendor_id:
        raise Refused("access.refused")


def check_holding(person: Person, role: Role) -> None:
    """Refuse a role that somebody of this person's vendor may not hold."""
    if not may_hold(role, VendorKind(person.vendor.kind)):
        raise Refused("person.in_house_only")


def sessions_anew(person: Person) -> None:
    """After a change of roles every session must sign in again: none keeps what it was opened with."""
    db.session.execute(delete(WebSession).where(WebSession.person_id == person.id))


def _give(person: Person, role: Role, *, by: Person, **facts: Any) -> None:
    proposal = queries.find_proposal(person, role)
    if proposal is not None:
        _close(proposal, ProposalDecision.CONFIRMED, by)
    person.grants.append(RoleGrant(role=role, granted_by=by.id, granted_at=clock.now()))
    sessions_anew(person)
    journal.record("role.grant", actor=by.code, object=person.code, chain_id=person.vendor_id, role=role.value, **facts)


def _record_decline(person: Person, role: Role, *, by: Person) -> None:
    journal.record("role.decline", actor=by.code, object=person.code, chain_id=person.vendor_id, role=role.value)


def _propose(person: Person, role: Role, *, by: Person) -> None:
    if queries.find_proposal(person, role) is not None:
        return
    db.session.add(RoleProposal(person=person, role=role, proposer=by, proposed_at=clock.now()))
    able = set(queries.load_able("role.grant")) - {person.id, by.id}
    notices.settle(*TOLD.values(), about=_about(person, role), people=[by.id])
    _tell_waiting(person, role, able)
    journal.record("role.propose", actor=by.code, object=person.code, chain_id=person.vendor_id, role=role.value)


def _tell_waiting(person: Person, role: Role, able: Collection[int]) -> None:
    """Tell those who can confirm a role that it waits for one of them."""
    notices.tell(WAITS, _about(person, role), able, role=role.value, code=person.code)


def _close(proposal: RoleProposal, decision: ProposalDecision, by: Person) -> None:
    proposal.decision, proposal.decided_by, proposal.decided_at = decision, by.id, clock.now()
    person, role = proposal.person, Role(proposal.role)
    notices.settle(WAITS, about=_about(person, role))
    if proposal.proposed_by != by.id:
        facts: dict[str, Any] = {"role": role.value, "code": person.code, "by": by.code}
        notices.tell(TOLD[decision], _about(person, role), [proposal.proposed_by], **facts)


def _about(person: Person, role: Role) -> str:
    return f"{person.code} {role.value}"
