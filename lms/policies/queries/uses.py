"""What rests on policies in features that lie above: they register how it is found, and pages here name it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Use:
    """Something that uses a section: its name, and the page that shows it to those who may do ``action``."""

    name: str | Mapping[str, str]
    """As it is called, or by language."""
    endpoint: str
    arguments: Mapping[str, Any]
    action: str


Uses = Callable[[Collection[int]], Mapping[int, Sequence[Use]]]
_of_sections: list[Uses] = []


def register_section_uses(uses: Uses) -> None:
    """Let a feature say what of its own uses sections: by section id, in order."""
    _of_sections.append(uses)


Asked = Callable[[], Sequence[Use]]
_asked: list[Asked] = []


def register_asked(asked: Asked) -> None:
    """Let a feature say what it asks of whoever writes or translates policies: of the person who is signed in."""
    _asked.append(asked)


def list_asked() -> list[Use]:
    """What is asked of whoever is signed in."""
    return [use for asked in _asked for use in asked()]


ModuleUses = Callable[[int], Sequence[Use]]
_of_modules: dict[str, ModuleUses] = {}


def register_module_uses(kind: str, uses: ModuleUses) -> None:
    """Let a feature say which of its own things of a kind need a module."""
    _of_modules[kind] = uses


def load_module_uses(module_id: int) -> dict[str, Sequence[Use]]:
    """What needs a module, by kind; a kind of which nothing needs it is absent."""
    return {kind: found for kind, uses in _of_modules.items() if (found := uses(module_id))}


def load_section_uses(section_ids: Collection[int]) -> dict[int, list[Use]]:
    """What uses each of these sections; a section that nothing uses is absent."""
    found: dict[int, list[Use]] = {}
    for uses in _of_sections:
        for section_id, listed in uses(section_ids).items():
            found.setdefault(section_id, []).extend(listed)
    return found
