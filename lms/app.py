"""Builds the app: reads the settings, binds extensions, mounts the features level by level."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from flask import Flask, Response, jsonify
from flask_migrate import Migrate
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map

import config
from lms import cli
from lms.accounts import login
from lms.accounts.grants import GRANTS
from lms.features import FEATURES
from lms.foundation import (
    access,
    assets,
    carried,
    copying,
    db,
    errors,
    locale,
    logs,
    notices,
    security,
    templating,
    transaction,
)
from lms.foundation.sessions import VisitInterface
from lms.home import navigation
from lms.kit.problems import Unavailable

GREATEST_UPLOAD_BYTES = 8 * 1024 * 1024


class KeyConverter(IntegerConverter):
    """A number in an address, as far as the columns of keys reach; a greater one leads nowhere (404)."""

    def __init__(self, url_map: Map, **options: Any) -> None:
        super().__init__(url_map, **{"max": 2**31 - 1, **options})


class Kijun(access.GuardedFlask):
    """The application: guarded routes, and one transaction around each request."""

    grants = GRANTS
    find_asker = staticmethod(login.find_asker)
    session_interface = VisitInterface()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself: none of ours is a coroutine, so Flask need not look at each hook at each request."""
        return func

    def full_dispatch_request(self) -> Response:
        return transaction.conclude(self, super().full_dispatch_request())


def create_app(settings: config.Base | None = None, overrides: Mapping[str, Any] | None = None) -> Flask:
    """Build the app from ``settings`` (by default those of the environment)."""
    settings = settings or config.from_environment()
    app = Kijun("lms", static_folder=None)
    app.url_map.converters["int"] = KeyConverter
    app.config.update(
        KIJUN=settings,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=db.engine_options(settings.database_url),
        MAX_CONTENT_LENGTH=GREATEST_UPLOAD_BYTES,
        TESTING=settings.testing,
        PROPAGATE_EXCEPTIONS=settings.testing,
        **security.limiter_settings(settings.redis_url),
    )
    app.config.update(overrides or {})
    if settings.proxy_count:
        count = settings.proxy_count
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    logs.bind(app)
    db.bind(app)
    carried.bind(app)  # before all that asks for the method
    transaction.bind(app)  # first: the mode of the transaction is chosen before anything reads
    login.bind(app)
    locale.bind(app)
    access.bind(app)
    security.bind(app)
    access.bind_step_up(app)  # after the check of tokens: its page carries on what was sent
    templating.bind(app)
    assets.bind(app)
    errors.bind(app)
    copying.bind(app)
    _mount_health(app)
    mount_features(app)
    navigation.bind(app)
    Migrate(app, db.db, directory=str(config.ROOT / "migrations"), render_as_batch=True)
    cli.bind(app)
    return app


def mount_features(app: Flask) -> None:
    """Mount each feature's pages, sentences, jobs and reactions, lowest level first."""
    for feature in FEATURES:
        package = f"lms.{feature.name}"
        for module in feature.blueprints:
            app.register_blueprint(import_module(f"{package}.{module}").blueprint)
        for module in feature.silent:
            import_module(f"{package}.{module}")
        if feature.has_problems:
            phrases = import_module(f"{package}.phrases")
            errors.register(phrases.PROBLEMS)
            notices.register(getattr(phrases, "NOTICES", {}))


def _mount_health(app: Flask) -> None:
    @app.get("/livez")
    @access.policy("health.read")
    @transaction.without_database
    def livez() -> Response:
        return jsonify(live=True)

    @app.get("/readyz")
    @access.policy("health.read")
    def readyz() -> Response:
        if not transaction.is_writable():
            raise Unavailable("database.unavailable")
        return jsonify(ready=True)
