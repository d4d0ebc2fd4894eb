"""Two languages are equals: every phrase has its Japanese, with the same placeholders, in the house's spelling."""

from __future__ import annotations

import ast
import re
import subprocess
from html import unescape
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from flask import Flask

from lms.foundation.errors import known_codes

ROOT = Path(__file__).resolve().parent.parent.parent
JAPANESE = ROOT / "translations" / "ja" / "LC_MESSAGES" / "messages.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|\{\w+\}|<[^>]+>")
VARIANTS = [
    "クイズ", "コホート", "モデレータ(?!ー)", "バージョン", "サインイン", "セクション", "エクスポート", "インポート",
    "ロール(?!バック)", "学習者", "アップデート", "キャンペーン", "ゴーライブ", "ユーザ(?!ー)", "〜", "[！？]",
    "することができ", "させていただ", "お客様", "合格ライン", "不合格", "箇所", "本日", r"\d名", "無効化", "部屋",
    "題名", "上司", "ワンタイム", "発効中", "既に", "選択してください", "ご(?:自身|本人|利用)", "お(?:試|探)し",
    "あなた(?!の解答)", "[ぁ-ヶ一-龠]: ",
]  # fmt: skip
"""Spellings that the glossary rules out."""


def messages() -> list[Message]:
    with JAPANESE.open("rb") as file:
        return [message for message in read_po(file, locale="ja") if message.id]


def english(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[-1]


def japanese(message: Message) -> str:
    return message.string if isinstance(message.string, str) else message.string[0]


def test_every_phrase_is_translated() -> None:
    assert [english(message) for message in messages() if not japanese(message)] == []
    assert not any(message.fuzzy for message in messages())


def test_placeholders_and_tags_are_the_same() -> None:
    wrong = {
        english(m): japanese(m)
        for m in messages()
        if sorted(PLACEHOLDER.findall(english(m))) != sorted(PLACEHOLDER.findall(japanese(m)))
        and "num" not in "".join(PLACEHOLDER.findall(english(m)))
    }
    assert wrong == {}


def test_a_templates_phrases_say_percent_by_two_signs(built: Flask) -> None:
    """A template formats each of its phrases, also those without a value: a lone sign would be an error."""
    lone = [
        (path.name, phrase)
        for path in (ROOT / "lms").rglob("*.html")
        for _line, _function, found in built.jinja_env.extract_translations(path.read_text())
        for phrase in ([found] if isinstance(found, str) else found)
        if phrase and "%" in PLACEHOLDER.sub("", phrase)
    ]
    assert lone == []


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_glossarys_words_are_used(variant: str) -> None:
    assert [japanese(m) for m in messages() if re.search(variant, japanese(m))] == []


def test_the_catalogues_are_up_to_date_with_the_code() -> None:
    checked = subprocess.run(["script/translations", "--check"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout[-2000:] + checked.stderr


def raised_codes() -> dict[str, str]:
    """The problem codes that the code raises, with a place of each."""
    kinds = {"Invalid", "Conflict", "NotFound", "Refused", "Unavailable", "TooMany", "Problem"}
    found = {}
    for path in (ROOT / "lms").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in kinds:
                for argument in node.args[:1]:
                    if isinstance(argument, ast.Constant):
                        found[argument.value] = f"{path.relative_to(ROOT)}:{node.lineno}"
    return found


def test_every_problem_has_its_sentence(built: Flask) -> None:
    assert {code: place for code, place in raised_codes().items() if code not in known_codes()} == {}


def visible_words(template: str) -> list[str]:
    """What a template says without a translation: letters between tags and outside Jinja."""
    text = re.sub(r"\{% block \w+_class %\}.*?\{% endblock %\}", " ", template)
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<!--.*?-->", " ", text, flags=re.S)
    text = re.sub(r"<(script|style)\b.*?</\1>", " ", text, flags=re.S)
    return re.findall(r"[^\W\d_]{2,}", unescape(re.sub(r"<[^>]*>", " ", text)))


NAMES = {"Kijun", "基準", "English", "日本語", "EN", "JA", "en", "ja", "CSV", "md", "Ctrl", "Enter", "Esc"}
"""Names, keys, and the languages each in its own: the same for every reader."""


@pytest.mark.parametrize("path", sorted((ROOT / "lms").rglob("*.html")), ids=lambda path: path.name)
def test_no_words_are_hidden_in_a_template(path: Path) -> None:
    assert [word for word in visible_words(path.read_text()) if word not in NAMES] == []


ATTRIBUTES = re.compile(
    r"""\b(?:aria-label|title|placeholder|alt|content|aria-description)="([^"{<]*[^\W\d_]{2,}[^"{<]*)\""""
)
TECHNICAL = {"width=device-width, initial-scale=1", "light dark", "Kijun"}


@pytest.mark.parametrize("path", sorted((ROOT / "lms").rglob("*.html")), ids=lambda path: path.name)
def test_no_words_are_hidden_in_an_attribute(path: Path) -> None:
    assert [value for value in ATTRIBUTES.findall(path.read_text()) if value not in TECHNICAL] == []


SCRIPT = re.compile(r"""'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`""")
REMARK = re.compile(r"/\*.*?\*/|(?<!:)//[^\n]*", re.DOTALL)
SPOKEN = re.compile(r"[A-Z][a-z]+|[^\x00-\x7f]|[a-z]{2,} [a-z]{2,}")
OF_SCRIPT = {"ArrowDown", "ArrowUp", "Enter", "Escape", "Content-Type", "X-CSRF-Token", "notice is-risk", "insertText"}
"""Keys, heads of requests, classes, commands."""


@pytest.mark.parametrize("path", sorted((ROOT / "lms" / "static" / "js").glob("*.js")), ids=lambda path: path.name)
def test_no_words_are_hidden_in_a_script(path: Path) -> None:
    """What a script says stands on the page, where it was translated."""
    literals = ["".join(found) for found in SCRIPT.findall(REMARK.sub(" ", path.read_text()))]
    literals = [re.sub(r"\$\{[^`]*\}", " ", text) for text in literals]
    assert [text for text in literals if SPOKEN.search(text) and text not in OF_SCRIPT] == []
