"""What a sample is made of, as its files say: people, places, plan and quizzes, beside policies and question banks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

import config

POLICIES = Path(__file__).resolve().parent / "policies"
BANKS = config.ROOT / "question_banks"


@dataclass(frozen=True, slots=True)
class Content:
    """The folder of the YAML files; ``organisation.yaml`` names the modules and cohorts."""

    folder: Path

    def load(self, name: str) -> Mapping[str, Any]:
        """One of the files."""
        loaded: Mapping[str, Any] = yaml.safe_load((self.folder / f"{name}.yaml").read_text())
        return loaded


SAMPLE = Content(Path(__file__).resolve().parent / "texts")
