"""Addresses within this installation: where a redirect may lead, and where a request came from."""

from __future__ import annotations

from typing import cast
from urllib.parse import urlsplit

from flask import current_app, request
from werkzeug.routing import MapAdapter


def local_address(target: str | None) -> str | None:
    """The target of a redirect when it stays on this site, else None."""
    if not target or not target.startswith("/") or target.startswith("//") or "\\" in target:
        return None
    parts = urlsplit(target)
    return target if not parts.scheme and not parts.netloc and target.isprintable() else None


def page_before() -> str | None:
    """The address of the page that sent this request, when it is one of ours."""
    parts = urlsplit(request.referrer or "")
    address = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return local_address(address) if parts.netloc == request.host else None


def asked_address() -> str:
    """What was asked for, with its arguments."""
    return request.full_path.rstrip("?")


def adapter() -> MapAdapter:
    """The router, bound to this request."""
    return cast(MapAdapter, current_app.create_url_adapter(request))


def has_page() -> bool:
    """Whether the address of this request can be opened as a page."""
    return adapter().test(method="GET")
