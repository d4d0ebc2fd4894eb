"""What a page with a form says: what is entered in each field, and the message that stands at it."""

from __future__ import annotations

from html.parser import HTMLParser


class FormPage(HTMLParser):
    """Reads a page; ``entered`` has the values by a field's name, ``errors`` the messages by the field's id."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.entered: dict[str, list[str]] = {}
        self.options: dict[str, list[str]] = {}
        self.errors: dict[str, str] = {}
        self._select = ""
        self._textarea = ""
        self._error = ""
        self._described: dict[str, list[str]] = {}
        self.feed(page)

    def value(self, name: str) -> str:
        """The one value of a field."""
        (value,) = self.entered[name]
        return value

    def error(self, name: str) -> str:
        """The message of a field, which its control must point to for screen readers; empty when there is none."""
        message = " ".join(self.errors.get(f"{name}-error", "").split())
        if message and name in self._described:
            assert f"{name}-error" in self._described[name], f"{name} does not point to its message"
        return message

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        name = found.get("name", "")
        if tag in {"input", "select", "textarea"} and found.get("type") not in {"checkbox", "radio"}:
            self._described[name] = found.get("aria-describedby", "").split()
        if tag == "input" and (found.get("type") not in {"checkbox", "radio"} or "checked" in found):
            self.entered.setdefault(name, []).append(found.get("value", ""))
        elif tag == "select":
            self._select = name
            self.entered.setdefault(name, [])
        elif tag == "option" and self._select:
            self.options.setdefault(self._select, []).append(found["value"])
            if "selected" in found:
                self.entered[self._select].append(found["value"])
        elif tag == "textarea":
            self._textarea = name
            self.entered[name] = [""]
        if found.get("id", "").endswith("-error"):
            self._error = found["id"]

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._textarea = ""
        elif tag == "p":
            self._error = ""

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.entered[self._textarea][0] += data
        if self._error:
            self.errors[self._error] = self.errors.get(self._error, "") + data
