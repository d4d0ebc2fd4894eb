"""The levels of the house, the doors between features, and the purity of cores."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lms.features import FEATURES

ROOT = Path(__file__).resolve().parent.parent.parent
LMS = ROOT / "lms"
BY_NAME = {feature.name: feature for feature in FEATURES}
DOORS = {"core", "queries", "actions", "access", "models", "holding"}
TOPMOST = {"cli", "demo"}
PURE_LIBRARIES = {
    "numpy", "scipy", "markdown_it", "nh3", "rapidfuzz", "yaml", "icalendar", "holidays",
}  # fmt: skip
INSIDE_A_FEATURE = {
    "core": set(),
    "models": {"core"},
    "access": {"models", "core"},
    "queries": {"access", "models", "core"},
    "actions": {"access", "queries", "models", "core", "builders", "catalogue", "rendering", "granting"},
    "granting": {"access", "queries", "models", "core"},
    "phrases": {"core"},
    "tables": {"core", "phrases", "queries"},
    "forms": {"core", "phrases"},
    "jobs": {"actions", "queries", "models", "core"},
    "reactions": {"actions", "queries", "models", "core"},
}
"""What a part may import of its own feature; views and what is particular to one feature may import all of it."""


def modules() -> Iterator[tuple[Path, str]]:
    for path in sorted(LMS.rglob("*.py")):
        yield path, ".".join(path.relative_to(ROOT).with_suffix("").parts)


def imports(path: Path) -> Iterator[str]:
    """The dotted names that a module imports; ``from a import b`` gives ``a.b`` as well, since b may be a module."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def parts(name: str) -> tuple[str, str]:
    """The feature (or kit, foundation, app) and the part of a dotted name below ``lms``."""
    names = name.split(".")
    return (names[1] if len(names) > 1 else ""), (names[2] if len(names) > 2 else "")


MODULES = list(modules())
IDS = [name for _, name in MODULES]


@pytest.mark.parametrize(("path", "name"), MODULES, ids=IDS)
def test_imports_go_down_and_through_the_doors(path: Path, name: str) -> None:
    package, part = parts(name)
    for imported in imports(path):
        if not imported.startswith("lms."):
            continue
        target, target_part = parts(imported)
        if package == "kit":
            assert target == "kit", f"{name} imports {imported}: kit is the standard library only"
        elif package == "foundation":
            assert target in {"kit", "foundation"}, f"{name} imports {imported}"
        elif package in BY_NAME and target in BY_NAME and target != package:
            assert target in BY_NAME[package].may_import, f"{name} imports {imported}: not in features.py"
            above = {"reports", "home", "audit", "search", "regrades", "invigilation", "followup"} | TOPMOST
            doors = DOORS | {"phrases", "tables"} if package in above else DOORS
            if package not in TOPMOST:
                assert target_part in doors, f"{name} imports {imported}: not a door"
        elif package in BY_NAME and target == package and package not in TOPMOST:
            allowed = INSIDE_A_FEATURE.get(part)
            if allowed is not None and target_part not in {part, ""}:
                assert target_part in allowed, f"{name} imports {imported}: {part} may import {sorted(allowed)}"
            assert target_part not in {"views", "jobs", "reactions"} or part == target_part, (
                f"{name} imports {imported}"
            )
        assert target not in {"app", "features"} or package in {"app", "features", "serve"}, (
            f"{name} imports {imported}"
        )


def is_core(name: str) -> bool:
    names = name.split(".")
    return len(names) > 2 and names[2] == "core"


@pytest.mark.parametrize(("path", "name"), [m for m in MODULES if is_core(m[1]) or parts(m[1])[0] == "kit"])
def test_cores_are_pure(path: Path, name: str) -> None:
    for imported in imports(path):
        top = imported.split(".")[0]
        if top == "lms":
            assert parts(imported)[0] == "kit" or is_core(imported), f"{name} imports {imported}"
        elif parts(name)[0] == "kit":
            assert top in sys.stdlib_module_names, f"{name} imports {imported}"
        else:
            assert top in sys.stdlib_module_names | PURE_LIBRARIES, f"{name} imports {imported}"
        assert imported not in {"random", "secrets", "time"}, f"{name} imports {imported}: no clock, no randomness"


def test_features_import_only_lower_levels() -> None:
    for feature in FEATURES:
        for target in feature.may_import:
            same_top = {feature.name, target} <= TOPMOST
            assert same_top or BY_NAME[target].level < feature.level, f"{feature.name} -> {target}"


def test_no_import_cycle() -> None:
    names = {name.removesuffix(".__init__") for _, name in MODULES}
    graph = {
        name.removesuffix(".__init__"): {
            candidate
            for imported in imports(path)
            for candidate in (imported, imported.rpartition(".")[0])
            if candidate in names and candidate != name.removesuffix(".__init__")
        }
        for path, name in MODULES
    }
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join([*trail[trail.index(name) :], name])
        if name not in done:
            for target in graph[name]:
                visit(target, (*trail, name))
            done.add(name)

    for name in graph:
        visit(name, ())
