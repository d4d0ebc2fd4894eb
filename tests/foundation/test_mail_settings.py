"""Settings of mail that cannot be read: which one it is, without its secret."""

from __future__ import annotations

from pathlib import Path

import pytest

import config


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"SMTP_URL": "http://kijun:secret@mail.example"}, "SMTP_URL (smtp://…, smtps://…)"),
        ({"SMTP_URL": "smtp://kijun:secret@mail.example:mail"}, "SMTP_URL (smtp://…, smtps://…)"),
        ({"SMTP_URL": "smtp://"}, "SMTP_URL (smtp://…, smtps://…)"),
        ({"SMTP_URL": "smtp://mail.example"}, "MAIL_FROM="),
        ({"MAIL_FROM": "nobody"}, "MAIL_FROM=nobody"),
        ({"KIJUN_URL": "ftp://kijun.example"}, "KIJUN_URL=ftp://kijun.example"),
    ],
)
def test_settings_that_cannot_be_read_are_named_without_their_secrets(
    variables: dict[str, str], named: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KIJUN_DATA", str(tmp_path))
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ValueError) as raised:  # noqa: PT011 - the whole message follows
        config.from_environment()
    assert str(raised.value) == named
