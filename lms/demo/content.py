"""The sample's people, places, plan and quizzes, as the files beside this module say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

import config

FOLDER = Path(__file__).resolve().parent / "texts"
POLICIES = Path(__file__).resolve().parent / "policies"
BANKS = config.ROOT / "question_banks"


def load(name: str) -> Mapping[str, Any]:
    """One of the YAML files."""
    loaded: Mapping[str, Any] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text())
    return loaded
