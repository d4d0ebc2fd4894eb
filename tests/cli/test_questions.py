"""``flask questions check`` and ``import``: YAML and GIFT, findings with their places, and never half an import."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from lms.foundation.db import db
from lms.questions import queries
from lms.questions.models import Bank, Question, QuestionVersion
from tests.cli.conftest import Run, Write
from tests.conftest import ROOT

POLICY = "---\ncode: HAR\ntitle: Harassment\n---\n## Insults {#insults}\nText.\n\n## Context {#context}\nText.\n"
YAML = """id: T-001
type: single
difficulty: easy
sections: [HAR/insults]
prompt: {en: "Which is an insult?", ja: 侮辱はどれですか。}
rationale: {en: It says what a person is worth., ja: その人の価値を否定する言葉です。}
options:
  - id: o1
    fraction: 1
    text: {en: A word about a person, ja: 個人についての言葉}
    rationale: {en: It is aimed at a person., ja: 個人に向けられています。}
  - id: o2
    text: {en: A word about a company, ja: 企業についての言葉}
    rationale: {en: A company is no person., ja: 企業は個人ではありません。}
    misconception: {en: Every harsh word is an insult, ja: 厳しい言葉はすべて侮辱}
"""
GIFT = """// [id:G-001] [tag:basics]
$CATEGORY: policy/harassment

::Insult:: Which is an insult? { =A word about a person #Right ~A word about a company #No person }

::Capital:: Rules of the house are {
  ~%50%written
  ~%50%public
  ~%-100%secret
}

Was the house built in 1900? {T}

Grant was born in {#1822:5}.

Just a description.
"""


@pytest.fixture
def policy(run: Run, write: Write) -> None:
    assert run("policies", "import", write("har.en.md", POLICY), "--publish").code == 0


def stored(app: Flask) -> dict[str, list[int]]:
    """The numbers of the versions of every question by its code."""
    with app.app_context():
        found: dict[str, list[int]] = {code: [] for code in db.session.scalars(select(Question.code))}
        query = select(Question.code, QuestionVersion.n).join(QuestionVersion.question).order_by(QuestionVersion.n)
        for code, n in db.session.execute(query):
            found[code].append(n)
        return found


def banks(app: Flask) -> dict[str, str]:
    with app.app_context():
        return {bank.code: bank.title_text["ja"] for bank in db.session.scalars(select(Bank))}


def test_check_gives_a_yaml_question_in_the_shape_of_the_contract(run: Run, write: Write) -> None:
    answer = run("questions", "check", write("T-001.yaml", YAML), "--json")
    assert (answer.code, answer.err) == (0, "")
    document = answer.document
    assert (document["format"], document["encoding"], document["findings"]) == ("yaml", "utf-8", [])
    [question] = document["questions"]
    assert list(question) == [
        *("id", "line", "type", "name", "category", "prompt", "options"),
        *("answers", "feedback", "rationale", "tags", "sections"),
    ]
    assert (question["id"], question["line"], question["type"], question["answers"]) == ("T-001", 1, "single", [])
    assert question["prompt"] == {"en": "Which is an insult?", "ja": "侮辱はどれですか。"}
    assert [option["fraction"] for option in question["options"]] == [1, 0]
    assert question["sections"] == ["HAR/insults"]


def test_check_gives_a_case_question_with_the_answers_of_its_four_parts(run: Run) -> None:
    answer = run("questions", "check", ROOT / "question_banks" / "HAR" / "questions" / "HAR-024.yaml", "--json")
    assert answer.code == 0
    [question] = answer.document["questions"]
    assert question["type"] == "case"
    weights = {(entry["part"], entry["weight"]) for entry in question["answers"]}
    assert {part for part, _weight in weights} == {"verdict", "section", "severity", "action"}
    assert sum(weight for _part, weight in weights) == 100
    cited = [entry["option"] for entry in question["answers"] if entry["part"] == "section"]
    assert all(name.startswith("HAR/") for name in cited)


def test_check_reads_gift_in_the_shape_of_the_contract_and_names_all_the_rest(run: Run, write: Write) -> None:
    document = run("questions", "check", write("q.gift", GIFT), "--json").document
    assert document["format"] == "gift"
    insult, house, built, born = document["questions"]
    assert (insult["type"], insult["line"], insult["category"]) == ("single", 4, ["policy", "harassment"])
    assert insult["name"] == {"und": "Insult"}
    assert insult["options"][0] == {
        "text": {"und": "A word about a person"},
        "fraction": 1,
        "feedback": {"und": "Right"},
    }
    assert (house["type"], [option["fraction"] for option in house["options"]]) == ("multiple", [0.5, 0.5, -1])
    assert (built["type"], built["answers"]) == ("true_false", [])
    assert [option["fraction"] for option in built["options"]] == [1, 0]
    assert (born["type"], born["answers"]) == (
        "numeric",
        [{"value": "1822", "tolerance": "5", "fraction": 1}],
    )
    dropped = [(finding["line"], finding["level"], finding["code"]) for finding in document["findings"]]
    assert dropped == [(16, "dropped", "gift.type-not-taken")]


def test_what_was_left_out_is_no_error_and_stands_on_standard_error(run: Run, write: Write) -> None:
    answer = run("questions", "check", write("q.gift", GIFT))
    assert answer.code == 0
    assert "4" in answer.out
    assert [line.partition(":")[0] for line in answer.err.splitlines()] == ["16"]
    assert "“text without answers”" in answer.err


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("type: single", "type: guess", "yaml.unknown-word", 2),
        ("difficulty:", "dificulty:", "yaml.unknown-key", 3),
        ("fraction: 1", "fraction: 2", "question.bad-fraction", 9),
        ("fraction: 1", "fraction: 1/0", "question.bad-fraction", 9),
        ("id: T-001\n", "", "yaml.missing-key", 1),
        ("sections: [HAR/insults]", "sections: HAR/insults", "yaml.list-expected", 4),
        ("prompt: {", "prompt: [", "yaml.syntax", 5),
        ("id: o2", "id: o2\n    id: o3", "yaml.repeated-key", 13),
        ("id: o2", "id: o1", "question.same-id-twice", 1),
        ("id: T-001", "id: a b", "question.bad_code", 1),
        ("sections: [HAR/insults]", "sections: " + "[" * 3000, "yaml.too-deep", None),
    ],
)
def test_an_error_of_a_yaml_file_has_its_code_and_line(
    run: Run, write: Write, old: str, new: str, code: str, line: int | None
) -> None:
    assert old in YAML
    answer = run("questions", "check", write("T.yaml", YAML.replace(old, new, 1)), "--json")
    assert answer.code == 1
    errors = [finding for finding in answer.document["findings"] if finding["level"] == "error"]
    assert code in [finding["code"] for finding in errors]
    if line is not None:
        assert line in [finding["line"] for finding in errors if finding["code"] == code]


def test_what_an_editor_should_look_at_is_a_warning(run: Run, write: Write) -> None:
    text = YAML.replace("A word about a company", "None of the above").replace(
        "sections: [HAR/insults]", "sections: []"
    )
    answer = run("questions", "check", write("T.yaml", text), "--json")
    assert answer.code == 0
    found = {(finding["level"], finding["code"]) for finding in answer.document["findings"]}
    assert found == {("warning", "question.cue-word"), ("warning", "question.no-section")}


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("q.yaml", b"", "file.no-questions"),
        ("q.gift", b"", "file.no-questions"),
        ("q.yaml", YAML.encode("cp932"), "file.not-utf-8"),
        ("q.gift", b"\x81\xff\xfe\x00::a", "file.encoding-unknown"),
        ("q.gift", b"::A:: Which? { =a ~b", "gift.brace-not-closed"),
        ("q.yaml", b"just a sentence", "yaml.mapping-expected"),
        ("q.xml", b"<quiz></quiz>", "format.not-read"),
        ("q.txt", b"Which?\nA. One\nB. Two\nANSWER: A\n", "format.not-read"),
        ("q.yaml", b"a: b\n\x07", "yaml.syntax"),
    ],
)
def test_a_file_that_cannot_be_read_is_an_error_with_a_sentence(
    run: Run, write: Write, app: Flask, name: str, content: bytes, code: str
) -> None:
    file = write(name, content)
    answer = run("questions", "check", file, "--json")
    assert answer.code == 1
    [finding] = answer.document["findings"]
    assert (finding["level"], finding["code"]) == ("error", code)
    assert run("questions", "check", file).err.endswith(f"error: {finding['message']}\n")
    assert run("questions", "check", file, lang="ja").speaks_japanese
    assert run("questions", "import", file, "--bank", "T").code == 1
    assert (banks(app), stored(app)) == ({}, {})


@pytest.mark.parametrize(
    ("name", "text"), [("q.yaml", YAML), ("q.gift", GIFT.replace("\n// [id:G-001]", "// [id:G-001]"))]
)
def test_a_byte_order_mark_and_crlf_change_nothing(run: Run, write: Write, name: str, text: str) -> None:
    plain = run("questions", "check", write(name, text), "--json").document
    disguised = write(name, b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert run("questions", "check", disguised, "--json").document == plain


def test_gift_in_cp932_is_read_and_its_encoding_named(run: Run, write: Write) -> None:
    file = write("q.gift", "::侮辱:: どれですか。{ =個人 ~企業 }".encode("cp932"))
    document = run("questions", "check", file, "--json").document
    assert document["encoding"] == "cp932"
    assert document["questions"][0]["prompt"] == {"und": "どれですか。"}


def test_import_of_a_bank_folder_makes_bank_and_questions_and_does_so_once(
    run: Run, app: Flask, tmp_path: Path
) -> None:
    assert run("policies", "import", ROOT / "lms" / "demo" / "policies" / "HAR", "--publish").code == 0
    first = run("questions", "import", ROOT / "question_banks" / "HAR", "--bank", "HAR")
    assert (first.code, first.err) == (0, "")
    count = len(list((ROOT / "question_banks" / "HAR" / "questions").iterdir()))
    assert f"{count} new" in first.out
    assert banks(app) == {"HAR": "ハラスメント"}
    assert (len(stored(app)), set(map(tuple, stored(app).values()))) == (count, {(1,)})
    again = run("questions", "import", ROOT / "question_banks" / "HAR", "--bank", "HAR")
    assert again.code == 0
    assert set(map(tuple, stored(app).values())) == {(1,)}


def test_a_folder_names_the_file_of_each_finding(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "HAR"
    shutil.copytree(ROOT / "question_banks" / "HAR", folder)
    broken = folder / "questions" / "HAR-014.yaml"
    broken.write_text(broken.read_text(encoding="utf-8").replace("type: single", "type: guess"), encoding="utf-8")
    answer = run("questions", "check", folder)
    assert answer.code == 1
    assert answer.err.startswith("HAR-014.yaml:2:")


@pytest.mark.parametrize("name", ["empty", "HAR/questions"])
def test_a_folder_without_questions_is_an_error(run: Run, write: Write, app: Flask, name: str) -> None:
    folder = write(f"{name}/readme.txt", "nothing here").parent
    assert [finding["code"] for finding in run("questions", "check", folder, "--json").document["findings"]] == [
        "file.no-questions"
    ]
    assert run("questions", "import", folder, "--bank", "T").code == 1
    assert banks(app) == {}


@pytest.mark.usefixtures("policy")
def test_dry_run_says_what_would_happen_and_changes_nothing(run: Run, write: Write, app: Flask) -> None:
    file = write("T.yaml", YAML)
    answer = run("questions", "import", file, "--bank", "T", "--dry-run")
    assert (answer.code, answer.out) == (0, "Would be imported: 1 new, 0 revised, 0 unchanged.\n")
    assert (banks(app), stored(app)) == ({}, {})
    run("questions", "import", file, "--bank", "T")
    changed = write("T.yaml", YAML.replace("Which is", "What is"))
    answer = run("questions", "import", changed, "--bank", "T", "--dry-run")
    assert answer.out == "Would be imported: 0 new, 1 revised, 0 unchanged.\n"
    assert stored(app) == {"T-001": [1]}


@pytest.mark.usefixtures("policy")
def test_dry_run_finds_what_only_the_database_knows(run: Run, write: Write, app: Flask) -> None:
    run("questions", "import", write("T.yaml", YAML), "--bank", "T")
    text = YAML.replace("T-001", "T-002").replace("HAR/insults", "HAR/nowhere") + "---\n" + YAML
    answer = run("questions", "import", write("T.yaml", text), "--bank", "U", "--dry-run")
    assert answer.code == 1
    assert "There is no section “HAR/nowhere”." in answer.err
    assert "T-001 belongs to another bank." in answer.err
    assert (banks(app).keys(), stored(app)) == ({"T"}, {"T-001": [1]})


@pytest.mark.usefixtures("policy")
def test_import_as_json_says_what_was_done_and_what_was_left_out(run: Run, write: Write, app: Flask) -> None:
    bad = YAML.replace("T-001", "T-002").replace("HAR/insults", "HAR/nowhere")
    unread = YAML.replace("T-001", "T-003").replace("type: single", "type: guess")
    file = write("T.yaml", "---\n".join([YAML, bad, unread]))
    refused = run("questions", "import", file, "--bank", "T", "--json")
    assert (refused.code, refused.err) == (1, "")
    document = refused.document
    assert (document["applied"], document["created"]) == (False, [])
    assert [(entry["code"], entry["line"]) for entry in document["findings"]] == [
        ("yaml.unknown-word", 34),
        ("question.unknown_section", 17),
    ]
    assert stored(app) == {}
    taken = run("questions", "import", file, "--bank", "T", "--json", "--skip-errors")
    assert taken.code == 0
    document = taken.document
    left_out = [{"id": "T-003", "line": 33}, {"id": "T-002", "line": 17}]
    assert (document["applied"], document["created"], document["left_out"]) == (True, ["T-001"], left_out)
    assert stored(app) == {"T-001": [1]}
    again = run("questions", "import", file, "--bank", "T", "--json", "--skip-errors", "--dry-run").document
    assert (again["applied"], again["dry_run"], again["unchanged"]) == (False, True, ["T-001"])
    plain = run("questions", "import", file, "--bank", "T", "--skip-errors")
    assert "Left out: T-002 (line 17)" in plain.err


def test_a_folder_names_the_file_of_what_the_import_finds(run: Run, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "question_banks" / "HAR", tmp_path / "HAR")
    (tmp_path / "HAR" / "bank.yaml").write_text(
        "code: HAR\ntitle: {en: Harassment, ja: ハラスメント}\n", encoding="utf-8"
    )
    answer = run("questions", "import", tmp_path / "HAR", "--bank", "HAR")
    assert answer.code == 1
    assert answer.err.startswith("HAR-001.yaml:1:1 error: There is no section “HAR/")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("code: HAR\ntitle: Harassment\n", "bank.yaml:2:8 error"),
        ("code: HAR\nmodule: NONE\ntitle: {en: H, ja: ハ}\n", "There is no policy “NONE”"),
        (f"code: HAR\ntitle: {{en: {'H' * 256}, ja: ハ}}\n", "up to 255 characters"),
        ("code: " + "[" * 3000, "nested too deeply"),
    ],
)
def test_a_bank_file_that_is_wrong_is_an_error(run: Run, app: Flask, tmp_path: Path, text: str, told: str) -> None:
    shutil.copytree(ROOT / "question_banks" / "HAR", tmp_path / "HAR")
    (tmp_path / "HAR" / "bank.yaml").write_text(text, encoding="utf-8")
    answer = run("questions", "import", tmp_path / "HAR", "--bank", "HAR")
    assert (answer.code, told in answer.err) == (1, True)
    assert banks(app) == {}


@pytest.mark.parametrize("code", ["a/b", "", "n w", "X" * 41])
def test_a_bank_code_that_no_address_can_carry_is_refused(run: Run, write: Write, app: Flask, code: str) -> None:
    answer = run("questions", "import", write("q.gift", GIFT), "--bank", code)
    assert (answer.code, banks(app)) == (1, {})
    assert "for the code of a bank" in answer.err


def test_what_check_says_of_feedback_is_what_is_stored(run: Run, write: Write, app: Flask) -> None:
    file = write("q.gift", "Which? {=a#well done ~b#<no>####In all.}")
    [checked] = run("questions", "check", file, "--json").document["questions"]
    assert run("questions", "import", file, "--bank", "G").code == 0
    with app.app_context():
        [question] = queries.load_values(list(db.session.scalars(select(Question))))
    assert [option["feedback"] for option in checked["options"]] == [option.rationale for option in question.options]
    assert checked["feedback"] == question.rationale == {"und": "In all."}


@pytest.mark.parametrize("arguments", [["nowhere.yaml", "--bank", "T"], [str(ROOT / "README.md")]])
def test_wrong_usage_is_exit_code_2(run: Run, app: Flask, arguments: list[str]) -> None:
    answer = run("questions", "import", *arguments)
    assert (answer.code, answer.out) == (2, "")
    assert banks(app) == {}


def test_an_unknown_format_is_wrong_usage(run: Run, write: Write) -> None:
    assert run("questions", "check", write("T.yaml", YAML), "--format", "word").code == 2


@pytest.mark.usefixtures("policy")
def test_import_speaks_the_language_of_the_environment_whatever_the_texts_are_in(run: Run, write: Write) -> None:
    file = write("q.gift", GIFT)
    english = run("questions", "import", file, "--bank", "G", "--locale", "ja")
    assert (english.code, english.speaks_japanese) == (0, False)
    assert run("questions", "import", file, "--bank", "G", "--locale", "en", lang="ja_JP.UTF-8").speaks_japanese


@pytest.mark.usefixtures("policy")
def test_import_says_what_check_says(run: Run, write: Write) -> None:
    file = write("T.yaml", YAML.replace("fraction: 1", "fraction: 0").replace("A word about a company", "Never"))
    checked = run("questions", "check", file, "--json").document["findings"]
    imported = run("questions", "import", file, "--bank", "T", "--json").document["findings"]
    assert len(checked) == 3
    assert imported[:-1] == checked
    assert (imported[-1]["level"], imported[-1]["code"]) == ("info", "question.drafts")


@pytest.mark.usefixtures("policy")
def test_a_folder_for_another_bank_says_so(run: Run, write: Write, app: Flask) -> None:
    write("X/questions/T-001.yaml", YAML)
    folder = write("X/bank.yaml", "code: X\ntitle: {en: Ex, ja: エックス}\n").parent
    told = "bank.yaml:- warning: The file describes the bank X; the questions go into the bank THIRD.\n"
    for _time in range(2):  # into a new bank, and into one that is there
        answer = run("questions", "import", folder, "--bank", "THIRD")
        assert (answer.code, answer.err) == (0, told)
    assert list(banks(app)) == ["THIRD"]


@pytest.mark.usefixtures("policy")
def test_a_bank_file_that_is_wrong_is_an_error_for_a_bank_that_is_there(run: Run, write: Write, app: Flask) -> None:
    file = write("X/questions/T-001.yaml", YAML)
    assert run("questions", "import", file, "--bank", "X").code == 0
    write("X/questions/T-002.yaml", YAML.replace("T-001", "T-002"))
    folder = write("X/bank.yaml", "code: X\ntitle: Ex\n").parent
    assert run("questions", "check", folder).err.startswith("bank.yaml:2:8 error")
    answer = run("questions", "import", folder, "--bank", "X")
    assert (answer.code, answer.err.startswith("bank.yaml:2:8 error")) == (1, True)
    assert list(stored(app)) == ["T-001"]


@pytest.mark.usefixtures("policy")
def test_a_folder_is_read_with_both_endings_of_yaml(run: Run, write: Write, app: Flask) -> None:
    write("X/questions/T-001.yaml", YAML)
    folder = write("X/questions/T-002.yml", YAML.replace("T-001", "T-002")).parent.parent
    assert run("questions", "import", folder, "--bank", "X").code == 0
    assert sorted(stored(app)) == ["T-001", "T-002"]
