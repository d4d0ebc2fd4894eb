"""CSRF tokens, security headers, compression of pages, signed links, and the limit on costly requests."""

from __future__ import annotations

import base64
import binascii
import gzip
import hashlib
import hmac
import secrets
from typing import Any, cast

from flask import Flask, Response, current_app, g, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from itsdangerous import BadSignature, URLSafeSerializer

from lms.foundation import transaction
from lms.foundation.sessions import csrf_secret, is_secure
from lms.kit.problems import Invalid, NotFound

CONTENT_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
FORM_TYPES = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
CSRF_FIELD = "csrf_token"
CSRF_HEADER = "X-CSRF-Token"
LEAST_COMPRESSED_BYTES = 1024
REDIS_SECONDS = 0.3


class Limits(Limiter):
    """The limits of single routes, which each such view checks itself.

    There is no limit on all requests, so none need be looked for before each of them; an answer is saved without any.
    """

    def _check_request_limit(self, callable_name: str | None = None, in_middleware: bool = True) -> None:
        if not in_middleware:
            super()._check_request_limit(callable_name, in_middleware)


limiter = Limits(get_remote_address, headers_enabled=False, strategy="moving-window")


def csrf_token() -> str:
    """A token for a form, masked anew at each call so that compression of the page reveals nothing of it.

    It ends with the mark of whoever the form is shown to, so that what is typed goes back to nobody else.
    """
    secret = csrf_secret(current_app)
    mask = secrets.token_bytes(len(secret))
    token = base64.urlsafe_b64encode(mask + _xor(mask, secret)).decode()
    person_id = getattr(g.get("access"), "person_id", None)
    return token if person_id is None else f"{token}.{mark_of(person_id)}"


def mark_of(person_id: int) -> str:
    """The mark of a person in the forms shown to them: it says who without naming, and only we can make it."""
    key = cast(str, current_app.secret_key).encode()
    return hmac.new(key, f"form:{person_id}".encode(), hashlib.sha256).hexdigest()[:32]


def is_csrf_token(token: str) -> bool:
    """Whether a token belongs to this visitor."""
    try:
        raw = base64.urlsafe_b64decode(token.partition(".")[0].encode())
    except (binascii.Error, UnicodeEncodeError):
        return False
    mask, masked = raw[: len(raw) // 2], raw[len(raw) // 2 :]
    return len(mask) == len(masked) and hmac.compare_digest(_xor(mask, masked), csrf_secret(current_app))


def sent_token() -> str:
    """The token of the request in hand: of its header, else of its form."""
    return request.headers.get(CSRF_HEADER) or request.form.get(CSRF_FIELD, "")


def short_code(purpose: str, value: str, turn: int) -> str:
    """Four digits that only we can tell of a value at each turn: to be shown and typed, behind a limit of tries.

    Each value has a secret of its own, from which those of its turns follow; neither is kept anywhere.
    """
    key = cast(str, current_app.secret_key).encode()
    secret = hmac.new(key, f"{purpose}:{value}".encode(), hashlib.sha256).digest()
    digest = hmac.new(secret, str(turn).encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:8]) % 10_000:04}"


def signed(purpose: str, value: str) -> str:
    """A value with its signature, for an address; each purpose has its own salt, so that links cannot be swapped."""
    return str(_signer(purpose).dumps(value))


def unsigned(purpose: str, token: str) -> str | None:
    """The value of a token that we signed for this purpose, letter by letter as it stands; else None."""
    try:
        value = _signer(purpose).loads(token)
    except BadSignature:
        return None
    return value if isinstance(value, str) and signed(purpose, value) == token else None


def _signer(purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(cast(str, current_app.secret_key), salt=f"kijun.{purpose}")


def bind(app: Flask) -> None:
    """Check every unsafe request, and send every answer with its headers, compressed."""
    limiter.init_app(app)

    @app.before_request
    def refuse_what_no_column_takes() -> None:
        # PostgreSQL stores no NUL, and nobody types one; a request that has it is not a person's
        if "\x00" in request.path:
            raise NotFound
        sent = (request.args, request.form) if request.mimetype in FORM_TYPES else (request.args,)
        if any("\x00" in word for values in sent for pair in values.items(multi=True) for word in pair):
            raise Invalid("http.400")

    @app.before_request
    def refuse_foreign_forms() -> None:
        if request.method in transaction.SAFE_METHODS:
            return
        if not is_csrf_token(sent_token()):
            raise Invalid("access.form_expired")

    @app.after_request
    def add_headers(response: Response) -> Response:
        headers = response.headers
        headers["Content-Security-Policy"] = CONTENT_POLICY
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "same-origin"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers.setdefault("Cache-Control", "no-store")
        if is_secure():
            headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        return compressed(response)


def compressed(response: Response) -> Response:
    """The response gzipped, where the reader takes it and it is worth it."""
    if (
        response.direct_passthrough
        or response.status_code in {204, 304}
        or "Content-Encoding" in response.headers
        or response.mimetype not in {"text/html", "application/json", "text/calendar", "text/csv"}
        or len(response.get_data()) < LEAST_COMPRESSED_BYTES
    ):
        return response
    response.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"] > 0:
        response.set_data(gzip.compress(response.get_data(), compresslevel=5, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response


def _xor(left: bytes, right: bytes) -> bytes:
    return (int.from_bytes(left) ^ int.from_bytes(right)).to_bytes(len(left))


def limiter_settings(redis_url: str | None) -> dict[str, Any]:
    """Where the limiter counts: in Redis when there is one, and in this process while there is none or it is away.

    Nobody waits for Redis: what does not answer at once counts as away.
    """
    if redis_url is None:
        return {"RATELIMIT_STORAGE_URI": "memory://"}
    from redis.backoff import NoBackoff  # noqa: PLC0415 - slow to import, and most installations have no Redis
    from redis.retry import Retry  # noqa: PLC0415 - the same

    at_once = {
        "socket_connect_timeout": REDIS_SECONDS,
        "socket_timeout": REDIS_SECONDS,
        "retry": Retry(NoBackoff(), retries=0),
    }
    return {
        "RATELIMIT_STORAGE_URI": redis_url,
        "RATELIMIT_STORAGE_OPTIONS": at_once,
        "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": True,
    }
