"""The accessibility statement: linked in the settings, open to everybody, in both languages."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.conftest import SignIn, Visitor


@pytest.mark.parametrize(
    ("language", "heading"), [("en", "Accessibility statement"), ("ja", "アクセシビリティについて")]
)
def test_it_is_open_to_everybody(client: Visitor, language: str, heading: str) -> None:
    answer = client.get(f"/accessibility?lang={language}")
    assert answer.status_code == 200
    assert f"<h1>{heading}</h1>" in answer.text


def test_the_settings_and_the_sign_in_page_lead_to_it(client: Visitor, sign_in_as: SignIn, cast: Cast) -> None:
    assert 'href="/accessibility"' in sign_in_as(cast.learner).get("/settings").text
    assert 'href="/accessibility"' in client.get("/sign-in").text
