"""When things go wrong: the database away, two at once, what no column takes. Always an answer, never a bare 500."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError, OperationalError

from lms.foundation.db import db
from lms.kit.problems import Unavailable
from tests.cast import Cast
from tests.conftest import SignIn, Visitor

Failing = Callable[..., AbstractContextManager[None]]


@pytest.fixture
def failing(app: Flask) -> Failing:
    """``with failing("begin", error):`` lets the database refuse at that point."""

    @contextmanager
    def refuse(point: str, error: Exception, only: str = "") -> Iterator[None]:
        with app.app_context():
            engine = db.engine

        def fail(_connection: Any, *rest: Any) -> None:
            if not only or (len(rest) > 1 and str(rest[1]).startswith(only)):
                raise error

        event.listen(engine, point, fail)
        try:
            yield
        finally:
            event.remove(engine, point, fail)

    return refuse


def gone() -> OperationalError:
    return OperationalError("BEGIN", {}, Exception("server closed the connection unexpectedly"))


@pytest.mark.parametrize("path", ["/", "/policies", "/settings", "/people", "/sign-in"])
def test_a_page_without_database_is_503_with_everything_a_page_has(
    sign_in_as: SignIn, cast: Cast, failing: Failing, path: str
) -> None:
    visitor = sign_in_as(cast.admin)
    with failing("begin", gone()):
        answer = visitor.get(path, headers={"Accept-Language": "ja"})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "保存済みの内容は失われていません。" in answer.text
    assert visitor.get(path).status_code in {200, 302}, "and then it is back"


def test_the_monitor_hears_it_too(client: Visitor, failing: Failing) -> None:
    with failing("begin", gone()):
        assert client.get("/readyz").status_code == 503
        assert client.get("/livez").status_code == 200
    assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize("as_json", [False, True])
def test_a_write_that_the_database_cannot_take_is_503(
    sign_in_as: SignIn, cast: Cast, failing: Failing, as_json: bool
) -> None:
    visitor = sign_in_as(cast.admin)
    full = OperationalError("INSERT", {}, Exception("database or disk is full"))
    headers = {"Accept": "application/json"} if as_json else {}
    form = {"code": "north", "name_en": "North", "name_ja": "北", "kind": "bpo"}
    with failing("before_cursor_execute", full, only="INSERT"):
        answer = visitor.post("/vendors/new", data=form, headers=headers)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.is_json == as_json
    assert visitor.post("/vendors/new", data=form).status_code == 302, "nothing of the first try is in the way"


def test_two_who_do_the_same_at_once_are_told_so(sign_in_as: SignIn, cast: Cast, failing: Failing) -> None:
    twice = IntegrityError("INSERT", {}, Exception("UNIQUE constraint failed: vendors.code"))
    form = {"code": "north", "name_en": "North", "name_ja": "北", "kind": "bpo"}
    visitor = sign_in_as(cast.admin)
    with failing("before_cursor_execute", twice, only="INSERT"):
        answer = visitor.post("/vendors/new?lang=en", data=form)
    assert answer.status_code == 409
    assert "Somebody did the same thing at the same moment." in answer.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/policies/HAR%00", 404),
        ("/people/%00", 404),
        (f"/quizzes/{2**31}", 404),
        (f"/quizzes/{10**24}", 404),
        ("/people?q=%00", 400),
        ("/policies/..%2f/versions", 308),
        ("/people?%00=q", 400),
    ],
)
def test_an_address_that_no_column_takes_leads_nowhere(sign_in_as: SignIn, cast: Cast, path: str, status: int) -> None:
    assert sign_in_as(cast.admin).get(path).status_code == status


@pytest.mark.parametrize(("path", "field"), [("/sign-in", "login"), ("/settings", "reading"), ("/vendors/new", "code")])
def test_a_form_with_nul_is_refused(sign_in_as: SignIn, cast: Cast, path: str, field: str) -> None:
    answer = sign_in_as(cast.admin).post(f"{path}?lang=en", data={field: "a\x00b"})
    assert answer.status_code == 400
    assert "Nothing was changed." in answer.text


def test_the_language_switch_of_a_form_that_came_back_leads_to_a_page(sign_in_as: SignIn, cast: Cast) -> None:
    visitor = sign_in_as(cast.admin)
    page = visitor.post("/vendors/new", data={"code": "?"}).text
    assert 'href="/vendors/new?lang=ja"' in page
    assert visitor.get("/vendors/new?lang=ja").status_code == 200
    refused = visitor.post(f"/people/{cast.admin}/roles", data={"role": "qa"}).text
    assert 'href="/?lang=ja"' in refused


@pytest.mark.parametrize(
    ("path", "status"), [("/nowhere", 404), ("/policies/NOTHING", 404), ("/people", 403), ("/quizzes/999/start", 404)]
)
def test_whoever_is_signed_in_keeps_the_navigation_and_the_language(
    sign_in_as: SignIn, cast: Cast, path: str, status: int
) -> None:
    answer = sign_in_as(cast.localizer if status == 404 else cast.learner).get(path)
    assert answer.status_code == status
    assert 'class="nav"' in answer.text
    assert ("ask your trainer or the administrator" in answer.text) == (status == 403)
    assert ('lang="ja"' in answer.text.partition(">")[2][:40]) == (status == 404), "the language of the profile"


def test_a_visitor_sees_no_navigation_on_the_page_of_a_problem(client: Visitor) -> None:
    assert 'class="nav"' not in client.get("/nowhere").text


def test_the_page_of_a_problem_leads_back_and_lets_one_try_again(
    sign_in_as: SignIn, cast: Cast, failing: Failing
) -> None:
    visitor = sign_in_as(cast.admin)
    here = {"Referer": "http://localhost/people?role=qa"}
    refused = visitor.post(f"/people/{cast.admin}/roles", data={"role": "qa"}, headers=here)
    assert 'href="/people?role=qa"' in refused.text
    foreign = {"Referer": "http://elsewhere.example/people"}
    assert "elsewhere" not in visitor.get("/nowhere", headers=foreign).text
    with failing("begin", gone()):
        away = visitor.get("/people?role=qa")
    assert 'href="/people?role=qa">' in away.text
    assert 'class="nav"' not in away.text


def test_a_mistake_of_ours_has_the_navigation_too_unless_that_is_what_fails(
    app: Flask, sign_in_as: SignIn, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    visitor = sign_in_as(cast.admin)

    def broken(*_rest: object) -> None:
        raise RuntimeError("a defect")

    monkeypatch.setitem(app.view_functions, "people.index", decorated(broken, app.view_functions["people.index"]))
    answer = visitor.get("/people?lang=en")
    assert (answer.status_code, 'class="nav"' in answer.text) == (500, True)
    assert "Reference: R-" in answer.text
    monkeypatch.setitem(app.jinja_env.globals, "navigation", broken)
    bare = visitor.get("/people?lang=en")
    assert (bare.status_code, 'class="nav"' in bare.text, "Reference: R-" in bare.text) == (500, False, True)


def test_a_document_that_fails_signs_nobody_out(
    app: Flask, cast: Cast, sign_in_as: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_rest: object) -> None:
        raise Unavailable("pdf.failed")

    visitor = sign_in_as(cast.admin)
    monkeypatch.setitem(app.view_functions, "people.index", decorated(failing, app.view_functions["people.index"]))
    answer = visitor.get("/people?lang=en")
    assert (answer.status_code, 'class="nav"' in answer.text) == (503, True)


def decorated(view: Callable[..., Any], like: Callable[..., Any]) -> Callable[..., Any]:
    """A view with the access rule of another."""
    view.policy = like.policy  # type: ignore[attr-defined]
    return view
