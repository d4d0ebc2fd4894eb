"""A visitor who follows every link and presses every button, with nothing entered."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from tests.conftest import Visitor
from tests.crawl.page import Control, Form, Page

BASE = "http://localhost"
MOST_KINDS = 4
"""Of so many kinds are pages looked at that one endpoint gives: lists are sorted and filtered in many ways."""
MOST_BUTTONS = 6
"""So many forms are sent to one endpoint at most: some have a button for each of many rows."""
AWAY = {"retire", "discard", "deactivate", "remove", "cancel", "leave", "end", "retire_bank", "submit", "read_all"}
"""What takes something away, by its endpoint or address, is pressed when the rest has been tried."""
LAST = ("system.reload_sample", "accounts.sign_out")
"""What has everything replaced, or ends the visit, is pressed when nothing else is left to do."""
ONLY_A_BUTTON = (0, 1)
NONSENSE = "Kijun"
"""A value that no field of a filter has, and that every language writes alike."""
NO_BUTTON = Control("submit", "", "", "")


@dataclass(frozen=True)
class Found:
    """A form on a page, and the button to press."""

    page: str
    endpoint: str
    form: Form
    button: Control
    changes: int
    """How often something had been changed when the page was read."""

    @property
    def rank(self) -> tuple[int, int]:
        """Forms that want something entered come first: sent empty, they change nothing."""
        last = LAST.index(self.endpoint) + 1 if self.endpoint in LAST else 0
        path = urlsplit(_target(self.page, self.form, self.button)).path
        is_away = not AWAY.isdisjoint({self.endpoint.rpartition(".")[2], path.rpartition("/")[2]})
        return last, 0 if self.form.asks else ONLY_A_BUTTON[1] + is_away


@dataclass
class Walk:
    """The way of one visitor through everything that is open to them; ``faults`` is what went wrong on it."""

    app: Flask
    visitor: Visitor
    language: str
    look: Callable[[str, TestResponse, Page | None], None]
    """Called with every address and what it answers."""
    most: int = 2
    """So many pages of one kind are looked at; of forms of one kind one is sent."""
    spared: frozenset[str] = frozenset()
    """The endpoints to which no form is sent."""
    faults: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    """The endpoints that have answered."""

    def __post_init__(self) -> None:
        self._adapter = self.app.url_map.bind("localhost")
        self._waiting: deque[tuple[str, str]] = deque()
        self._forms: list[Found] = []
        self._known: set[str] = set()
        self._kinds: Counter[tuple[str, ...]] = Counter()
        self._ids: dict[str, set[str]] = {}
        self._anchors: list[tuple[str, str, str]] = []
        self._changes = 0
        self._is_over = False

    def start(self, address: str, *further: str) -> None:
        """Go everywhere from here: first all that can be read, then all that can be sent and what that leads to.

        The ``further`` addresses are tried as well; they need not be open to this visitor.
        """
        self._note_link("", address)
        for other in further:
            if self.visitor.get(other).status_code == 200:
                self._known.add(other)
                self._waiting.append(("", other))
        while (self._waiting or self._forms) and not self._is_over:
            if self._waiting:
                self._open(*self._waiting.popleft())
            else:
                found = min(self._forms, key=lambda one: one.rank)
                self._forms.remove(found)
                self._send(found)
        self.faults += [
            f"{page}: there is no #{anchor} on {target}"
            for page, target, anchor in self._anchors
            if target in self._ids and anchor not in self._ids[target]
        ]

    def _endpoint(self, address: str, method: str) -> str | None:
        try:
            endpoint, _arguments = self._adapter.match(urlsplit(address).path, method=method)
        except HTTPException:
            return None
        return str(endpoint)

    def _note_link(self, page: str, link: str) -> None:
        """Remember where a page leads, unless enough of that kind have been seen."""
        whole = urlsplit(urljoin(BASE + page, link))
        if f"{whole.scheme}://{whole.netloc}" != BASE:
            return
        words = [pair for pair in parse_qsl(whole.query, keep_blank_values=True) if pair != ("lang", self.language)]
        address = whole.path + (f"?{urlencode(words)}" if words else "")
        if whole.fragment:
            self._anchors.append((page, address, whole.fragment))
        endpoint = self._endpoint(address, "GET")
        if endpoint is None:
            self.faults.append(f"{page}: a dead link to {link}")
        elif address not in self._known and endpoint != "static_file" and "lang" not in dict(words):
            kind = (endpoint, *sorted(name for name, _value in words))
            if self._kinds[kind] < self.most and self._kinds["GET", endpoint] < self.most * MOST_KINDS:
                self._kinds[kind] += 1
                self._kinds["GET", endpoint] += 1
                self._known.add(address)
                self._waiting.append((page, address))

    def _open(self, page: str, address: str) -> None:
        answer = self._ask(address, "GET", f"{page} leads to {address}")
        if answer is None:
            return
        self.seen.add(self._endpoint(address, "GET") or "")
        if answer.status_code >= 400:
            self.faults.append(f"{page}: a link to {address}, which answers {answer.status_code}")
        elif answer.status_code >= 300:
            self._note_link(address, answer.location)
        else:
            self._take_in(address, answer)

    def _ask(self, address: str, method: str, doing: str, **more: object) -> TestResponse | None:
        """The answer; what is raised instead, or speaks of our own mistake, is a fault."""
        try:
            answer: TestResponse = self.visitor.open(address, method=method, csrf=False, **more)
        except Exception as error:  # whatever a page raises is what is looked for
            self.faults.append(f"{doing}: {type(error).__name__}: {error}")
            return None
        if answer.status_code >= 500:
            self.faults.append(f"{doing}: {answer.status_code}")
            return None
        return answer

    def _take_in(self, address: str, answer: TestResponse) -> Page | None:
        """Read a page, and remember its links and forms."""
        page = Page(answer.text) if answer.mimetype == "text/html" else None
        self.look(address, answer, page)
        if page is None:
            return None
        self._ids[address] = page.ids
        self.faults += [f"{address}: there is no form #{name} on it" for name in page.lost]
        self.faults += [f"{address}: no file {file}" for file in page.files if self._endpoint(file, "GET") is None]
        for link in page.links:
            if not link.startswith("#"):
                self._note_link(address, link)
            elif link[1:] not in page.ids:
                self.faults.append(f"{address}: there is no {link} on it")
        for form in page.forms:
            self._note_form(address, form)
        return page

    def _note_form(self, address: str, form: Form) -> None:
        """Remember every button of a form, unless enough of that kind have been pressed."""
        if form.method != "post":
            words = [(name, value) for name, value in form.emptied(NO_BUTTON) if isinstance(value, str)]
            target = urljoin(BASE + address, form.action or urlsplit(address).path).removeprefix(BASE)
            self._note_link(address, f"{target}?{urlencode(words)}")
            self._ask_nonsense(address, target, form, dict(words))
            return
        if form.checked_at:
            self._send_by_script(address, form.checked_at, data=dict(form.emptied(NO_BUTTON)))
        if form.saved_at:
            self._send_by_script(address, form.saved_at, json={})
        if form.fields and not form.buttons:
            self.faults.append(f"{address}: a form to {form.action} without a button")
        for button in form.buttons:
            endpoint = self._endpoint(_target(address, form, button), "POST")
            if endpoint is None:
                self.faults.append(f"{address}: a form to {form.action}, which takes none")
                continue
            kind = ("POST", endpoint, *form.kind(button))
            if endpoint in self.spared or self._kinds["POST", endpoint] >= MOST_BUTTONS:
                continue
            if not self._kinds[kind]:
                self._kinds[kind] += 1
                self._kinds["POST", endpoint] += 1
                self._forms.append(Found(address, endpoint, form, button, self._changes))

    def _ask_nonsense(self, page: str, target: str, form: Form, words: dict[str, str]) -> None:
        """Fill each field of a form that only asks with what is not meant for it: a page says what there is."""
        for one in form.fields:
            kind = ("nonsense", self._endpoint(target, "GET") or "", one.name)
            if one.kind == "hidden" or self._kinds[kind]:
                continue
            self._kinds[kind] += 1
            address = f"{target}?{urlencode({**words, one.name: NONSENSE})}"
            answer = self._ask(address, "GET", f"{page}: {address}")
            if answer is None or 300 <= answer.status_code < 400:
                continue
            shown = Page(answer.text) if answer.mimetype == "text/html" else None
            self.look(address, answer, shown)
            if shown is None or not any(said.where == "h1" for said in shown.said):
                self.faults.append(f"{address}: {answer.status_code} and no page")

    def _send_by_script(self, page: str, target: str, **body: object) -> None:
        """Send what a script would, with nothing entered: it is answered, and nothing is changed."""
        endpoint = self._endpoint(target, "POST")
        if endpoint is None:
            self.faults.append(f"{page}: a script sends to {target}, which takes nothing")
        elif not self._kinds["script", endpoint]:
            self._kinds["script", endpoint] += 1
            answer = self._ask(target, "POST", f"{page}: {endpoint}, sent by script", **body)
            if answer is not None:
                self.seen.add(endpoint)
                self.look(target, answer, Page(answer.text) if answer.mimetype == "text/html" else None)
                if answer.status_code >= 400 and not (answer.is_json and answer.get_json().get("message")):
                    self.faults.append(f"{page}: {endpoint}, sent by script: {answer.status_code} and no message")

    def _send(self, found: Found) -> None:
        """Send a form empty: it changes something and leads on, or says what is missing."""
        form, button = found.form, found.button
        if found.changes < self._changes:
            again = self._again(found)
            if again is None:
                return
            form, button = again
        target = _target(found.page, form, button)
        doing = f"{found.page}: {found.endpoint} {button.name}={button.value}, sent empty"
        sent = form.emptied(button)
        data = {name: [value for other, value in sent if other == name] for name, _value in sent}
        answer = self._ask(target, "POST", doing, data=data, headers={"Referer": BASE + found.page})
        if answer is None:
            return
        self.seen.add(found.endpoint)
        self._is_over = found.endpoint == LAST[-1]
        if 300 <= answer.status_code < 400:
            self._changes += 1
            landing = urljoin(BASE + target, answer.location).removeprefix(BASE).partition("#")[0]
            self._open(found.page, landing)
            if found.rank > ONLY_A_BUTTON and landing != found.page:
                self._see_again(found.page)
            return
        page = self._take_in(target, answer)
        if not form.can_be_empty:
            return
        if answer.status_code in {403, 404, 405}:
            self.faults.append(f"{doing}: {answer.status_code}")
        elif answer.status_code >= 400 and (page is None or not page.messages):
            self.faults.append(f"{doing}: {answer.status_code} and no word of what is missing")

    def _again(self, found: Found) -> tuple[Form, Control] | None:
        """The same form, or the next of its kind, as its page shows it by now; None when there is none."""
        page = self._see_again(found.page)
        for form in page.forms if page is not None else ():
            for button in form.buttons:
                is_it = form.kind(button) == found.form.kind(found.button)
                if is_it and self._endpoint(_target(found.page, form, button), "POST") == found.endpoint:
                    return form, button
        return None

    def _see_again(self, address: str) -> Page | None:
        """The page as it is by now; it may have other buttons, or be gone."""
        answer = self._ask(address, "GET", f"{address} again")
        return self._take_in(address, answer) if answer is not None and answer.status_code == 200 else None


def _target(page: str, form: Form, button: Control) -> str:
    """Where a form goes when this button is pressed."""
    return urljoin(BASE + page, button.address or form.action or page).removeprefix(BASE)
