from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select, update

from lms.accounts import queries
from lms.accounts.core import passwords
from lms.accounts.core.addresses import is_address
from lms.accounts.core.devices import rough_device
from lms.accounts.core.roles import CODE_LETTERS, Role, may_hold, may_manage
from lms.accounts.granting import check_grant, check_holding, give_or_propose, sessions_anew, withdraw_proposals
from lms.accounts.granting import check_release as check_release  # a door for other features
from lms.accounts.models import (
    CodeSeries,
    LinkPurpose,
    OneTimeLink,
    Person,
    RoleGrant,
    SignInFailure,
    WebSession,
)
from lms.foundation import clock, journal
from lms.foundation.db import db, hold
from lms.foundation.sessions import ABSOLUTE_HOURS, stored_id, visit
from lms.kit.ids import person_code
from lms.kit.problems import Conflict, Invalid, Refused, TooMany
from lms.kit.text import fold_login, fold_spaces
from lms.sites.core.vendor import VendorKind
from lms.sites.models import Site

WINDOW = timedelta(minutes=15)
TRIES_PER_ACCOUNT = 5
TRIES_PER_ADDRESS = 300
"""Many people of one site share an address, so a whole class mistyping at once must not lock the site out."""
LINK_LIFE = timedelta(minutes=60)

log = logging.getLogger("kijun")

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_NO_ONE = _hasher.hash("nobody has this password")
"""Verified when the login is unknown, so that the answer takes as long as for a known one."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """What somebody typed to sign in."""

    login: str
    password: str
    address: str


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A person to be created."""

    login: str
    name: str
    reading: str
    site: Site
    locale: str
    roles: tuple[Role, ...]
    own_zone_name: str | None = None


def check_password(command: SignIn) -> int | None:
    """The id of the person whose password this is, or None. Slow on purpose; call it outside a writing transaction.

    Raises ``TooMany`` when the account or the address must wait; a right password does not help then.
    """
    login = fold_login(command.login)
    by_login, by_address = queries.count_failures(login=login, address=command.address, since=clock.now() - WINDOW)
    if by_login >= TRIES_PER_ACCOUNT or by_address >= TRIES_PER_ADDRESS:
        raise TooMany("sign_in.wait", minutes=int(WINDOW.total_seconds() // 60))
    person = queries.find_by_login(login)
    stored = person.password_hash if person is not None and person.is_active else None
    try:
        _hasher.verify(stored or _NO_ONE, command.password)
    except (VerificationError, InvalidHashError):
        return None
    return person.id if stored and person is not None else None


def note_failure(command: SignIn, *, is_signing_in: bool = True) -> int:
    """Count a wrong password and return how many tries are left for the account."""
    now = clock.now()
    login = fold_login(command.login)
    db.session.execute(delete(SignInFailure).where(SignInFailure.failed_at < now - WINDOW))
    db.session.add(SignInFailure(login_sha256=queries.login_hash(login), address=command.address, failed_at=now))
    db.session.flush()
    by_login, _ = queries.count_failures(login=login, address=command.address, since=now - WINDOW)
    person = queries.find_by_login(login)
    if person is not None and is_signing_in:
        journal.record("session.not_signed_in", actor="visitor", object=person.code, chain_id=person.vendor_id)
    log.warning("wrong password for %s from %s", person.code if person else "nobody", command.address)
    return max(0, TRIES_PER_ACCOUNT - by_login)


def open_session(person_id: int, *, user_agent: str = "") -> Person:
    """Sign a person in: a fresh session id, and its row. The old id is worth nothing from here on."""
    person = db.session.get_one(Person, person_id)
    if not person.is_active:
        raise Refused("sign_in.refused")
    end_session()
    now = clock.now()
    browser, system = rough_device(user_agent)
    db.session.add(
        WebSession(
            id_sha256=stored_id(visit().rotate()),
            person_id=person.id,
            created_at=now,
            seen_at=now,
            browser=browser,
            system=system,
        )
    )
    journal.record("session.sign_in", actor=person.code, object=person.code, chain_id=person.vendor_id)
    return person


def sign_out(person: Person) -> None:
    """Sign a person out."""
    end_session()
    journal.record("session.sign_out", actor=person.code, object=person.code, chain_id=person.vendor_id)


def confirm_session(person: Person) -> None:
    """Note that whoever is signed in has entered their password again, in this session."""
    sent = visit().sent_sid
    if sent is not None:
        confirmed = update(WebSession).where(WebSession.id_sha256 == stored_id(sent)).values(confirmed_at=clock.now())
        db.session.execute(confirmed)
    journal.record("session.confirm", actor=person.code, object=person.code, chain_id=person.vendor_id)


def note_unconfirmed(person: Person, command: SignIn) -> int:
    """Count a wrong password of somebody who is signed in, as at sign-in; returns how many tries are left."""
    journal.record("session.not_confirmed", actor=person.code, object=person.code, chain_id=person.vendor_id)
    return note_failure(command, is_signing_in=False)


def end_session() -> None:
    """End the visitor's session: the row goes, and the id with it."""
    sent = visit().sent_sid
    if sent is not None:
        db.session.execute(delete(WebSession).where(WebSession.id_sha256 == stored_id(sent)))
    visit().rotate()


def end_others(person: Person, *, key: str | None = None) -> int:
    """End a person's other sessions, or the one of this key; the session in hand goes on. Returns how many ended."""
    others = delete(WebSession).where(WebSession.person_id == person.id, WebSession.id_sha256 != stored_id(visit().sid))
    chosen = others.where(WebSession.id_sha256.startswith(key, autoescape=True)) if key else others
    count = len(db.session.scalars(chosen.returning(WebSession.id_sha256)).all())
    if count:
        actor = person.code
        journal.record("session.end_others", actor=actor, object=actor, chain_id=person.vendor_id, ended=count)
    return count


def create_person(command: NewPerson, *, by: Person | None) -> Person:
    """Create a person with their roles; the code comes from the first role and is never used again."""
    login = fold_login(command.login)
    check_login(login)
    check_roles_at(command.site, command.roles, field="roles")
    if by is not None:
        for role in command.roles:
            check_grant(by, role, command.site)
    now = clock.now()
    person = Person(
        code=_next_code(command.roles[0]),
        login=login,
        name=fold_spaces(command.name),
        reading=fold_spaces(command.reading) or fold_spaces(command.name),
        vendor_id=command.site.vendor_id,
        site=command.site,
        locale=command.locale,
        own_zone_name=command.own_zone_name,
        created_at=now,
        grants=[],
    )
    db.session.add(person)
    db.session.flush()
    if by is None:
        person.grants = [RoleGrant(role=role, granted_at=now) for role in command.roles]
    roles = [role.value for role in command.roles]
    actor = by.code if by else "system"
    journal.record("person.create", actor=actor, object=person.code, chain_id=person.vendor_id, roles=roles)
    if by is not None:
        for role in command.roles:
            give_or_propose(person, role, by=by)
    return person


def check_login(login: str, *, of: Person | None = None) -> None:
    """Raise ``Invalid`` unless a folded login is an address that nobody else has."""
    if not is_address(login):
        raise Invalid("person.no_address", field="login")
    found = queries.find_by_login(login)
    if found is not None and found is not of:
        raise Invalid("person.login_taken", field="login")


def check_roles_at(site: Site, roles: Iterable[str], *, field: str) -> None:
    """Raise ``Invalid`` on this field unless somebody of the site may hold all of these roles."""
    if not all(may_hold(Role(role), VendorKind(site.vendor.kind)) for role in roles):
        raise Invalid("person.in_house_only", field=field)


def make_link(person: Person, *, by: Person | None) -> str:
    """Make a one-time link that sets this person's password; returns its token, which is kept nowhere."""
    if by is not None and by.id != person.id:
        check_standing(by, person)
    token = secrets.token_urlsafe(24)
    db.session.add(
        OneTimeLink(
            token_sha256=queries.token_hash(token),
            person=person,
            purpose=LinkPurpose.SET_PASSWORD,
            made_by=by.id if by else None,
            expires_at=clock.now() + LINK_LIFE,
        )
    )
    actor = by.code if by else "system"
    journal.record("link.make", actor=actor, object=person.code, chain_id=person.vendor_id)
    return token


def hash_password(password: str, *, login: str) -> str:
    """The argon2id hash of a password that will do (slow on purpose). Raises ``Invalid`` on the field ``password``."""
    objection = passwords.objection(password, login=login)
    if objection is not None:
        raise Invalid(objection, field="password")
    return _hasher.hash(password)


def redeem_link(token: str, password_hash: str) -> Person:
    """Set the password of a link's person; the link is used up and every session of theirs ends."""
    now = clock.now()
    link = queries.find_link(token, now)
    if link is None:
        raise Invalid("link.spent")
    link.used_at = now
    set_password(link.person, password_hash)
    return link.person


def change_own_password(person: Person, password_hash: str) -> None:
    """Store the hash of somebody's new password; the session in which they changed it goes on, the others end."""
    sent = visit().sent_sid
    set_password(person, password_hash, kept_session=stored_id(sent) if sent else None)


def set_password(person: Person, password_hash: str, *, kept_session: str | None = None) -> None:
    """Store a password's hash and end all sessions, but for one that is to be kept."""
    person.password_hash = password_hash
    ended = delete(WebSession).where(WebSession.person_id == person.id)
    db.session.execute(ended.where(WebSession.id_sha256 != kept_session) if kept_session else ended)
    journal.record("password.set", actor=person.code, object=person.code, chain_id=person.vendor_id)


def deactivate(person: Person, *, by: Person, revision: int) -> None:
    """End a person's use of the platform: sessions, links and feeds die at once; history stays under the code."""
    check_revision(person, revision)
    if person.id == by.id:
        raise Refused("person.not_yourself")
    check_standing(by, person)
    if not person.is_active:
        return
    check_administrator_remains(person)
    withdraw_proposals(person, by=by)
    person.deactivated_at = clock.now()
    person.revision += 1
    db.session.execute(delete(WebSession).where(WebSession.person_id == person.id))
    db.session.execute(delete(OneTimeLink).where(OneTimeLink.person_id == person.id))
    journal.record("person.deactivate", actor=by.code, object=person.code, chain_id=person.vendor_id)


def reactivate(person: Person, *, by: Person, revision: int) -> None:
    """Let a deactivated person sign in again, with the password and roles that they had."""
    check_revision(person, revision)
    if person.id == by.id:
        raise Refused("person.not_yourself")
    check_standing(by, person)
    if person.is_active:
        return
    if person.site.retired_at is not None:
        raise Refused("person.site_retired")
    person.deactivated_at = None
    person.revision += 1
    journal.record("person.reactivate", actor=by.code, object=person.code, chain_id=person.vendor_id)


def check_administrator_remains(person: Person) -> None:
    """Refuse to end the access of the last active administrator, also where two are ended at once."""
    if Role.ADMIN in person.roles and not queries.count_other_administrators(person, lock=True):
        raise Refused("person.last_administrator")


def grant_role(person: Person, role: Role, *, by: Person) -> None:
    """Give a role, or propose it where another administrator has to confirm; never to oneself."""
    if person.id == by.id:
        raise Refused("person.not_yourself")
    check_grant(by, role, person.site)
    hold(person)
    check_holding(person, role)
    if role not in person.roles:
        give_or_propose(person, role, by=by)


def revoke_role(person: Person, role: Role, *, by: Person) -> None:
    """Take a role away; its dates stay."""
    if person.id == by.id:
        raise Refused("person.not_yourself")
    check_grant(by, role, person.site)
    if role is Role.ADMIN:
        check_administrator_remains(person)
    for grant in person.grants:
        if grant.role == role and grant.revoked_at is None:
            grant.revoked_at = clock.now()
    sessions_anew(person)
    journal.record("role.revoke", actor=by.code, object=person.code, chain_id=person.vendor_id, role=role.value)


def change_profile(
    person: Person, *, locale: str, own_zone_name: str | None, reading: str, wants_digest: bool, revision: int
) -> None:
    """Change what a person may change about themselves."""
    check_revision(person, revision)
    values = {
        "locale": locale,
        "own_zone_name": own_zone_name,
        "reading": reading.strip() or person.name,
        "wants_digest": wants_digest,
    }
    changed = [name for name, value in values.items() if getattr(person, name) != value]
    for name in changed:
        setattr(person, name, values[name])
    person.revision += 1
    if changed:  # a reading is part of a name, so no values are told
        journal.record(
            "person.change", actor=person.code, object=person.code, chain_id=person.vendor_id, changed=changed
        )


def change_language(person: Person, locale: str) -> None:
    """Change the language of a person's screens and mail alone."""
    change_profile(
        person,
        locale=locale,
        own_zone_name=person.own_zone_name,
        reading=person.reading,
        wants_digest=person.wants_digest,
        revision=person.revision,
    )


def purge_sessions() -> None:
    """Delete sessions and links whose time is over; the journal keeps that they were."""
    now = clock.now()
    db.session.execute(delete(WebSession).where(WebSession.created_at < now - timedelta(hours=ABSOLUTE_HOURS)))
    db.session.execute(delete(OneTimeLink).where(OneTimeLink.expires_at < now))


def check_standing(by: Person, person: Person) -> None:
    """Refuse to touch the account of somebody who holds a role that one could not give."""
    if not may_manage(frozenset(map(Role, by.roles)), frozenset(map(Role, person.roles))):
        raise Refused("person.may_more")


def check_revision(person: Person, revision: int | None) -> None:
    """Hold a person, and raise ``Conflict`` when somebody else changed them since the form was shown."""
    hold(person)
    if person.revision != revision:
        raise Conflict("person.changed_meanwhile")


def _next_code(role: Role) -> str:
    letter = CODE_LETTERS[role]
    series = db.session.scalar(select(CodeSeries).where(CodeSeries.letter == letter).with_for_update())
    if series is None:
        series = CodeSeries(letter=letter, last_number=0)
        db.session.add(series)
    series.last_number += 1
    return person_code(letter, series.last_number)
