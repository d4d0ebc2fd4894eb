"""What measures is run seldom: each of its modules can be imported at least, with all that it names."""

from __future__ import annotations

import importlib

import pytest

from tests.conftest import ROOT

NAMES = sorted(path.stem for path in (ROOT / "bench").glob("*.py") if "def main" in path.read_text())


@pytest.mark.parametrize("name", NAMES)
def test_it_can_be_imported(name: str) -> None:
    importlib.import_module(f"bench.{name}")
