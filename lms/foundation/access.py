"""The gate: every route declares an action, the grants say who may do it and how far.

A route that declares nothing keeps the app from starting. At run time a request whose role has no grant is answered
403, so is one whose grant asks for a password confirmed shortly before, and an answer that went out without a decision
is replaced by a 500.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar, cast

from flask import Flask, Response, current_app, g, request
from sqlalchemy import bindparam
from werkzeug.routing import RequestRedirect

from lms.foundation import clock
from lms.foundation.sessions import STEP_UP_MINUTES
from lms.kit.problems import Refused

View = TypeVar("View", bound=Callable[..., Any])
ANONYMOUS = "anonymous"


class Scope(StrEnum):
    """How far a grant reaches. Queries turn each into a criterion in their feature's ``access.py``."""

    OWN = "own"
    COHORT = "cohort"
    SITE = "site"
    VENDOR = "vendor"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Grant:
    """A scope with its marks. In the table a bare scope stands for a grant without any."""

    scope: Scope
    step_up: bool = False
    """Whether the password must have been confirmed shortly before."""
    second_person: bool = False
    """Whether somebody else must have prepared what is released, as long as there is somebody else."""


Reach = Mapping[str, Scope | Grant]
Grants = Mapping[str, Reach]


class MissingPolicy(RuntimeError):
    """A route declares no action, or one that the grants do not know. The app does not start."""


@dataclass(frozen=True, slots=True)
class Access:
    """Who asks, and how far the action in hand reaches for them."""

    person_id: int | None
    vendor_id: int | None
    site_id: int | None
    roles: frozenset[str]
    scopes: frozenset[Scope]

    @classmethod
    def to_come(cls, scopes: frozenset[Scope]) -> Access:
        """Somebody's access in a statement that is built once: who asks is told when it runs, by ``values``."""
        person_id, vendor_id, site_id = (
            cast(int, bindparam(f"asking_{name}")) for name in ("person", "vendor", "site")
        )
        return cls(person_id, vendor_id, site_id, frozenset(), scopes)

    @property
    def values(self) -> dict[str, int | None]:
        """What a statement with an access ``to_come`` wants to be told."""
        return {"asking_person": self.person_id, "asking_vendor": self.vendor_id, "asking_site": self.site_id}

    def reaching(self, scopes: frozenset[Scope]) -> Access:
        """The same person with the reach of another action."""
        return Access(self.person_id, self.vendor_id, self.site_id, self.roles, scopes)


@dataclass(frozen=True, slots=True)
class Asker:
    """Who is signed in, as far as every request wants to know, under the names of a person's row.

    The row itself is Flask-Login's ``current_user``, and costs a query of its own.
    """

    id: int
    vendor_id: int
    site_id: int
    code: str
    locale: str
    zone_name: str
    briefed_version: int
    roles: frozenset[str]
    confirmed_at: datetime
    """When they last entered their password in this session."""


def policy(action: str) -> Callable[[View], View]:
    """Declare the action, ``resource.verb``, that a view performs."""

    def declare(view: View) -> View:
        view.policy = action  # type: ignore[attr-defined]
        return view

    return declare


class GuardedFlask(Flask):
    """Flask that refuses a route without an access rule."""

    grants: Grants
    find_asker: Callable[[], Asker | None]
    """Who has sent the request in hand; told by the feature that knows people."""

    def add_url_rule(
        self,
        rule: str,
        endpoint: str | None = None,
        view_func: Callable[..., Any] | None = None,
        *args: Any,
        **options: Any,
    ) -> None:
        if view_func is not None:
            action = getattr(view_func, "policy", None)
            if action is None:
                raise MissingPolicy(f"{rule}: the view declares no @policy")
            if action not in self.grants:
                raise MissingPolicy(f"{rule}: no grants for {action!r}")
        super().add_url_rule(rule, endpoint, view_func, *args, **options)


def bind(app: GuardedFlask) -> None:
    """Put the gate before every request and the last check behind it."""

    @app.before_request
    def gate() -> None:
        g.decided = False
        if request.endpoint is None:
            return  # no such page: the router's 404 or 405 follows
        action: str = getattr(app.view_functions[request.endpoint], "policy", "")
        g.decided = True
        if ANONYMOUS in app.grants.get(action, {}):
            return  # open to everybody: nobody need be looked up
        scopes = scopes_for(app.grants, action, current_roles())
        if not scopes:
            raise Refused("access.sign_in" if asker() is None else "access.refused", action=action)
        g.access = asking(scopes)

    @app.after_request
    def last_check(response: Response) -> Response:
        is_corrected = isinstance(request.routing_exception, RequestRedirect)  # the address was written oddly
        if g.get("decided") or response.status_code >= 400 or is_corrected:
            return response
        app.logger.error("an answer without an access decision: %s", request.path)
        return app.make_response(("", 500))


def bind_step_up(app: GuardedFlask) -> None:
    """Put the last question of the gate behind all other checks of a request.

    The page that asks for the password carries on what was sent, so nothing foreign may come as far as this.
    """

    @app.before_request
    def ask_for_password() -> None:
        action: str = getattr(app.view_functions.get(request.endpoint or ""), "policy", "")
        everybody = frozenset(app.grants.get(action, {}))
        if not needs_step_up(app.grants, action, everybody):
            return  # nobody need be looked up
        confirm_for(action)


def is_stepped_up() -> bool:
    """Whether whoever asks has entered their password in this session shortly before."""
    found = asker()
    return found is not None and clock.now() - found.confirmed_at <= timedelta(minutes=STEP_UP_MINUTES)


def scopes_for(grants: Grants, action: str, roles: frozenset[str]) -> frozenset[Scope]:
    """How far an action reaches for somebody with these roles; empty means: not at all.

    >>> grants = {"attempt.read": {"trainer": Scope.COHORT, "qa": Scope.ALL}}
    >>> sorted(scopes_for(grants, "attempt.read", frozenset({"qa"})))
    [<Scope.ALL: 'all'>]
    """
    return frozenset(grant.scope for grant in _held(grants, action, roles))


def needs_step_up(grants: Grants, action: str, roles: frozenset[str]) -> bool:
    """Whether somebody with these roles must have confirmed their password for this; the strictest role decides.

    >>> grants = {"role.grant": {"vendor_manager": Scope.VENDOR, "admin": Grant(Scope.ALL, step_up=True)}}
    >>> needs_step_up(grants, "role.grant", frozenset({"vendor_manager"}))
    False
    """
    return any(grant.step_up for grant in _held(grants, action, roles))


def needs_second_person(grants: Grants, action: str, roles: frozenset[str]) -> bool:
    """Whether somebody with these roles does this together with a second person; the strictest role decides."""
    return any(grant.second_person for grant in _held(grants, action, roles))


def takes_second_person(action: str, roles: frozenset[str]) -> bool:
    """The same by the grants of the application in hand."""
    return needs_second_person(cast(GuardedFlask, current_app).grants, action, roles)


def confirm_for(action: str) -> None:
    """Ask for the password where the grants want it for an action that the address alone does not tell of."""
    if needs_step_up(cast(GuardedFlask, current_app).grants, action, current_roles()) and not is_stepped_up():
        raise Refused("access.step_up")


def roles_for(action: str) -> frozenset[str]:
    """The roles that may do something at all."""
    return frozenset(cast(GuardedFlask, current_app).grants[action])


def seconding_roles(action: str) -> frozenset[str]:
    """The roles whose holders can be one another's second person in this: those that the grants mark."""
    return frozenset(
        role
        for role in cast(GuardedFlask, current_app).grants[action]
        if takes_second_person(action, frozenset({role}))
    )


def _held(grants: Grants, action: str, roles: frozenset[str]) -> list[Grant]:
    by_role = grants.get(action, {})
    found = [by_role[role] for role in roles if role in by_role]
    return [entry if isinstance(entry, Grant) else Grant(entry) for entry in found]


def asker() -> Asker | None:
    """Who is signed in; None for a visitor. Looked up once in a request, and only when somebody wants to know."""
    if "asker" not in g:
        g.asker = cast(GuardedFlask, current_app).find_asker()
    return cast(Asker | None, g.asker)


def me() -> Asker:
    """Who is signed in, where the gate lets nobody else in."""
    found = asker()
    if found is None:
        raise Refused("access.sign_in")
    return found


def ask_anew() -> None:
    """Forget who is signed in, so that it is looked up again when it is needed."""
    g.pop("asker", None)
    g.pop("_login_user", None)  # where Flask-Login keeps it


def take_for_visitor() -> None:
    """Let nobody be signed in for the rest of this request."""
    ask_anew()
    g.asker = None


def current_roles() -> frozenset[str]:
    """The roles of whoever asks; everybody, signed in or not, may do what is open to ``anonymous``."""
    found = asker()
    return frozenset({ANONYMOUS}) if found is None else frozenset({ANONYMOUS, *found.roles})


def asking(scopes: frozenset[Scope]) -> Access:
    """The access of whoever asks, with this reach."""
    found = asker()
    if found is None:
        return Access(None, None, None, frozenset({ANONYMOUS}), scopes)
    return Access(found.id, found.vendor_id, found.site_id, found.roles, scopes)


def access() -> Access:
    """The decision for the request in hand."""
    return cast(Access, g.access)


def access_for(action: str) -> Access:
    """The reach of another action for the same person: for a page that shows parts under rules of their own."""
    return asking(scopes_for(cast(GuardedFlask, current_app).grants, action, current_roles()))


def access_of(person: Any, action: str) -> Access:
    """The reach of an action for somebody who does not ask just now, by the roles they have: for a job."""
    roles = frozenset({ANONYMOUS, *person.roles})
    scopes = scopes_for(cast(GuardedFlask, current_app).grants, action, roles)
    return Access(person.id, person.vendor_id, person.site_id, frozenset(person.roles), scopes)


def may(action: str) -> bool:
    """Whether whoever asks may do this at all (for menus and buttons; the gate decides again)."""
    grants = cast(GuardedFlask, current_app).grants
    if action not in grants:
        raise MissingPolicy(f"no grants for {action!r}")
    return bool(scopes_for(grants, action, current_roles()))
