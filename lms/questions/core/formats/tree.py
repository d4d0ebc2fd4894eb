"""A YAML node tree read key by key: each refusal knows its line and column, and nothing is built from tags."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Any, TypeVar

import yaml

from lms.kit.findings import Finding, Level
from lms.questions.core.formats.plain import has_controls

Choice = TypeVar("Choice", bound=StrEnum)
MOST_DIGITS = 9
"""Longer numbers mean nothing here, and very long ones Python does not even read."""


class Tree:
    """A mapping node. Reading a missing or wrong value adds a finding and gives a harmless stand-in."""

    def __init__(self, node: yaml.Node | None, findings: list[Finding]) -> None:
        self.node = node
        self.findings = findings
        self.values: dict[str, yaml.Node] = {}
        self.keys: dict[str, yaml.Node] = {}
        if not isinstance(node, yaml.MappingNode):
            self._find(node, "yaml.mapping-expected")
            return
        for key, value in node.value:
            name = str(key.value)
            if name in self.values:
                self._find(key, "yaml.repeated-key", key=name)
            self.values[name], self.keys[name] = value, key

    def has(self, key: str) -> bool:
        """Whether the key stands in the mapping."""
        return key in self.values

    def word(self, key: str, *, required: bool = True) -> str | None:
        """A scalar, as it is written."""
        node = self._get(key, required)
        if node is None:
            return None
        if not isinstance(node, yaml.ScalarNode) or (required and not node.value.strip()):
            self._find(node, "yaml.word-expected", key=key)
            return None
        return self._plain(node)

    def integer(self, key: str) -> int | None:
        """A whole number of at least 0."""
        written = self.word(key)
        if written is None:
            return None
        if not written.isdecimal() or len(written) > MOST_DIGITS:
            self.refuse(key, "yaml.integer-expected")
            return None
        return int(written)

    def enum(self, key: str, choices: type[Choice], *, required: bool = True) -> Choice | None:
        """One of a list of words."""
        written = self.word(key, required=required)
        if written is None:
            return None
        if written not in {choice.value for choice in choices}:
            self.refuse(key, "yaml.unknown-word", value=written, known=tuple(choices))
            return None
        return choices(written)

    def text(self, key: str, *, required: bool = True) -> dict[str, str]:
        """A text by locale."""
        node = self._get(key, required)
        if node is None:
            return {}
        if not isinstance(node, yaml.MappingNode) or not all(
            isinstance(child, yaml.ScalarNode) for pair in node.value for child in pair
        ):
            self._find(node, "yaml.text-by-locale-expected", key=key)
            return {}
        texts: dict[str, str] = {}
        for locale, value in node.value:
            if locale.value in texts:
                self._find(locale, "yaml.repeated-key", key=locale.value)
            texts[self._plain(locale)] = self._plain(value)
        return texts

    def texts(self, key: str, *, required: bool = True) -> dict[str, tuple[str, ...]]:
        """Several texts by locale: a list each, or a single one."""
        branch = self.branch(key, required=required)
        if branch is None:
            return {}
        return {
            locale: tuple(branch.words(locale)) if isinstance(node, yaml.SequenceNode) else (branch.word(locale) or "",)
            for locale, node in branch.values.items()
        }

    def words(self, key: str, *, required: bool = True) -> list[str]:
        """A list of scalars."""
        node = self._get(key, required)
        if node is None:
            return []
        if not isinstance(node, yaml.SequenceNode) or not all(isinstance(item, yaml.ScalarNode) for item in node.value):
            self._find(node, "yaml.list-expected", key=key)
            return []
        return [self._plain(item) for item in node.value]

    def items(self, key: str, *, required: bool = True) -> Iterator[Tree]:
        """The mappings of a list."""
        node = self._get(key, required)
        if node is None:
            return
        if not isinstance(node, yaml.SequenceNode):
            self._find(node, "yaml.list-expected", key=key)
            return
        for item in node.value:
            yield Tree(item, self.findings)

    def branch(self, key: str, *, required: bool = True) -> Tree | None:
        """A mapping inside this one."""
        node = self._get(key, required)
        return None if node is None else Tree(node, self.findings)

    def refuse(self, key: str, code: str, **facts: Any) -> None:
        """Add an error at the value of a key; the key is among its facts."""
        self._find(self.values[key], code, key=key, **facts)

    def refuse_others(self, known: Sequence[str]) -> None:
        """An unknown key is an error: what it says would be lost."""
        for key, node in self.keys.items():
            if key not in known:
                self._find(node, "yaml.unknown-key", key=key, known=tuple(known))

    def _plain(self, node: yaml.ScalarNode) -> str:
        """The text of a scalar; an escape such as ``\\0`` can put a character into it that no text may hold."""
        text = str(node.value).strip()
        if has_controls(text):
            self._find(node, "yaml.control-character")
        return text

    def _get(self, key: str, required: bool) -> yaml.Node | None:
        node = self.values.get(key)
        if node is None and required and isinstance(self.node, yaml.MappingNode):
            self._find(self.node, "yaml.missing-key", key=key)
        return node

    def _find(self, node: yaml.Node | None, code: str, **facts: Any) -> None:
        mark = node.start_mark if node is not None else None
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        self.findings.append(Finding(Level.ERROR, code, line, column, facts))
