from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from lms.foundation.db import db
from lms.kit.problems import NotFound
from lms.wellbeing.core.briefing import VERSION
from lms.wellbeing.core.labels import Degree, Label
from lms.wellbeing.core.seeing import Seeing
from lms.wellbeing.models import BriefingConfirmation, HelpContact, SeeingPreference

LabelSource = Callable[[datetime], Iterable[Label]]
_sources: list[LabelSource] = []


def register_labels(source: LabelSource) -> None:
    """Let a feature that lies above say how the sensitive content is labelled that it shows to learners."""
    _sources.append(source)


RunningTime = Callable[[int, datetime], bool]
_running: list[RunningTime] = []


def register_running_time(running: RunningTime) -> None:
    """Let a feature that lies above say whether somebody is at work on something whose time is running."""
    _running.append(running)


def is_time_running(person_id: int, at: datetime) -> bool:
    """Whether somebody is at work on something that cannot wait."""
    return any(running(person_id, at) for running in _running)


def load_labels(at: datetime) -> set[Label]:
    """The labels of all sensitive content that is in use."""
    return {label for source in _sources for label in source(at)}


def load_seeing(person_id: int) -> Seeing:
    """How somebody wants to see sensitive content: for their own pages, and for nobody else's."""
    found = db.session.get(SeeingPreference, person_id)
    return Seeing(Degree(found.closed_from), frozenset(found.avoided)) if found else Seeing()


def find_confirmation(person_id: int, version: int) -> BriefingConfirmation | None:
    """When somebody confirmed this edition of the briefing."""
    query = select(BriefingConfirmation).where(BriefingConfirmation.person_id == person_id)
    return db.session.scalar(query.where(BriefingConfirmation.version == version))


def load_briefed(person_ids: Iterable[int]) -> dict[int, datetime]:
    """Who of these has confirmed the briefing as it is now, and when; what they chose there is for nobody else."""
    query = select(BriefingConfirmation).where(BriefingConfirmation.version == VERSION)
    found = db.session.scalars(query.where(BriefingConfirmation.person_id.in_(list(person_ids))))
    return {confirmation.person_id: confirmation.confirmed_at for confirmation in found}


def list_helpers(site_id: int) -> list[HelpContact]:
    """Who is there for the people of a site: those of the site first, then those for everybody."""
    here = or_(HelpContact.site_id == site_id, HelpContact.site_id.is_(None))
    query = select(HelpContact).where(here, HelpContact.retired_at.is_(None))
    return list(db.session.scalars(query.order_by(HelpContact.site_id.is_(None), HelpContact.id)))


def list_contacts() -> list[HelpContact]:
    """All of them, with their sites; those out of use too."""
    query = select(HelpContact).options(joinedload(HelpContact.site))
    return list(db.session.scalars(query.order_by(HelpContact.site_id, HelpContact.id)))


def get_contact(contact_id: int) -> HelpContact:
    """A contact; not found otherwise."""
    contact = db.session.get(HelpContact, contact_id)
    if contact is None:
        raise NotFound
    return contact
