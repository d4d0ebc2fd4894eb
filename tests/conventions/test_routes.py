"""Every route has an access rule, every rule a route; an app with a forgotten one does not start."""

from __future__ import annotations

import pytest
from flask import Blueprint, Flask

from lms.accounts.grants import GRANTS
from lms.app import Kijun
from lms.foundation.access import MissingPolicy, policy


def test_every_route_declares_an_action_with_grants(built: Flask) -> None:
    for rule in built.url_map.iter_rules():
        assert built.view_functions[rule.endpoint].policy in GRANTS, rule


def test_a_route_without_rule_keeps_the_app_from_starting() -> None:
    app = Kijun("probe", static_folder=None)
    with pytest.raises(MissingPolicy, match="declares no @policy"):
        app.add_url_rule("/open", view_func=lambda: "open")


def test_a_blueprint_route_without_rule_keeps_the_app_from_starting() -> None:
    blueprint = Blueprint("probe", __name__)
    blueprint.add_url_rule("/open", "open", lambda: "open")
    with pytest.raises(MissingPolicy, match="declares no @policy"):
        Kijun("probe", static_folder=None).register_blueprint(blueprint)


def test_an_unknown_action_keeps_the_app_from_starting() -> None:
    @policy("nothing.known")
    def view() -> str:
        return ""

    with pytest.raises(MissingPolicy, match="no grants"):
        Kijun("probe", static_folder=None).add_url_rule("/open", view_func=view)
