"""What each row of a list of people means: the people who would be created, and what stands against a row.

Pure: what is known of the installation (sites, words for roles, addresses in use) comes in as values.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from lms.accounts.core.addresses import LONGEST, is_address
from lms.accounts.core.list_reading import Cell, ListRow, without_marks
from lms.accounts.core.roles import Role, may_hold
from lms.kit.findings import Level
from lms.kit.text import fold_login, fold_spaces, plain, search_key
from lms.sites.core.vendor import VendorKind

LONGEST_LINE = 255
MOST_SUGGESTIONS = 3
LOCALE_WORDS: Mapping[str, str] = {
    **dict.fromkeys(("en", "eng", "english", "英語"), "en"),
    **dict.fromkeys(("ja", "jp", "jpn", "japanese", "日本語", "にほんご"), "ja"),
}
BETWEEN_ROLES = ", "
"""What stands between the roles of a suggestion."""
_LIKENESS = 0.55
_BETWEEN_ROLES = re.compile(r"[,;|+&/、，；／＋＆・\n]")
_HALF_KANA = re.compile("[\uff61-\uff9f]+")
_IDEOGRAPH = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff々]")


@dataclass(frozen=True, slots=True)
class Place:
    """A site that whoever sends the list may fill: its code, what it is called, and the kind of its vendor."""

    code: str
    names: tuple[str, ...]
    kind: VendorKind


@dataclass(frozen=True, slots=True)
class Known:
    """What the installation knows."""

    places: tuple[Place, ...]
    role_words: Mapping[str, Role]
    """Every word for a role, folded by ``fold_word``; and so for the languages."""
    locale_words: Mapping[str, str]
    grantable: frozenset[Role]
    taken: Mapping[str, str] = field(default_factory=dict)
    """Whose an address is: a code, or nothing where whoever asks may not know."""
    namesakes: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """The codes of people by the search key of their name and the code of their site."""
    site: str = ""
    """Where people belong of whom the list does not say it."""
    locale: str = "en"


@dataclass(frozen=True, slots=True)
class CellFinding:
    """What was found in a cell, or in a row as a whole. Only an error keeps the list from being applied."""

    level: Level
    code: str
    cell: Cell | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Checked:
    """A row, the person it means, what was found, and for wrong cells what may have been meant."""

    row: ListRow
    name: str = ""
    reading: str = ""
    login: str = ""
    locale: str = ""
    roles: tuple[Role, ...] = ()
    site: str = ""
    findings: tuple[CellFinding, ...] = ()
    meant: Mapping[Cell, str] = field(default_factory=dict)

    @property
    def errors(self) -> list[CellFinding]:
        return [] if self.row.is_left_out else [one for one in self.findings if one.level is Level.ERROR]

    @property
    def is_taken(self) -> bool:
        """Whether a person would be created of it."""
        return not self.row.is_left_out and not self.errors


def fold_word(text: str) -> str:
    """A word of a list as it is compared: width, case, blanks and hyphens do not matter.

    >>> fold_word(" Vendor－Manager "), fold_word("ＱＡ　アナリスト")
    ('vendormanager', 'qaアナリスト')
    """
    folded = unicodedata.normalize("NFKC", without_marks(text)).casefold()
    return re.sub(r"[\s_\-‐–]+", "", folded)


def login_of_cell(text: str) -> str:
    """The address that a cell means."""
    return fold_login(plain(without_marks(text)))


def line_of_cell(text: str) -> str:
    """The line that a cell means: half-width kana as whole ones, blanks as one.

    >>> line_of_cell(" ﾀｶﾊｼ　さくら ")
    'タカハシ さくら'
    """
    kana = partial(unicodedata.normalize, "NFKC")
    return fold_spaces(_HALF_KANA.sub(lambda found: kana(found.group()), without_marks(text)))


def check(rows: Iterable[ListRow], known: Known) -> tuple[Checked, ...]:
    """Every row with what was found. Rows that are left out count for nothing, not even as the double of another."""
    checker = _Checker(known)
    return tuple(checker.check(row) for row in rows)


class _Checker:
    """Checks one row after the other, and remembers which addresses and names it has seen in which row."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.places = _by_word(known.places)
        self.logins: dict[str, int] = {}
        self.names: dict[tuple[str, str], int] = {}
        self.nearest: dict[tuple[int, str], list[str]] = {}

    def check(self, row: ListRow) -> Checked:
        found: list[CellFinding] = []
        meant: dict[Cell, str] = {}
        if row.beyond:
            found.append(CellFinding(Level.ERROR, "row.beyond", None, {"rest": _short(" ".join(row.beyond))}))
        name = self._line(row, Cell.NAME, found)
        if not name:
            found.append(CellFinding(Level.ERROR, "name.missing", Cell.NAME))
        reading = self._line(row, Cell.READING, found)
        if not reading and _IDEOGRAPH.search(name):
            found.append(CellFinding(Level.WARNING, "reading.missing", Cell.READING))
        login = self._login(row, found)
        place = self._site(row, found, meant)
        locale = self._locale(row, found, meant)
        roles = self._roles(row, place, found, meant)
        site = place.code if place else ""
        self._remember(row, login, name, site, found)
        return Checked(row, name, reading or name, login, locale, roles, site, tuple(found), meant)

    def _line(self, row: ListRow, cell: Cell, found: list[CellFinding]) -> str:
        typed = row.cells[cell]
        line = line_of_cell(typed)
        if line != fold_spaces(typed):
            code = "cell.half_kana" if _HALF_KANA.search(typed) else "cell.marks"
            found.append(CellFinding(Level.CHANGED, code, cell, {"before": _short(fold_spaces(typed)), "after": line}))
        if len(line) > LONGEST_LINE:
            found.append(CellFinding(Level.ERROR, "cell.too_long", cell, {"count": len(line), "most": LONGEST_LINE}))
        return line

    def _login(self, row: ListRow, found: list[CellFinding]) -> str:
        typed = row.cells[Cell.LOGIN].strip()
        login = login_of_cell(typed)
        add = partial(_add, found, Cell.LOGIN)
        if not login:
            add("login.missing")
        elif len(login) > LONGEST:
            add("cell.too_long", count=len(login), most=LONGEST)
        elif not is_address(login):
            add("login.no_address")
        elif login in self.known.taken and not row.is_left_out:
            code = self.known.taken[login]
            add("login.taken_by" if code else "login.taken", **({"person": code} if code else {}))
        if login and login != typed:
            is_wide = unicodedata.normalize("NFKC", typed) != typed
            reason = "login.width" if is_wide else "login.case" if typed.casefold() == login else "cell.marks"
            facts = {"before": _short(typed), "after": _short(login)}
            found.append(CellFinding(Level.CHANGED, reason, Cell.LOGIN, facts))
        return login

    def _site(self, row: ListRow, found: list[CellFinding], meant: dict[Cell, str]) -> Place | None:
        word = fold_word(row.cells[Cell.SITE]) or fold_word(self.known.site)
        add = partial(_add, found, Cell.SITE)
        fitting = self.places.get(word, [])
        if len(fitting) == 1:
            return fitting[0]
        if not word:
            add("site.missing")
        elif fitting:
            meant[Cell.SITE] = fitting[0].code
            add("site.ambiguous", codes=tuple(place.code for place in fitting))
        else:
            words = self._near(word, self.places)
            near = list(dict.fromkeys(place.code for one in words for place in self.places[one]))[:MOST_SUGGESTIONS]
            self._unknown(row, Cell.SITE, near, found, meant)
        return None

    def _locale(self, row: ListRow, found: list[CellFinding], meant: dict[Cell, str]) -> str:
        word = fold_word(row.cells[Cell.LOCALE])
        if not word:
            return self.known.locale
        if word not in self.known.locale_words:
            near = [self.known.locale_words[one] for one in self._near(word, self.known.locale_words)]
            self._unknown(row, Cell.LOCALE, list(dict.fromkeys(near)), found, meant)
        return self.known.locale_words.get(word, "")

    def _roles(
        self, row: ListRow, place: Place | None, found: list[CellFinding], meant: dict[Cell, str]
    ) -> tuple[Role, ...]:
        words = [word for word in map(str.strip, _BETWEEN_ROLES.split(row.cells[Cell.ROLES])) if fold_word(word)]
        roles: list[Role] = []
        likely: list[str] = []
        for word in words[: len(Role) * 2]:
            role = self.known.role_words.get(fold_word(word))
            near = (
                []
                if role
                else [self.known.role_words[one] for one in self._near(fold_word(word), self.known.role_words)]
            )
            likely.append(role or (near[0] if near else word))
            if role is None:
                self._unknown(row, Cell.ROLES, list(dict.fromkeys(near)), found, meant, word=word)
            elif role not in roles:
                roles.append(role)
        if Cell.ROLES in meant:
            meant[Cell.ROLES] = BETWEEN_ROLES.join(dict.fromkeys(likely))
        forbidden = [role for role in roles if role not in self.known.grantable]
        elsewhere = [role for role in roles if place is not None and not may_hold(role, place.kind)]
        if forbidden:
            _add(found, Cell.ROLES, "roles.not_grantable", roles=tuple(forbidden))
        elif elsewhere:
            _add(found, Cell.ROLES, "roles.in_house_only", roles=tuple(elsewhere))
        return tuple(roles) or (() if words else (Role.LEARNER,))

    def _remember(self, row: ListRow, login: str, name: str, site: str, found: list[CellFinding]) -> None:
        """Compare with the rows before and with whom there is already; people may have the same name, so it is told."""
        if row.is_left_out:
            return
        if login and is_address(login):
            first = self.logins.setdefault(login, row.number)
            if first != row.number:
                _add(found, Cell.LOGIN, "login.twice", row=first)
        key = (search_key(name), site)
        if not all(key):
            return
        earlier = self.names.setdefault(key, row.number)
        if earlier != row.number:
            found.append(CellFinding(Level.WARNING, "name.twice", Cell.NAME, {"row": earlier}))
        elif key in self.known.namesakes:
            facts = {"person": self.known.namesakes[key]}
            found.append(CellFinding(Level.WARNING, "name.namesake", Cell.NAME, facts))

    def _near(self, word: str, words: Mapping[str, object]) -> list[str]:
        """The nearest of some words; the same question is answered once."""
        key = (id(words), word)
        if key not in self.nearest:
            self.nearest[key] = difflib.get_close_matches(word[:80], words, MOST_SUGGESTIONS, _LIKENESS)
        return self.nearest[key]

    def _unknown(
        self,
        row: ListRow,
        cell: Cell,
        near: list[Any],
        found: list[CellFinding],
        meant: dict[Cell, str],
        word: str | None = None,
    ) -> None:
        code = f"{cell}.unknown_near" if near else f"{cell}.unknown"
        facts: dict[str, Any] = {"word": _short(fold_spaces(word if word is not None else row.cells[cell]))}
        if near:
            facts["near"] = tuple(near)
            meant.setdefault(cell, near[0])
        _add(found, cell, code, **facts)


def _by_word(places: Iterable[Place]) -> dict[str, list[Place]]:
    """Places by each word for them; a code goes before names, and a name may be that of several."""
    listed = list(places)
    words: dict[str, list[Place]] = {}
    for place in listed:
        for name in place.names:
            if place not in words.setdefault(fold_word(name), []):
                words[fold_word(name)].append(place)
    words |= {fold_word(place.code): [place] for place in listed}
    words.pop("", None)
    return words


def _add(found: list[CellFinding], cell: Cell, code: str, **facts: Any) -> None:
    found.append(CellFinding(Level.ERROR, code, cell, facts))


def _short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
