"""Commands as an operator runs them: their exit code, standard output and standard error."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest
from flask import Flask

_KANA = re.compile("[\u3041-\u30ff]")


@dataclass(frozen=True)
class Answer:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on standard output."""
        return json.loads(self.out)

    @property
    def speaks_japanese(self) -> bool:
        return _KANA.search(self.out + self.err) is not None


class Run(Protocol):
    """``run("policies", "check", path)``; ``lang`` is what ``LC_ALL`` says."""

    def __call__(self, *arguments: str | Path, lang: str = "en_GB.UTF-8") -> Answer: ...


@pytest.fixture
def run(app: Flask) -> Run:
    """Runs a command; one that ends in anything but an exit code fails the test."""

    def invoke(*arguments: str | Path, lang: str = "en_GB.UTF-8") -> Answer:
        environment = {"LC_ALL": lang, "LANGUAGE": None, "HOST": None, "PORT": None}
        result = app.test_cli_runner().invoke(args=[str(argument) for argument in arguments], env=environment)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise AssertionError(f"a traceback is a defect: {result.exception!r}") from result.exception
        assert "Traceback" not in result.output
        return Answer(result.exit_code, result.stdout, result.stderr)

    return invoke


class Write(Protocol):
    """``write("en.md", "...")`` makes a file (folders included) and returns its path."""

    def __call__(self, name: str, content: str | bytes) -> Path: ...


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def make(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return make
