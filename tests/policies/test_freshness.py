"""What a translation was made from: a mixture is never passed off as current, through export and import neither."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from lms.accounts.models import Person
from lms.foundation import clock
from lms.foundation.db import db
from lms.kit.problems import Invalid
from lms.policies import actions, intake, queries
from lms.policies.core.document import parse
from lms.policies.core.staleness import Freshness, section_sha256
from lms.policies.core.writing import write
from lms.policies.intake import Imported
from lms.policies.models import PolicyVersion
from tests.cast import make_cast
from tests.conftest import Unit

ENGLISH = "---\ncode: SPM\nversion: '{number}'\n---\n## One {{#one}}\n{one}\n\n## Two {{#two}}\nTwo.\n"
JAPANESE = "---\nlocale: ja\n{head}\n---\n## 一 {{#one}}\n一です。\n\n## 二 {{#two}}\n二です。\n"


def load(number: str, one: str, head: str | None) -> Imported:
    english = ENGLISH.format(number=number, one=one).encode()
    japanese = JAPANESE.format(head=head).encode() if head is not None else None
    return intake.import_checked(actions.check_files(english, japanese), publish=True)


def store(number: str, one: str, head: str | None) -> PolicyVersion:
    return load(number, one, head).version


def stale(done: Imported) -> list[str]:
    """The sections that the import warns of."""
    return [finding.facts["keys"] for finding in done.findings if finding.code == "stale-sections"]


def states(version: PolicyVersion) -> dict[str, str]:
    texts = queries.load_sections([version.id])[version.id]
    return {text.key: text.freshness.get("ja", Freshness.MISSING).value for text in texts}


def through_files(version: PolicyVersion, number: str) -> PolicyVersion:
    """The version exported and imported again under another number."""
    files = {
        name: text.replace(f"\nversion: '{version.number}'", f"\nversion: '{number}'") for name, text in export(version)
    }
    return actions.import_policy(actions.check_files(files["en"].encode(), files["ja"].encode()))


def export(version: PolicyVersion) -> list[tuple[str, str]]:
    return list(actions.export_policy(version).items())


def test_made_from_an_older_version_only_what_is_still_the_same_is_current(unit: Unit) -> None:
    with unit():
        store("1.0", "One.", None)
        done = load("1.1", "One, changed.", "source_version: '1.0'")
        assert states(done.version) == {"one": "stale", "two": "current"}
        assert stale(done) == ["one"]


def test_made_from_a_version_that_is_not_there_nothing_is_current(unit: Unit) -> None:
    with unit():
        done = load("1.1", "One.", "source_version: '1.0'")
        assert states(done.version) == {"one": "stale", "two": "stale"}
        assert stale(done) == ["one, two"]


def test_hashes_decide_whatever_version_is_named(unit: Unit) -> None:
    with unit():
        store("1.0", "One.", None)
        hashes = f"{{one: {section_sha256('One, changed.')}, two: {section_sha256('Other.')}}}"
        version = store("1.1", "One, changed.", f"source_version: '1.0'\nsection_sources: {hashes}")
        assert states(version) == {"one": "current", "two": "stale"}


@pytest.mark.parametrize("head", ["", "source_version: '1.1'"])
def test_made_from_the_text_beside_it_is_current(unit: Unit, head: str) -> None:
    with unit():
        done = load("1.1", "One.", head)
        assert states(done.version) == {"one": "current", "two": "current"}
        assert stale(done) == []


def test_a_number_that_the_english_file_does_not_say_is_compared_as_well(unit: Unit) -> None:
    with unit():
        store("1.0", "One.", None)
        english = ENGLISH.format(number="x", one="One, changed.").replace("version: 'x'\n", "")
        checked = actions.check_files(english.encode(), JAPANESE.format(head="source_version: '1.0'").encode())
        version = actions.import_policy(checked)
        assert (version.number, states(version)) == ("1.1", {"one": "stale", "two": "current"})


@pytest.mark.parametrize(
    ("head", "code"), [("code: HAR", "policy.other_code"), ("version: '7.0'", "policy.other_version")]
)
def test_a_translation_of_another_policy_or_version_is_refused_where_it_alone_says_so(
    unit: Unit, head: str, code: str
) -> None:
    with unit():
        checked = actions.check_files(b"## One {#one}\nOne.\n", JAPANESE.format(head=head).encode())
        with pytest.raises(Invalid) as raised:
            actions.import_policy(checked, code="SPM")
        assert raised.value.code == code


@pytest.mark.parametrize(
    ("older", "head"),
    [
        ("One.", "source_version: '1.0'"),
        (None, "source_version: '1.0'"),
        (None, f"section_sources: {{one: {'a' * 64}, two: {section_sha256('Two.')}}}"),
        (None, f"section_sources: {{one: {'a' * 64}}}"),
        (None, "source_version: '1.1'"),
        (None, ""),
    ],
)
def test_what_is_stale_stays_stale_through_export_and_import(unit: Unit, older: str | None, head: str) -> None:
    with unit():
        if older is not None:
            store("1.0", older, None)
        version = store("1.1", "One, changed.", head)
        before, files = states(version), dict(export(version))
        again = through_files(version, "1.2")
        assert states(again) == before
        assert dict(export(again))["ja"] == files["ja"], "the source of the translation is what it was"
        third = through_files(again, "1.3")
        assert states(third) == before


def test_the_version_that_it_was_really_made_from_is_exported(unit: Unit) -> None:
    with unit():
        store("1.0", "One.", None)
        assert "source_version: '1.0'" in dict(export(store("1.1", "Changed.", "source_version: '1.0'")))["ja"]
        assert "source_version: '1.2'" in dict(export(store("1.2", "Changed.", "")))["ja"]
        unknown = dict(export(store("1.3", "Changed.", f"section_sources: {{one: {'a' * 64}}}")))["ja"]
        assert "source_version" not in unknown, "nobody knows it"


DEEP = "# One\na\n\n## Two\nb\n\n### Three\nc\n\n#### Four {#four}\nd\n\n# Five\ne\n\n#### Six\nf\n"


@pytest.mark.parametrize(
    "text",
    [
        DEEP,
        f"---\ntitle: Title\n---\n{DEEP}",
        f"Intro.\n\n{DEEP}",
        f"# Title\n\n{DEEP.replace('# ', '## ', 1)}",
        "# Only {#only}\n\n## A\n\n### B\n\n#### C\nd\n",
        "# Title\n\nIntro.\n\n## A\n\n### B\n\n#### C\nd\n\n##### no section\ne\n",
        "Title\n=====\n\nPart\n----\n\n# Other\n\n#### C\nd\n",
    ],
)
def test_every_section_comes_back_with_its_key_level_and_text(unit: Unit, text: str) -> None:
    source = parse(text.encode())[0]
    again = parse(write(source).encode())[0]
    expected = [(s.key, s.level, s.title, s.body) for s in source.sections]
    assert [(s.key, s.level, s.title, s.body) for s in again.sections] == expected
    with unit():
        version = actions.import_policy(actions.check_files(text.encode(), text.encode()), code="X")
        files = actions.export_policy(version)
        for file in files.values():
            assert [(s.key, s.level, s.title, s.body) for s in parse(file.encode())[0].sections] == expected


def test_an_introduction_and_sections_that_only_the_japanese_has_come_back_as_sections(unit: Unit) -> None:
    japanese = "はじめに。\n\n## 別 {#extra}\n\n#### 深い {#deep}\n本文。\n\n## 一 {#one}\n```\n閉じない\n"
    with unit():
        checked = actions.check_files(b"## One {#one}\nOne.\n\n## Two {#two}\nTwo.\n", japanese.encode())
        version = actions.import_policy(checked, code="X")
        files = actions.export_policy(version)
        found = {section.key: section.body for section in parse(files["ja"].encode())[0].sections}
        assert found == {"_intro": "はじめに。", "extra": "", "deep": "本文。", "one": "```\n閉じない"}
        again = actions.import_policy(actions.check_files(files["en"].encode(), files["ja"].encode()), code="X")
        assert actions.export_policy(again) == files
        texts = queries.load_sections([version.id])[version.id]
        assert all("0" not in (text.number or "").split(".") for text in texts)


def exported_effective(version: PolicyVersion) -> str:
    [line] = [line for line in dict(export(version))["en"].split("\n") if line.startswith("effective: ")]
    return line.removeprefix("effective: ").strip("'")


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-12T10:00 Asia/Tokyo",
        "2026-11-12T10:00:30 America/New_York",
        "2026-11-12T10:00:30.000001 Europe/Dublin",
        "2026-11-01T01:30:00-05:00",
    ],
)
def test_the_effective_instant_keeps_the_zone_of_its_file(unit: Unit, written: str) -> None:
    with unit():
        text = f"---\ncode: X\neffective: {written}\n---\n## A\ntext\n"
        version = actions.import_policy(actions.check_files(text.encode(), None), publish=True)
        moment = version.effective_at
        assert exported_effective(version) == written
        again = actions.import_policy(
            actions.check_files(dict(export(version))["en"].replace("1.0", "1.1").encode(), None)
        )
        assert again.effective_at == moment


def test_a_version_published_now_comes_back_at_the_same_instant_in_the_editors_zone(unit: Unit) -> None:
    now = datetime(2026, 11, 16, 4, 24, 59, 999_999, tzinfo=UTC)
    with unit():
        editor = db.session.scalars(select(Person).where(Person.code == make_cast().editor)).one()
        draft = actions.import_policy(actions.check_files(b"## A\ntext\n", None), code="X")
        with clock.fixed(now):
            actions.publish_version(draft, by=editor)
        db.session.expire_all()
        assert draft.effective_at == now
        assert exported_effective(draft) == f"2026-11-16T13:24:59.999999 {editor.zone_name}"
        text = dict(export(draft))["en"].replace("version: '1.0'", "version: '1.1'")
        assert actions.import_policy(actions.check_files(text.encode(), None)).effective_at == now


@pytest.mark.parametrize("fold", [0, 1])
def test_in_the_hour_that_a_clock_goes_through_twice_the_instant_is_kept(unit: Unit, fold: int) -> None:
    moment = datetime(2026, 11, 1, 1, 30, tzinfo=ZoneInfo("America/New_York"), fold=fold)
    with unit():
        version = actions.import_policy(actions.check_files(b"## A\ntext\n", None), code="X", effective_at=moment)
        db.session.flush()
        db.session.expire_all()
        text = dict(export(version))["en"].replace("version: '1.0'", "version: '1.1'")
        again = actions.import_policy(actions.check_files(text.encode(), None))
        assert again.effective_at is not None
        assert abs(again.effective_at.astimezone(UTC) - moment.astimezone(UTC)) == timedelta(0)
