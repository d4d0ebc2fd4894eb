"""SMTP: the one door to the server that takes our mail, and the form that a mail has there.

The name and the password of the account stand in no message of ours; what the server says is kept as its number alone,
since its words may repeat an address.
"""

from __future__ import annotations

import logging
import mimetypes
import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from enum import StrEnum
from ipaddress import ip_address

from config import MailServer

SECONDS = 10
"""How long the server may be silent."""

POLICY = policy.SMTP.clone(cte_type="7bit")
"""Every server understands it: nothing but ASCII leaves, the rest is encoded."""

log = logging.getLogger("kijun.mail")


class Outcome(StrEnum):
    """What came of handing a mail over."""

    TAKEN = "taken"
    LATER = "later"
    REFUSED = "refused"
    UNFIT = "unfit"
    UNKNOWN = "unknown"


class NoAnswer(Exception):
    """The server does not speak with us: it is away, its certificate is not good, or it knows us not."""

    def __init__(self, answer_code: int | None = None) -> None:
        super().__init__(answer_code)
        self.answer_code = answer_code


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as it is handed over."""

    message_id: str
    sender: str
    recipient: str
    locale: str
    subject: str
    plain_body: str
    html_body: str
    written_at: datetime
    attachment: Attachment | None = None


def message_id(sender: str, token: str) -> str:
    """The identifier of a mail, of the sender's domain; a mail that is tried again keeps it.

    >>> message_id("Kijun <no-reply@kijun.example>", "17")
    '<17@kijun.example>'
    """
    return f"<{token}@{parseaddr(sender)[1].rpartition('@')[2]}>"


def message(letter: Letter) -> EmailMessage:
    """The message: a text part and an HTML part that say the same.

    Raises ``ValueError`` where an address or a header could carry more than itself: a line end, a second address.
    """
    name, address = parseaddr(letter.sender)
    made = EmailMessage(policy=POLICY)
    made["From"] = Address(name, addr_spec=address)
    made["To"] = Address(addr_spec=letter.recipient)
    made["Subject"] = letter.subject
    made["Date"] = format_datetime(letter.written_at)
    made["Message-ID"] = letter.message_id
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(letter.plain_body)
    made.add_alternative(letter.html_body, subtype="html")
    if letter.attachment is not None:
        _attach(made, letter.attachment)
    made["Content-Language"] = letter.locale  # last: what is said of content earlier moves into the first part
    return made


class _Written(str):
    """A header that leaves as it is written here: the library would write each parameter by RFC 2231 alone."""

    name = "Content-Type"

    def fold(self, *, policy: object) -> str:
        return f"{self.name}: {self}\r\n"


def _attach(made: EmailMessage, file: Attachment) -> None:
    """The name stands twice: as RFC 2231 has it, and in encoded words of RFC 2047 for older programs."""
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    main, _slash, sub = kind.partition("/")
    made.add_attachment(file.content, maintype=main, subtype=sub, filename=file.name)
    if not file.name.isascii():
        *_parts, part = made.iter_attachments()
        words = Header(file.name, "utf-8", header_name="Content-Type").encode(linesep="\r\n")
        part.replace_header("Content-Type", _Written(f'{kind};\r\n name="{words}"'))


class Line:
    """An open connection to the server."""

    def __init__(self, client: smtplib.SMTP) -> None:
        self.client = client
        self.is_dead = False

    def hand_over(self, letter: Letter) -> tuple[Outcome, int | None]:
        """Hand a mail over; gives what came of it and the server's number."""
        try:
            content = message(letter).as_bytes()
            envelope = [parseaddr(letter.sender)[1], str(Address(addr_spec=letter.recipient))]
            for address in envelope:
                address.encode("ascii")
        except (ValueError, IndexError, LookupError):  # the parser of addresses raises each of them
            log.warning("mail %s cannot be written as a message", letter.message_id)
            return Outcome.UNFIT, None
        try:
            for command, address in zip(("mail FROM", "rcpt TO"), envelope, strict=True):
                code, _words = self.client.docmd(f"{command}:<{address}>")
                if not 200 <= code < 300:
                    return self._refused(code)
            code, _words = self.client.docmd("data")
            if code != 354:
                return self._refused(code)
        except (OSError, smtplib.SMTPException):  # not a word of the mail has been said
            self.is_dead = True
            return Outcome.LATER, None
        try:
            self.client.send(_dotted(content))
            code, _words = self.client.getreply()
        except (OSError, smtplib.SMTPException):
            self.is_dead = True
            log.warning("the mail server went away while it took mail %s", letter.message_id)
            return Outcome.UNKNOWN, None
        return (Outcome.TAKEN, code) if 200 <= code < 300 else self._refused(code)

    def _refused(self, code: int) -> tuple[Outcome, int]:
        try:
            self.is_dead = self.client.docmd("rset")[0] != 250
        except (OSError, smtplib.SMTPException):
            self.is_dead = True
        return (Outcome.LATER if 400 <= code < 500 else Outcome.REFUSED), code


@contextmanager
def connected(server: MailServer) -> Iterator[Line]:
    """A connection to the server: with TLS where it offers it, signed in where a name is set.

    Raises ``NoAnswer`` when there is none.
    """
    try:
        client = _open(server)
    except (OSError, smtplib.SMTPException) as error:
        code = getattr(error, "smtp_code", None)
        log.warning("the mail server %s does not take mail: %s %s", server.host, type(error).__name__, code or "")
        raise NoAnswer(code if isinstance(code, int) else None) from None  # its words may repeat what we said
    try:
        yield Line(client)
    finally:
        with suppress(OSError, smtplib.SMTPException):
            client.quit()
        client.close()


def _open(server: MailServer) -> smtplib.SMTP:
    client: smtplib.SMTP
    if server.is_tls:
        client = smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS, context=ssl.create_default_context())
    else:
        client = smtplib.SMTP(server.host, server.port, timeout=SECONDS)
    try:
        client.ehlo()
        is_safe = server.is_tls
        if not is_safe and client.has_extn("starttls"):
            client.starttls(context=ssl.create_default_context())
            client.ehlo()
            is_safe = True
        if server.user:
            if not is_safe and not _is_this_machine(server.host):
                raise smtplib.SMTPNotSupportedError  # a password is not sent for everybody to read
            client.login(server.user, server.password)
    except BaseException:
        client.close()
        raise
    return client


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _dotted(content: bytes) -> bytes:
    """The content as it travels: whole lines, each dot that begins one doubled, and the dot that ends it all.

    >>> _dotted(b"a\\r\\n.b\\r\\n")
    b'a\\r\\n..b\\r\\n.\\r\\n'
    """
    lines = content if content.endswith(b"\r\n") else content + b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", lines) + b".\r\n"
