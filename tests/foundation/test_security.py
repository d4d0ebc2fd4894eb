"""What every answer carries, and what no request gets past."""

from __future__ import annotations

import pytest
from flask import Flask

from lms.foundation.security import csrf_token, is_csrf_token
from tests.conftest import SignIn, Unit, Visitor
from tests.quizzes import sitting


@pytest.fixture
def qa(sample: Flask, sign_in_as: SignIn, unit: Unit) -> Visitor:
    with unit():
        code = sitting.person("qa@kijun.example").code
    return sign_in_as(code)


@pytest.mark.parametrize(
    "path", ["/", "/sign-in", "/nowhere", "/livez", "/static/unknown.css", "/analysis/harassment-checkpoint"]
)
def test_every_answer_has_a_strict_content_policy(qa: Visitor, path: str) -> None:
    headers = qa.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Server-Timing" not in headers


@pytest.mark.parametrize("path", ["/", "/results", "/analysis/harassment-checkpoint", "/people"])
def test_pages_of_people_are_kept_by_no_cache(qa: Visitor, path: str) -> None:
    assert qa.get(path).headers["Cache-Control"] == "no-store"


def test_pages_have_no_inline_script_or_style(qa: Visitor) -> None:
    for path in ("/", "/analysis/harassment-checkpoint", "/quiz-design", "/questions/HAR"):
        page = qa.get(path).text
        assert "<style" not in page
        assert " style=" not in page
        assert " onclick=" not in page
        assert page.count("<script") == page.count("<script src=")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_an_unsafe_request_without_token_changes_nothing(qa: Visitor, method: str) -> None:
    answer = qa.open("/sign-out", method=method, csrf=False)
    assert answer.status_code in {400, 405, 422}
    assert qa.get("/").status_code == 200


@pytest.mark.parametrize("token", ["", "x", "%%%", "a" * 86 + "==", "\u3042"])
def test_made_up_tokens_are_refused(app: Flask, token: str) -> None:
    with app.test_request_context():
        assert not is_csrf_token(token)


def test_tokens_differ_at_each_call_and_all_are_taken(app: Flask) -> None:
    with app.test_request_context():
        first, second = csrf_token(), csrf_token()
        assert first != second
        assert is_csrf_token(first)
        assert is_csrf_token(second)


def test_a_token_of_another_visitor_is_refused(app: Flask) -> None:
    with app.test_request_context():
        foreign = csrf_token()
    with app.test_request_context():
        assert not is_csrf_token(foreign)


def test_the_cookie_is_out_of_reach_of_script(client: Visitor) -> None:
    cookie = client.get("/sign-in").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_over_tls_the_cookie_is_secure_and_the_browser_told_to_stay(app: Flask, client: Visitor) -> None:
    answer = client.get("/sign-in", base_url="https://localhost")
    assert answer.headers["Set-Cookie"].startswith("__Host-sid=")
    assert "Secure" in answer.headers["Set-Cookie"]
    assert "max-age" in answer.headers["Strict-Transport-Security"]


def test_health_is_told_without_a_session(client: Visitor) -> None:
    assert client.get("/livez").status_code == 200
    assert client.get("/readyz").status_code == 200


def test_an_unexpected_failure_names_a_reference_and_no_traceback(sample: Flask, qa: Visitor) -> None:
    sample.config["PROPAGATE_EXCEPTIONS"] = False
    view = sample.view_functions["analysis.index"]

    def broken() -> str:
        raise RuntimeError("inner matters")

    broken.policy = view.policy  # type: ignore[attr-defined]
    sample.view_functions["analysis.index"] = broken
    try:
        answer = qa.get("/analysis")
    finally:
        sample.view_functions["analysis.index"] = view
        sample.config["PROPAGATE_EXCEPTIONS"] = None
    assert answer.status_code == 500
    assert "R-" in answer.text
    assert "inner matters" not in answer.text
    assert "Traceback" not in answer.text
