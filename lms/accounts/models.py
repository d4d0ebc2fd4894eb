from __future__ import annotations

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, true
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from lms.accounts.core.accommodation import MoreTime
from lms.accounts.core.roles import Role
from lms.foundation.columns import Instant, Key, Line, LocalDay, Prose, Revision, Sha256, Word, one_of, unique_where
from lms.foundation.db import Base
from lms.kit.text import reading_key, search_key
from lms.sites.models import Site, Vendor


class Person(Base):
    __tablename__ = "people"
    __table_args__ = (Index(None, "vendor_id"), Index(None, "site_id"), Index(None, "reading_key"))

    id: Mapped[Key]
    code: Mapped[str] = mapped_column(String(12), unique=True)
    """What a person is called where names are not shown; given once, never reused."""
    login: Mapped[Line] = mapped_column(unique=True)
    """The e-mail address, folded (width and case) as it is compared at sign-in."""
    name: Mapped[Line]
    reading: Mapped[Line]
    """ふりがな of a Japanese name, by which Japanese lists sort; else the name itself."""
    reading_key: Mapped[Prose] = mapped_column(server_default="")
    """The reading as it sorts; follows the reading."""
    search_key: Mapped[Prose] = mapped_column(server_default="")
    """Name and reading as they are searched; follows them."""
    vendor_id: Mapped[int] = mapped_column(ForeignKey("vendors.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    locale: Mapped[str] = mapped_column(String(8))
    own_zone_name: Mapped[str | None] = mapped_column(String(64))
    password_hash: Mapped[str | None] = mapped_column(String(255))
    created_at: Mapped[Instant]
    deactivated_at: Mapped[Instant | None]
    wants_digest: Mapped[bool] = mapped_column(default=True, server_default=true())
    """Whether they want a daily mail of all that is new; what has to be done by a day is mailed in any case."""
    briefed_version: Mapped[int] = mapped_column(default=0, server_default="0")
    """The newest edition of the wellbeing briefing that they have confirmed; its rows say when."""
    revision: Mapped[Revision]

    vendor: Mapped[Vendor] = relationship()
    site: Mapped[Site] = relationship(lazy="joined", innerjoin=True)
    grants: Mapped[list[RoleGrant]] = relationship(back_populates="person", foreign_keys="RoleGrant.person_id")

    @validates("name", "reading")
    def _renew_keys(self, column: str, value: str) -> str:
        """Let the keys follow whichever of the two is set."""
        name, reading = (value, self.reading) if column == "name" else (self.name, value)
        self.reading_key = reading_key(reading or "")
        self.search_key = "\n".join(search_key(text or "") for text in (name, reading))
        return value

    # what Flask-Login asks of a person
    is_authenticated = True
    is_anonymous = False

    @property
    def is_active(self) -> bool:
        return self.deactivated_at is None

    def get_id(self) -> str:
        return str(self.id)

    @property
    def roles(self) -> frozenset[str]:
        """The roles in force."""
        return frozenset(grant.role for grant in self.grants if grant.revoked_at is None)

    @property
    def zone_name(self) -> str:
        """The zone in which this person sees times."""
        return self.own_zone_name or self.site.zone_name


class RoleGrant(Base):
    __tablename__ = "role_grants"
    __table_args__ = (one_of("role", Role), Index(None, "person_id"))

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    role: Mapped[Word]
    granted_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    granted_at: Mapped[Instant]
    revoked_at: Mapped[Instant | None]

    person: Mapped[Person] = relationship(back_populates="grants", foreign_keys=[person_id])


class ProposalDecision(StrEnum):
    """What became of a proposed role. The proposer takes it back, somebody else confirms or declines it."""

    CONFIRMED = "confirmed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class RoleProposal(Base):
    """A role that an administrator wants to give and another has to confirm; without a decision, it waits."""

    __tablename__ = "role_proposals"
    __table_args__ = (
        one_of("role", Role),
        one_of("decision", ProposalDecision),
        Index(None, "person_id"),
        unique_where("decision IS NULL", "uq_role_proposals_open", "person_id", "role"),
    )

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    role: Mapped[Word]
    proposed_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    proposed_at: Mapped[Instant]
    decision: Mapped[Word | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[Instant | None]

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    proposer: Mapped[Person] = relationship(foreign_keys=[proposed_by])


class CodeSeries(Base):
    """The last number given for each letter, so that a code is never used twice."""

    __tablename__ = "code_series"

    letter: Mapped[str] = mapped_column(String(1), primary_key=True)
    last_number: Mapped[int] = mapped_column(default=0)


class WebSession(Base):
    """Who is signed in: the row lives from sign-in to sign-out, deactivation or its end of time."""

    __tablename__ = "web_sessions"
    __table_args__ = (Index(None, "person_id"),)

    id_sha256: Mapped[Sha256] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[Instant]
    seen_at: Mapped[Instant]
    confirmed_at: Mapped[Instant | None]
    """When the password was confirmed again; None: not since the sign-in, which counts as well."""
    browser: Mapped[str] = mapped_column(String(20), default="", server_default="")
    system: Mapped[str] = mapped_column(String(20), default="", server_default="")
    """On what the session was begun, roughly: for its person to know it again. Empty where unknown."""

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)

    @property
    def key(self) -> str:
        """What names the session on a page; it signs nobody in."""
        return self.id_sha256[:16]


class LinkPurpose(StrEnum):
    """What a one-time link is good for."""

    SET_PASSWORD = "set_password"  # noqa: S105 - the name of a purpose, no password


class OneTimeLink(Base):
    """A link that sets a password once, within an hour; the table keeps its SHA-256 only."""

    __tablename__ = "one_time_links"
    __table_args__ = (one_of("purpose", LinkPurpose), Index(None, "person_id"))

    token_sha256: Mapped[Sha256] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    purpose: Mapped[Word]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    expires_at: Mapped[Instant]
    used_at: Mapped[Instant | None]

    person: Mapped[Person] = relationship(foreign_keys=[person_id])


class SignInFailure(Base):
    """A wrong password. Right ones are never counted."""

    __tablename__ = "sign_in_failures"
    __table_args__ = (Index(None, "login_sha256", "failed_at"), Index(None, "address", "failed_at"))

    id: Mapped[Key]
    login_sha256: Mapped[Sha256]
    address: Mapped[str] = mapped_column(String(45))
    failed_at: Mapped[Instant]


class Accommodation(Base):
    """More time for a person, in every quiz that they start while it holds: a share of the time limit, or minutes.

    What was granted is not changed: a change ends it and grants another, so that what an attempt rests on stays.
    """

    __tablename__ = "accommodations"
    __table_args__ = (
        CheckConstraint("more_percent BETWEEN 0 AND 200 AND more_minutes BETWEEN 0 AND 240", name="limits"),
        CheckConstraint("(more_percent = 0) <> (more_minutes = 0)", name="percent_or_minutes"),
        Index(None, "person_id"),
        unique_where("ended_at IS NULL", "uq_accommodations_standing", "person_id"),
    )

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    more_percent: Mapped[int] = mapped_column(default=0)
    more_minutes: Mapped[int] = mapped_column(default=0)
    first_on: Mapped[LocalDay]
    last_on: Mapped[LocalDay | None]
    """Without one it holds until somebody ends it."""
    note: Mapped[Prose | None]
    """What it rests on: for the person and for administrators who have confirmed their password, nobody else."""
    granted_at: Mapped[Instant]
    granted_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    ended_at: Mapped[Instant | None]
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    granter: Mapped[Person | None] = relationship(foreign_keys=[granted_by])
    ender: Mapped[Person | None] = relationship(foreign_keys=[ended_by])

    @property
    def more_time(self) -> MoreTime:
        return MoreTime(self.more_percent, self.more_minutes, self.first_on, self.last_on)
