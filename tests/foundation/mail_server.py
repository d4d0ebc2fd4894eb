"""A mail server of the test's own, on this machine: it keeps what it takes, and can refuse, break off and be away."""

from __future__ import annotations

import ssl
import subprocess
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, Session

NAME, PASSWORD = "kijun", "a-password-of-the-server"
REFUSED, LATER, BREAKS_OFF = "refused@site.example", "later@site.example", "break@site.example"


@dataclass
class Taken:
    """What the server was given: the envelope and the content as it came."""

    sender: str
    recipients: list[str]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=policy.default)  # type: ignore[return-value]


@dataclass
class MailBox:
    """Keeps what comes, and behaves by the address that a mail goes to."""

    taken: list[Taken] = field(default_factory=list)

    async def handle_RCPT(
        self, _server: Any, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address == REFUSED:
            return f"550 5.1.1 <{address}> is not known here"
        if address == LATER:
            return "451 4.7.1 come again"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Session, envelope: Envelope) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        self.taken.append(Taken(envelope.mail_from or "", list(envelope.rcpt_tos), content))
        if BREAKS_OFF in envelope.rcpt_tos:
            server.transport.abort()
        return "250 OK"


class Door(Controller):
    """The server; ``start`` and ``stop`` as often as a test wants, always at the same port."""

    def __init__(self, box: MailBox, port: int, **options: Any) -> None:
        super().__init__(box, hostname="127.0.0.1", port=port, **options)


def knows(_server: Any, _session: Any, _envelope: Any, _mechanism: str, credentials: Any) -> AuthResult:
    """Whether somebody signs in with our name and password."""
    is_right = (credentials.login, credentials.password) == (NAME.encode(), PASSWORD.encode())
    return AuthResult(success=is_right, handled=False)


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A certificate of this machine's own, as the server uses it, and its file for those who are to trust it."""
    key, file = folder / "key.pem", folder / "certificate.pem"
    command = f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -keyout {key} -out {file}"
    subprocess.run([*command.split(), "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, key)
    return context, file
