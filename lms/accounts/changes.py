"""Changing who somebody is to the platform: name, address, language, and the place where they work."""

from __future__ import annotations

from dataclasses import dataclass

from lms.accounts import actions
from lms.accounts.models import Person
from lms.foundation import journal
from lms.kit.text import fold_login, fold_spaces
from lms.sites.models import Site


@dataclass(frozen=True, slots=True)
class PersonChange:
    """What is to be true of a person, and the revision of them that was looked at."""

    login: str
    name: str
    reading: str
    site: Site
    locale: str
    revision: int | None


def change_person(person: Person, change: PersonChange, *, by: Person) -> None:
    """Change a person; who moves to a site of another vendor belongs to that vendor from here on, results stay.

    The journal says which facts changed and between which sites somebody moved, and no name and no address.
    """
    actions.check_revision(person, change.revision)
    actions.check_standing(by, person)
    login = fold_login(change.login)
    actions.check_login(login, of=person)
    actions.check_roles_at(change.site, person.roles, field="site")
    values = {
        "login": login,
        "name": fold_spaces(change.name),
        "reading": fold_spaces(change.reading) or fold_spaces(change.name),
        "site": change.site,
        "locale": change.locale,
    }
    changed = [name for name, value in values.items() if getattr(person, name) != value]
    if not changed:
        return
    before, chains = person.site.code, {person.vendor_id, change.site.vendor_id}
    for name in changed:
        setattr(person, name, values[name])
    person.vendor_id = change.site.vendor_id
    person.revision += 1
    moved = {"from_site": before, "to_site": change.site.code} if "site" in changed else {}
    for chain in sorted(chains):
        journal.record("person.change", actor=by.code, object=person.code, chain_id=chain, changed=changed, **moved)
