"""Mail: a row written inside the transaction of its cause, sent by the worker after it.

A mail is handed over at most once: its row says so before the server hears of it, and where nobody knows whether the
server took it, it is set aside for a person to look at. Without a server mails are kept for the administrator to read.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from flask import current_app
from sqlalchemy import Index, Select, String, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation import clock, jobs, journal, mailer, storage, transaction
from lms.foundation.columns import Instant, Key, Line, Prose, Sha256, Word, one_of
from lms.foundation.db import Base, db
from lms.foundation.mailer import Attachment, Letter, Outcome
from lms.foundation.settings import sample_day
from lms.kit.problems import Conflict

SEND = "mail.send"
LOOK_EVERY = timedelta(seconds=20)
MOST_AT_ONCE = 50
LONGEST_RUN = timedelta(seconds=60)
"""Well within the lease of a job."""
SHORTEST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
GIVEN_UP_AFTER = timedelta(days=5)
CLAIM = timedelta(minutes=5)
"""A mail that is being sent for longer has lost its worker."""

log = logging.getLogger("kijun.mail")


class MailState(StrEnum):
    """What has become of a mail."""

    KEPT = "kept"
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    SET_ASIDE = "set_aside"


class MailProblem(StrEnum):
    """Why a mail waits longer, or is set aside."""

    NO_ANSWER = "no_answer"
    LATER = "later"
    REFUSED = "refused"
    UNFIT = "unfit"
    UNKNOWN = "unknown"
    TOO_OLD = "too_old"


class Mail(Base):
    __tablename__ = "mails"
    __table_args__ = (one_of("state", MailState), one_of("problem", MailProblem), Index(None, "state", "due_at"))

    id: Mapped[Key]
    message_id: Mapped[str] = mapped_column(String(255), unique=True)
    kind: Mapped[Word]
    recipient: Mapped[Line]
    locale: Mapped[str] = mapped_column(String(8))
    subject: Mapped[Line]
    plain_body: Mapped[Prose]
    html_body: Mapped[Prose]
    state: Mapped[Word]
    tries: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[Instant]
    created_at: Mapped[Instant]
    claimed_at: Mapped[Instant | None]
    sent_at: Mapped[Instant | None]
    problem: Mapped[Word | None]
    answer_code: Mapped[int | None]
    """What the server answered last, as SMTP numbers it."""
    attachment_sha256: Mapped[Sha256 | None]
    attachment_name: Mapped[Line | None]

    @property
    def is_emptied(self) -> bool:
        """Whether its text has been let go."""
        return not self.plain_body


storage.register(Mail.attachment_sha256)


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file of the store that goes with a mail, and its name there."""

    sha256: str
    name: str


def post(
    kind: str,
    *,
    recipient: str,
    locale: str,
    subject: str,
    plain_body: str,
    html_body: str,
    enclosed: Enclosed | None = None,
) -> Mail:
    """Write a mail into the running transaction; it leaves after the commit.

    It is only kept where no server is set, and on the sample: its people have addresses that nobody reads.
    """
    now = clock.now()
    settings = current_app.config["KIJUN"]
    is_sent = settings.mail_server is not None and sample_day() is None
    mail = Mail(
        message_id=mailer.message_id(settings.mail_from, secrets.token_hex(16)),
        kind=kind,
        recipient=recipient,
        locale=locale,
        subject=" ".join(subject.split())[:255],
        plain_body=plain_body,
        html_body=html_body,
        state=MailState.WAITING if is_sent else MailState.KEPT,
        tries=0,
        due_at=now,
        created_at=now,
        attachment_sha256=enclosed.sha256 if enclosed else None,
        attachment_name=enclosed.name[:255] if enclosed else None,
    )
    db.session.add(mail)
    db.session.flush()
    return mail


def send_again(mail: Mail, *, by: str) -> None:
    """Let a mail that was set aside wait once more. Raises ``Conflict`` for any other, and for one that is too old."""
    if mail.state != MailState.SET_ASIDE or mail.problem == MailProblem.TOO_OLD or mail.is_emptied:
        raise Conflict("mail.not_set_aside")
    mail.state, mail.problem, mail.due_at = MailState.WAITING, None, clock.now()
    journal.record("mail.send_again", actor=by, object=mail.message_id[:120])


def empty_before(moment: datetime) -> int:
    """Let go of the texts of mails written before, of how many it gives; what may still be sent keeps its own."""
    old = Mail.created_at < moment, Mail.plain_body != "", Mail.state.not_in([MailState.WAITING, MailState.SENDING])
    return _count(
        db.session.execute(update(Mail).where(*old).values(plain_body="", html_body="", attachment_sha256=None))
    )


def delete_before(moment: datetime) -> int:
    """Delete the mails that were written before and whose text has been let go; gives how many."""
    return _count(db.session.execute(delete(Mail).where(Mail.created_at < moment, Mail.plain_body == "")))


def _count(result: Any) -> int:
    return int(result.rowcount)


def pause(age: timedelta) -> timedelta:
    """How long a mail waits for its next try: half its age, so that pauses grow, from a minute to an hour.

    >>> [pause(timedelta(minutes=minutes)).seconds // 60 for minutes in (0, 10, 60, 600)]
    [1, 5, 30, 60]
    """
    return min(max(age / 2, SHORTEST_PAUSE), LONGEST_PAUSE)


@jobs.every(LOOK_EVERY, SEND)
def look() -> None:
    """Ask for the sending of what is due, unless that is asked for already; the server is met in a job, outside this
    transaction.
    """
    if current_app.config["KIJUN"].mail_server is None:
        return
    now = clock.now()
    _set_lost_aside(now)
    unfinished = jobs.Job.state.in_([jobs.JobState.WAITING, jobs.JobState.RUNNING])
    is_asked = db.session.scalar(select(jobs.Job.id).where(jobs.Job.kind == SEND, unfinished).limit(1))
    if is_asked is None and db.session.scalar(_due(now).limit(1)) is not None:
        jobs.enqueue(SEND)


@jobs.runs(SEND)
def send_due() -> None:
    """Send what is due, each mail in short transactions of its own."""
    server = current_app.config["KIJUN"].mail_server
    if server is None:
        return
    begun_at = clock.now()
    with transaction.unit(write=False):
        due = list(db.session.scalars(_due(begun_at).limit(MOST_AT_ONCE)))
    if not due:
        return
    try:
        with mailer.connected(server) as line:
            for mail_id in due:
                letter = _claim(mail_id)
                if letter is None:
                    continue
                _note(mail_id, *line.hand_over(letter))
                if line.is_dead or clock.now() - begun_at > LONGEST_RUN:
                    break
    except mailer.NoAnswer as problem:
        _postpone(due, problem.answer_code)


def _due(now: datetime) -> Select[int]:
    waiting = Mail.state == MailState.WAITING, Mail.due_at <= now
    return select(Mail.id).where(*waiting).order_by(Mail.due_at, Mail.id)


def _claim(mail_id: int) -> Letter | None:
    """Take a mail in hand, so that no other worker sends it; None when another has, or when it is too old."""
    now = clock.now()
    with transaction.unit():
        mail = db.session.get_one(Mail, mail_id)
        is_waiting = Mail.id == mail_id, Mail.state == MailState.WAITING
        if now - mail.created_at > GIVEN_UP_AFTER:
            values = {"state": MailState.SET_ASIDE, "problem": MailProblem.TOO_OLD}
            db.session.execute(update(Mail).where(*is_waiting).values(values))
            return None
        taking: dict[str, Any] = {"state": MailState.SENDING, "claimed_at": now, "tries": Mail.tries + 1}
        claimed = db.session.execute(update(Mail).where(*is_waiting).values(taking))
        if claimed.rowcount != 1:  # type: ignore[attr-defined]
            return None
        return Letter(
            message_id=mail.message_id,
            sender=current_app.config["KIJUN"].mail_from,
            recipient=mail.recipient,
            locale=mail.locale,
            subject=mail.subject,
            plain_body=mail.plain_body,
            html_body=mail.html_body,
            written_at=mail.created_at,
            attachment=_attachment(mail),
        )


def _attachment(mail: Mail) -> Attachment | None:
    """The file of a mail. One that is gone from the store is not made up for: the text says where the report is."""
    if mail.attachment_sha256 is None or mail.attachment_name is None:
        return None
    try:
        return Attachment(mail.attachment_name, storage.load(mail.attachment_sha256))
    except FileNotFoundError:
        log.warning("the file of mail %s is gone", mail.message_id)
        return None


def _note(mail_id: int, outcome: Outcome, answer_code: int | None) -> None:
    now = clock.now()
    with transaction.unit():
        mail = db.session.get_one(Mail, mail_id)
        mail.claimed_at, mail.answer_code = None, answer_code
        match outcome:
            case Outcome.TAKEN:
                mail.state, mail.sent_at, mail.problem = MailState.SENT, now, None
            case Outcome.LATER:
                mail.state, mail.problem = MailState.WAITING, MailProblem.LATER
                mail.due_at = now + pause(now - mail.created_at)
            case Outcome.REFUSED | Outcome.UNFIT | Outcome.UNKNOWN:
                mail.state, mail.problem = MailState.SET_ASIDE, MailProblem(outcome.value)


def _postpone(mail_ids: list[int], answer_code: int | None) -> None:
    """The server did not speak with us; nothing was handed over."""
    now = clock.now()
    with transaction.unit():
        for mail in db.session.scalars(select(Mail).where(Mail.id.in_(mail_ids), Mail.state == MailState.WAITING)):
            mail.problem, mail.answer_code = MailProblem.NO_ANSWER, answer_code
            mail.due_at = now + pause(now - mail.created_at)


def _set_lost_aside(now: datetime) -> None:
    lost = Mail.state == MailState.SENDING, Mail.claimed_at < now - CLAIM
    values = {"state": MailState.SET_ASIDE, "problem": MailProblem.UNKNOWN, "claimed_at": None}
    db.session.execute(update(Mail).where(*lost).values(values))
