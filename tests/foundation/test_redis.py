"""The limit on costly requests with a Redis server: counted there, and in this process while it is away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import redis
from flask import Flask
from flask.testing import FlaskClient

import config
from lms.app import create_app
from lms.foundation.db import db
from lms.foundation.security import limiter
from tests.foundation.redis_server import RedisServer, redis_server

A_MINUTE = [400] * 30 + [429]
"""What somebody is told who tries an unknown link once more often than is allowed in a minute."""
Tries = Callable[[int], list[int]]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    with redis_server(tmp_path) as running:
        yield running


@pytest.fixture
def visitor(
    app: Flask, settings: config.Testing, server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FlaskClient]:
    """A visitor of an app that counts in Redis; afterwards the limiter is as it was."""
    monkeypatch.setattr(limiter, "__dict__", {**limiter.__dict__, "enabled": True, "_storage_options": {}})
    counted = create_app(replace(settings, redis_url=server.url))
    yield counted.test_client()
    with counted.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def tries(visitor: FlaskClient) -> Tries:
    return lambda number: [visitor.get("/link/unknown").status_code for _ in range(number)]


def test_tries_are_counted_in_redis(tries: Tries, server: RedisServer) -> None:
    assert tries(31) == A_MINUTE
    redis.Redis(port=server.port).flushall()
    assert tries(1) == [400], "what was counted stood there"


def test_tries_are_counted_here_while_redis_is_gone_and_there_again_when_it_is_back(
    tries: Tries, server: RedisServer
) -> None:
    assert tries(1) == [400]
    server.kill()
    assert tries(31) == A_MINUTE
    server.start()
    counts = redis.Redis(port=server.port)
    assert any(tries(1) and counts.dbsize() for _try in range(10_000))


def test_nobody_waits_for_a_redis_that_answers_nothing(tries: Tries, server: RedisServer) -> None:
    server.pause()
    assert tries(31) == A_MINUTE
    server.go_on()
