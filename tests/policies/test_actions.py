"""Policies in the database: imported and exported without loss, in force by the clock, acknowledged as shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from lms.accounts.models import Person
from lms.foundation import clock
from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from lms.kit.problems import Conflict, Invalid, NotFound
from lms.policies import actions, queries
from lms.policies.core.document import parse
from lms.policies.core.staleness import Freshness
from lms.policies.core.version import VersionNumber
from lms.policies.core.writing import write
from lms.policies.models import Acknowledgement, PolicyVersion, Section
from tests.cast import Cast
from tests.conftest import Unit

NOON = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)
ENGLISH = """---
code: SPM
title: Spam
version: "{number}"
owner: Trust team
---
What this policy is for.

## Not allowed {{#not-allowed}}
Do not send [bulk mail][1].

### *Bulk* mail & links {{#bulk}}
See [the list][1].

## Examples
::: sensitive kind=insult degree=mild form=text
An example.
:::

[1]: https://site.example/list
"""
JAPANESE = """---
code: SPM
locale: ja
title: スパム
---
この方針の目的です。

## 禁止すること {{#not-allowed}}
[大量送信][1]は認めません。

### 大量のメールとリンク {{#bulk}}
[一覧][1]を参照してください。

## 例 {{#examples}}
例です。

[1]: https://site.example/list
"""
LINES = st.sampled_from(
    [
        *(
            "# Title",
            "# Top",
            "## A",
            "## A {#a}",
            "### *Sub* `x` & <b>",
            "#### D #",
            "##### five",
            "Head\n---",
            "## &amp; \\",
        ),
        *(
            "text",
            "a [x] and [y][x]",
            "[x]: http://e",
            "[y]:\n  http://g",
            "[x]: http://f",
            "    code",
            "```\n## no\n```",
        ),
        *(
            "- item\n  ## in item",
            "> ## quoted",
            "::: sensitive kind=a degree=mild form=text\nbad\n:::",
            "<p>\n## no\n</p>",
        ),
        *("## ", "## 　全角　", "## [link](http://x)", "***", "---", "+++", "| a |\n|---|", "## 1. one", "\ttab"),
    ]
)


def store(
    number: str = "1.0", *, effective_at: datetime | None = None, publish: bool = True, english: str = ENGLISH
) -> PolicyVersion:
    checked = actions.check_files(english.format(number=number).encode(), JAPANESE.format().encode())
    return actions.import_policy(checked, effective_at=effective_at, publish=publish)


def restore(files: dict[str, str]) -> PolicyVersion:
    checked = actions.check_files(files["en"].encode(), files["ja"].encode())
    assert checked.findings == [] or not checked.has_errors
    return actions.import_policy(checked)


def in_force() -> str | None:
    module = queries.get_module("SPM")
    version = queries.load_in_force(clock.now(), [module.id]).get(module.id)
    return version.number if version is not None else None


def the_person(code: str) -> Person:
    return db.session.scalars(select(Person).where(Person.code == code)).one()


def keys_of(version: PolicyVersion) -> list[tuple[int, str]]:
    return [(text.section_id, text.key) for text in queries.load_sections([version.id])[version.id]]


def test_what_is_exported_and_imported_again_is_the_same_bytes_and_the_same_sections(unit: Unit) -> None:
    with unit():
        first = store(publish=False)
        keys, files = keys_of(first), actions.export_policy(first)
        second = restore(files)
        assert second.id == first.id, "the draft of that number"
        assert keys_of(second) == keys
        assert [key for _id, key in keys] == ["_intro", "not-allowed", "bulk", "examples"]
        assert actions.export_policy(second) == files


def test_the_translation_stays_current_through_export_and_import(unit: Unit) -> None:
    with unit():
        again = restore(actions.export_policy(store(publish=False)))
        states = {text.key: text.freshness["ja"] for text in queries.load_sections([again.id])[again.id]}
        assert set(states.values()) == {Freshness.CURRENT}, states


def test_a_changed_english_section_alone_turns_its_japanese_stale(unit: Unit) -> None:
    with unit():
        files = actions.export_policy(store(publish=False))
        files["en"] = files["en"].replace("Do not send", "Never send")
        again = restore(files)
        states = {text.key: text.freshness["ja"] for text in queries.load_sections([again.id])[again.id]}
        stale = {key for key, state in states.items() if state is Freshness.STALE}
        assert stale == {"not-allowed"}


def test_unknown_keys_of_the_front_matter_survive(unit: Unit) -> None:
    with unit():
        assert "owner: Trust team" in actions.export_policy(store())["en"]


def test_a_section_without_a_key_of_its_own_keeps_its_identity_when_its_heading_is_reworded(unit: Unit) -> None:
    with unit():
        files = actions.export_policy(store("1.0"))
        reworded = files["en"].replace("## Examples {#examples}", "## What it looks like {#examples}")
        files["en"] = reworded.replace("1.0", "1.1")
        second = restore(files)
        assert second.number == "1.1"
        assert db.session.scalar(select(func.count(Section.id))) == 4


@given(st.lists(LINES, max_size=7), st.sampled_from(["\n", "\n\n"]))
def test_any_policy_without_errors_is_the_same_after_writing_and_reading(lines: list[str], gap: str) -> None:
    policy, findings = parse(gap.join(lines).encode())
    if any(finding.level == "error" for finding in findings):
        return
    written = write(policy)
    again, more = parse(written.encode())
    assert [(s.key, s.level, s.title, s.body) for s in again.sections] == [
        (s.key, s.level, s.title, s.body) for s in policy.sections
    ]
    assert not [finding for finding in more if finding.level == "error"]
    assert write(again) == written


def test_a_version_comes_into_force_at_its_instant_and_not_before(unit: Unit) -> None:
    with unit():
        store("1.0")
        store("1.1", effective_at=NOON)
        assert in_force() == "1.0"
        for moment, number in ((NOON - TICK, "1.0"), (NOON, "1.1"), (NOON + TICK, "1.1")):
            with clock.fixed(moment):
                assert in_force() == number


def test_a_policy_that_is_still_to_come_is_not_in_force(unit: Unit) -> None:
    with unit():
        store("1.0", effective_at=NOON)
        assert in_force() is None


def test_a_draft_is_never_in_force_and_publishing_it_makes_it_so_from_now_on(unit: Unit) -> None:
    with unit():
        draft = store("1.0", publish=False)
        assert in_force() is None
        actions.publish_version(draft, by=None)
        assert (in_force(), draft.effective_at) == ("1.0", clock.now())


def test_the_later_instant_wins_over_the_greater_number(unit: Unit) -> None:
    with unit():
        store("2.0", effective_at=NOON - timedelta(days=20))
        store("1.9", effective_at=NOON - timedelta(days=19))
        assert in_force() == "1.9"


def test_of_two_versions_of_one_instant_the_greater_number_is_in_force(unit: Unit) -> None:
    with unit():
        for number in ("1.9", "1.10", "1.2"):
            store(number, effective_at=NOON)
        with clock.fixed(NOON):
            assert in_force() == "1.10"


def test_publishing_twice_is_a_conflict(unit: Unit) -> None:
    with unit():
        version = store()
        with pytest.raises(Conflict, match=r"policy\.already_published"):
            actions.publish_version(version, by=None)


def test_the_texts_of_a_published_version_stay_as_they_are(unit: Unit) -> None:
    with unit():
        version = store()
        with pytest.raises(Conflict):
            store(english=ENGLISH.replace("Do not send", "Do send"))
        texts = queries.load_sections([version.id])[version.id]
        assert "Do not send" in texts[1].bodies["en"]


def test_a_policy_with_errors_is_not_stored(unit: Unit) -> None:
    with unit():
        with pytest.raises(Invalid, match=r"policy\.has_errors"):
            store(english=ENGLISH.replace("{{#bulk}}", "{{#not-allowed}}"))
        assert queries.find_module("SPM") is None


def test_a_policy_without_a_code_asks_for_one(unit: Unit) -> None:
    with unit():
        checked = actions.check_files(b"## A\ntext\n", None)
        with pytest.raises(Invalid) as raised:
            actions.import_policy(checked)
        assert raised.value.field == "code"


def test_an_acknowledgement_names_the_version_that_was_shown(unit: Unit, cast: Cast) -> None:
    with unit():
        module = store("1.0").module
        acknowledgement = actions.acknowledge(the_person(cast.learner), module, "1.0", locale="ja")
        shown = queries.find_version(module, VersionNumber(1, 0))
        assert shown is not None
        assert (acknowledgement.version_id, acknowledgement.locale) == (shown.id, "ja")
        assert acknowledgement.acknowledged_at == clock.now()


def test_it_is_refused_when_another_version_came_into_force_meanwhile(unit: Unit, cast: Cast) -> None:
    with unit():
        module = store("1.0").module
        store("1.1", effective_at=NOON)
        person = the_person(cast.learner)
        with clock.fixed(NOON):
            with pytest.raises(Conflict) as raised:
                actions.acknowledge(person, module, "1.0", locale="en")
            assert raised.value.facts == {"number": "1.1"}
            assert queries.load_acknowledged(person.id) == {}
            actions.acknowledge(person, module, "1.1", locale="en")


def test_a_version_that_is_still_to_come_cannot_be_acknowledged(unit: Unit, cast: Cast) -> None:
    with unit():
        module = store("1.0").module
        store("1.1", effective_at=NOON)
        with pytest.raises(Conflict):
            actions.acknowledge(the_person(cast.learner), module, "1.1", locale="en")


@pytest.mark.parametrize("number", ["1.1", "9.9", "", "latest", "1.0.0"])
def test_a_draft_or_an_unknown_version_cannot_be_acknowledged(unit: Unit, cast: Cast, number: str) -> None:
    with unit():
        module = store("1.0").module
        store("1.1", publish=False)
        with pytest.raises(NotFound):
            actions.acknowledge(the_person(cast.learner), module, number, locale="en")


def test_acknowledging_twice_is_one_statement_with_its_first_time(unit: Unit, cast: Cast, app: Flask) -> None:
    with unit():
        module = store("1.0").module
        person = the_person(cast.learner)
        first = actions.acknowledge(person, module, "1.0", locale="en").acknowledged_at
        with clock.fixed(NOON):
            assert actions.acknowledge(person, module, "1.0", locale="ja").acknowledged_at == first
    with app.app_context():
        assert db.session.scalar(select(func.count(Acknowledgement.id))) == 1


def test_import_publication_and_acknowledgement_stand_in_the_journal(unit: Unit, cast: Cast, app: Flask) -> None:
    with unit():
        actions.acknowledge(the_person(cast.learner), store("1.0").module, "1.0", locale="en")
    with app.app_context():
        kinds = [
            entry.action for entry in db.session.scalars(select(AuditEvent).where(AuditEvent.object == "SPM v1.0"))
        ]
    assert sorted(kinds) == ["policy.acknowledge", "policy.import", "policy.publish"]


@pytest.mark.parametrize(
    "name", ["SPM/a\x00", "SPM\x00/bulk", "SPM/\ud800", "SPM/" + "a" * 300, "SPM", "", "/", "spm/bulk"]
)
def test_a_name_that_no_section_can_have_finds_none(unit: Unit, name: str) -> None:
    with unit():
        store()
        assert queries.find_section("SPM/bulk") is not None
        assert queries.find_section(name) is None
        assert queries.find_module(name) is None or name == "SPM"
