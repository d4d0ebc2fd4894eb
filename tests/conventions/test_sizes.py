"""A Python file has at most 400 lines, a function at most 60; banned names stay out."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
FILES = [path for folder in ("lms", "tests") for path in sorted((ROOT / folder).rglob("*.py"))]
BANNED_FILES = {"utils", "helpers", "common", "misc", "manager", "base2"}
BANNED_WORDS = {"process", "handle", "do", "data"}
REQUIRED_BY_LIBRARIES = {
    *("process_bind_param", "process_result_value"),
    *("handle_starttag", "handle_startendtag", "handle_endtag", "handle_data"),
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_sizes_and_names(path: Path) -> None:
    text = path.read_text()
    assert text.count("\n") <= 400, "more than 400 lines: cut by noun"
    assert path.stem not in BANNED_FILES
    assert not path.stem.startswith("new_")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= 60, f"{node.name} has {length} lines"
            if path.parts[len(ROOT.parts)] == "lms" and node.name not in REQUIRED_BY_LIBRARIES:
                assert not BANNED_WORDS & set(node.name.strip("_").split("_")), f"{node.name}: a banned word"
