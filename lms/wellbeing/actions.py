from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lms.accounts.models import Person
from lms.foundation import clock, journal
from lms.foundation.db import db, hold
from lms.kit.problems import Conflict
from lms.sites.models import Site
from lms.wellbeing import queries
from lms.wellbeing.core.briefing import VERSION
from lms.wellbeing.core.seeing import Seeing
from lms.wellbeing.models import BriefingConfirmation, HelpContact, SeeingPreference


@dataclass(frozen=True, slots=True)
class Contact:
    """What is said of somebody who helps."""

    name_text: Mapping[str, str]
    detail_text: Mapping[str, str]
    site: Site | None = None
    phone: str | None = None
    address: str | None = None


def confirm(person: Person, *, locale: str) -> bool:
    """Note that somebody has read the briefing, in this language; once for each edition. Whether it was new."""
    hold(person)
    if queries.find_confirmation(person.id, VERSION) is not None:
        return False
    db.session.add(BriefingConfirmation(person_id=person.id, version=VERSION, locale=locale, confirmed_at=clock.now()))
    person.briefed_version = VERSION
    journal.record(
        "wellbeing.confirm",
        actor=person.code,
        object=person.code,
        chain_id=person.vendor_id,
        version=VERSION,
        locale=locale,
    )
    return True


def prefer(person: Person, seeing: Seeing) -> None:
    """Keep how somebody wants to see sensitive content. This is theirs alone: nothing of it enters the journal.

    Of two first savings at once, the second waits and then changes what the first one has added.
    """
    hold(person)
    db.session.merge(
        SeeingPreference(person_id=person.id, closed_from=seeing.closed_from, avoided=sorted(seeing.avoided))
    )
    db.session.flush()


def add_contact(contact: Contact, *, actor: str) -> HelpContact:
    """Add somebody who helps."""
    added = HelpContact(**_values(contact))
    db.session.add(added)
    db.session.flush()
    _record("help.create", actor, added)
    return added


def change_contact(contact: HelpContact, to: Contact, *, actor: str, revision: int | None) -> None:
    """Change what is said of somebody who helps."""
    _check_revision(contact, revision)
    changed = [name for name, value in _values(to).items() if getattr(contact, name) != value]
    for name in changed:
        setattr(contact, name, _values(to)[name])
    if changed:
        contact.revision += 1
        _record("help.change", actor, contact)


def retire_contact(contact: HelpContact, *, actor: str, revision: int | None) -> None:
    """Name somebody who helped no longer."""
    if contact.retired_at is None:
        _check_revision(contact, revision)
        contact.retired_at = clock.now()
        contact.revision += 1
        _record("help.retire", actor, contact)


def reopen_contact(contact: HelpContact, *, actor: str, revision: int | None) -> None:
    """Name somebody again."""
    if contact.retired_at is not None:
        _check_revision(contact, revision)
        contact.retired_at = None
        contact.revision += 1
        _record("help.reopen", actor, contact)


def _values(contact: Contact) -> dict[str, object]:
    values = {name: getattr(contact, name) for name in ("phone", "address")}
    texts = {name: dict(getattr(contact, name)) for name in ("name_text", "detail_text")}
    return {**values, **texts, "site_id": contact.site.id if contact.site else None}


def _check_revision(contact: HelpContact, revision: int | None) -> None:
    hold(contact)
    if contact.revision != revision:
        raise Conflict("contact.changed_meanwhile")


def _record(action: str, actor: str, contact: HelpContact) -> None:
    """A contact may be a person, so that the journal keeps its number and not its name."""
    journal.record(action, actor=actor, object=f"contact {contact.id}")
