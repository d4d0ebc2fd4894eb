"""What a visitor has before them on a page: where it leads, what it asks for, what it says and what stands there."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from io import BytesIO
from typing import Any

SPOKEN = ("aria-label", "aria-description", "title", "placeholder", "alt")
"""Attributes that somebody reads or hears."""
SILENT = {"script", "style", "textarea", "code", "kbd"}
"""Elements of what nobody is told: what is typed, codes and keys."""
UNSENT = {"button", "submit", "reset", "image"}
VOID = {"input", "link", "meta", "img", "br", "hr", "source", "col", "wbr", "area", "path", "circle", "rect"}


@dataclass(frozen=True)
class Control:
    """A field or a button with what it sends."""

    kind: str
    name: str
    value: str
    form: str
    """The id of its form, where it stands outside of it."""
    address: str = ""
    """A button's own, where it sends elsewhere."""


@dataclass
class Form:
    """A form: where it sends, its fields, and its buttons."""

    method: str
    action: str
    id: str
    checked_at: str = ""
    """Where a script sends its fields while somebody types."""
    saved_at: str = ""
    """Where a script sends what is entered, as JSON."""
    fields: list[Control] = field(default_factory=list)
    buttons: list[Control] = field(default_factory=list)
    choosable: set[str] = field(default_factory=set)
    """The lists of which nothing can be chosen."""

    @property
    def asks(self) -> bool:
        """Whether there is something to enter."""
        return any(one.kind != "hidden" for one in self.fields)

    @property
    def can_be_empty(self) -> bool:
        """Whether a browser can send it empty: not where a list always has something chosen."""
        return all(one.kind != "select" or one.name in self.choosable for one in self.fields)

    def kind(self, button: Control) -> tuple[str, ...]:
        """What forms of one kind have in common: what one can enter and which button is pressed."""
        names = sorted({one.name for one in self.fields if one.kind != "hidden"})
        pressed = button.value if button.name and not button.value.isdecimal() else ""
        return (button.name, pressed, *names[:12])

    def emptied(self, button: Control) -> list[tuple[str, Any]]:
        """What a browser sends when everything that can be entered is empty and this button is pressed."""
        sent: list[tuple[str, Any]] = []
        for one in self.fields:
            if one.kind == "hidden":
                sent.append((one.name, one.value))
            elif one.kind == "file":
                sent.append((one.name, (BytesIO(), "")))
            elif one.kind not in {"checkbox", "radio", "multiple"}:
                sent.append((one.name, ""))
        return [*sent, *([(button.name, button.value)] if button.name else [])]


@dataclass(frozen=True)
class Said:
    """A piece of text: the language that its element states, unless it is the page's own, and where it stands."""

    text: str
    stated: str
    where: str


class Page(HTMLParser):
    """Reads a page as it comes."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.files: list[str] = []
        self.forms: list[Form] = []
        self.ids: set[str] = set()
        self.said: list[Said] = []
        self.messages = 0
        """How many messages of a problem it has, at a field or above a form."""
        self._loose: list[Control] = []
        self._form: Form | None = None
        self._select = ""
        self._open: list[tuple[str, str]] = []
        """The elements around, each with the language it states."""
        self.feed(source)
        self.close()
        by_id = {form.id: form for form in self.forms}
        self.lost = [one.form for one in self._loose if one.form not in by_id]
        """Forms that a field or a button names and that are not there."""
        for control in self._loose:
            if control.form in by_id:
                self._give(by_id[control.form], control)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            around = self._open[-1][1] if self._open else ""
            self._open.append((tag, found.get("lang", around) if tag != "html" else ""))
        if "id" in found:
            self.ids.add(found["id"])
        self.messages += found.get("role") == "alert" or found.get("id", "").endswith("-error")
        for name, value in found.items():
            if name in SPOKEN or (name.startswith("data-") and (" " in value or not value.isascii())):
                self._say(value, name)
        if tag in {"input", "button", "select", "textarea"}:
            self._control(tag, found)
        elif tag == "option" and not found.get("value", "-") and self._form is not None:
            self._form.choosable.add(self._select)
        elif tag == "a" and "href" in found:
            self.links.append(found["href"])
        elif tag == "form":
            action = found.get("action", "")
            base = found.get("data-base", "")
            by_script = found.get("data-check", ""), base and f"{base}/events"
            self._form = Form(found.get("method", "get").lower(), action, found.get("id", ""), *by_script)
            self.forms.append(self._form)
        elif tag in {"script", "img", "link"}:
            self.files += [found[name] for name in ("src", "href") if name in found]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        while tag not in VOID and self._open:
            closed, _language = self._open.pop()
            if closed == tag:
                break

    def handle_data(self, data: str) -> None:
        if not self._open or self._open[-1][0] not in SILENT:
            self._say(data, self._open[-1][0] if self._open else "")

    def _say(self, text: str, where: str) -> None:
        if not text.isspace():
            self.said.append(Said(text, self._open[-1][1] if self._open else "", where))

    def _control(self, tag: str, found: dict[str, str]) -> None:
        kind = found.get("type", "submit" if tag == "button" else "text") if tag in {"input", "button"} else tag
        if tag == "select" and "multiple" in found:
            kind = "multiple"
        self._select = found.get("name", "") if tag == "select" else self._select
        if kind in UNSENT and tag == "input":
            self._say(found.get("value", ""), "value")
        control = Control(
            kind, found.get("name", ""), found.get("value", ""), found.get("form", ""), found.get("formaction", "")
        )
        if control.form:
            self._loose.append(control)
        elif self._form is not None:
            self._give(self._form, control)

    @staticmethod
    def _give(form: Form, control: Control) -> None:
        if control.kind == "submit":
            form.buttons.append(control)
        elif control.kind not in UNSENT and control.name:
            form.fields.append(control)
