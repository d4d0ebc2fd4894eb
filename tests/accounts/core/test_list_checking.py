"""What the cells of a list mean, and what stands against them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.accounts.core.list_checking import LOCALE_WORDS, Checked, Known, Place, check, fold_word
from lms.accounts.core.list_reading import Cell, ListRow
from lms.accounts.core.roles import Role
from lms.kit.findings import Level
from lms.sites.core.vendor import VendorKind

ROLE_WORDS = {fold_word(word): role for role in Role for word in (role.value,)} | {
    fold_word("受講者"): Role.LEARNER,
    fold_word("QAアナリスト"): Role.QA,
    fold_word("Trainer"): Role.TRAINER,
}
KNOWN = Known(
    places=(
        Place("tokyo-a", ("Tokyo A", "東京A"), VendorKind.IN_HOUSE),
        Place("osaka-b", ("Osaka B", "大阪B"), VendorKind.BPO),
        Place("kobe-1", ("Kobe", "神戸"), VendorKind.BPO),
        Place("kobe-2", ("Kobe", "神戸"), VendorKind.BPO),
    ),
    role_words=ROLE_WORDS,
    locale_words=LOCALE_WORDS,
    grantable=frozenset(Role) - {Role.ADMIN},
    taken={"taken@site.example": "L0007", "hidden@site.example": ""},
    namesakes={("高橋さくら", "tokyo-a"): "L0009"},
    locale="ja",
)


def row(number: int = 2, *, left_out: bool = False, beyond: tuple[str, ...] = (), **cells: str) -> ListRow:
    typed = {"name": "Sam Rivers", "login": f"sam{number}@site.example", "site": "tokyo-a", **cells}
    return ListRow(number, {cell: typed.get(cell, "") for cell in Cell}, beyond, left_out)


def checked(**cells: Any) -> Checked:
    (one,) = check([row(**cells)], KNOWN)
    return one


def errors(one: Checked) -> list[tuple[Cell | None, str]]:
    return [(found.cell, found.code) for found in one.errors]


def test_a_plain_row_is_taken_as_it_is() -> None:
    one = checked(reading="さむ", locale="English", roles="Trainer、受講者")
    assert (one.name, one.reading, one.login) == ("Sam Rivers", "さむ", "sam2@site.example")
    assert (one.locale, one.roles, one.site) == ("en", (Role.TRAINER, Role.LEARNER), "tokyo-a")
    assert one.findings == ()


def test_what_is_not_said_is_the_default() -> None:
    one = checked()
    assert (one.locale, one.roles, one.reading) == ("ja", (Role.LEARNER,), "Sam Rivers")


@pytest.mark.parametrize("typed", ["東京Ａ", " tokyo A", "TOKYO-A", "Tokyo　A"])
def test_a_site_is_known_by_code_and_by_both_names(typed: str) -> None:
    assert checked(site=typed).site == "tokyo-a"


@pytest.mark.parametrize(
    ("typed", "login", "code"),
    [
        ("ｓａｋｕｒａ＠ｓｉｔｅ．ｅｘａｍｐｌｅ", "sakura@site.example", "login.width"),
        ("Sakura@Site.Example", "sakura@site.example", "login.case"),
        ("sakura\u200b@site.example", "sakura@site.example", "cell.marks"),
        (" sakura@site.example ", "sakura@site.example", None),
    ],
)
def test_an_address_is_made_plain_and_that_is_said(typed: str, login: str, code: str | None) -> None:
    one = checked(login=typed)
    assert one.login == login
    assert [found.code for found in one.findings] == ([code] if code else [])
    assert one.is_taken


def test_half_width_kana_become_whole_and_that_is_said() -> None:
    one = checked(name="髙橋　さくら", reading="ﾀｶﾊｼ ｻｸﾗ", login="x@site.example", site="osaka-b")
    assert (one.name, one.reading) == ("髙橋 さくら", "タカハシ サクラ")
    assert [(found.level, found.code) for found in one.findings] == [(Level.CHANGED, "cell.half_kana")]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"name": " "}, (Cell.NAME, "name.missing")),
        ({"name": "x" * 256}, (Cell.NAME, "cell.too_long")),
        ({"login": ""}, (Cell.LOGIN, "login.missing")),
        ({"login": "sam.site.example"}, (Cell.LOGIN, "login.no_address")),
        ({"login": "x" * 250 + "@site.example"}, (Cell.LOGIN, "cell.too_long")),
        ({"login": "ＴＡＫＥＮ@site.example"}, (Cell.LOGIN, "login.taken_by")),
        ({"login": "hidden@site.example"}, (Cell.LOGIN, "login.taken")),
        ({"locale": "Klingon"}, (Cell.LOCALE, "locale.unknown")),
        ({"locale": "Englisch"}, (Cell.LOCALE, "locale.unknown_near")),
        ({"roles": "leaner"}, (Cell.ROLES, "roles.unknown_near")),
        ({"roles": "xyz"}, (Cell.ROLES, "roles.unknown")),
        ({"roles": "admin"}, (Cell.ROLES, "roles.not_grantable")),
        ({"roles": "qa", "site": "osaka-b"}, (Cell.ROLES, "roles.in_house_only")),
        ({"site": ""}, (Cell.SITE, "site.missing")),
        ({"site": "toky a"}, (Cell.SITE, "site.unknown_near")),
        ({"site": "Vienna"}, (Cell.SITE, "site.unknown")),
        ({"site": "神戸"}, (Cell.SITE, "site.ambiguous")),
    ],
)
def test_each_problem_stands_at_its_cell(cells: dict[str, str], expected: tuple[Cell, str]) -> None:
    assert errors(checked(**cells)) == [expected]


def test_what_may_have_been_meant_is_suggested() -> None:
    one = checked(site="tokio-a", roles="leaner, QAアナリスト, xyz", locale="Englisch")
    assert one.meant == {Cell.SITE: "tokyo-a", Cell.ROLES: "learner, qa, xyz", Cell.LOCALE: "en"}


def test_doubles_within_the_list_are_told_by_row_whatever_the_width_and_case() -> None:
    rows = [row(2, login="a@b.example"), row(3, login="Ａ@B.example", name="X"), row(4, name="ｓａｍ RIVERS")]
    first, second, third = check(rows, KNOWN)
    assert errors(first) == []
    assert [(one.code, one.facts) for one in second.errors] == [("login.twice", {"row": 2})]
    assert [(one.code, one.facts) for one in third.findings] == [("name.twice", {"row": 2})]


def test_somebody_of_the_same_name_is_told_and_no_obstacle() -> None:
    one = checked(name="高橋さくら", reading="たかはし")
    assert [(found.level, found.facts) for found in one.findings] == [(Level.WARNING, {"person": "L0009"})]
    assert one.is_taken


def test_a_row_that_is_left_out_is_nobodys_double() -> None:
    first, second = check([row(2, login="a@b.example", left_out=True), row(3, login="a@b.example")], KNOWN)
    assert (first.is_taken, first.errors) == (False, [])
    assert second.is_taken


def test_a_row_with_too_many_cells_is_not_taken() -> None:
    assert errors(checked(beyond=("rest",))) == [(None, "row.beyond")]


cells = st.dictionaries(st.sampled_from(list(Cell)), st.text(max_size=30))


@given(st.lists(cells, max_size=5))
def test_whatever_stands_in_the_cells_a_taken_row_is_fit_for_the_database(listed: list[dict[Cell, str]]) -> None:
    rows = [ListRow(number, {cell: typed.get(cell, "") for cell in Cell}) for number, typed in enumerate(listed, 2)]
    for one in check(rows, KNOWN):
        values = [one.name, one.reading, one.login, one.locale, one.site]
        if one.is_taken:
            assert all(values)
            assert one.roles
            assert max(map(len, values)) <= 255
        "".join(values).encode()
        assert "\0" not in "".join(values)
