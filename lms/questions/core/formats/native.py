"""Our own YAML: one question a file, as in ``question_banks/``; lossless, with line and column in findings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import yaml

from lms.kit.findings import Finding, Level
from lms.policies.core.sensitive import Degree, Form
from lms.questions.core.formats.native_keys import key_documents, read_answers, read_gaps
from lms.questions.core.formats.report import LeftOut, Placed, Reading
from lms.questions.core.formats.tree import Tree
from lms.questions.core.question import (
    CHOICES,
    GROUPS,
    WRITTEN,
    Difficulty,
    Option,
    Part,
    PartName,
    Question,
    QuestionType,
    Sensitive,
)

_HEAD_KEYS = ("id", "type", "difficulty", "sections", "variant_of", "sensitive")
_LISTS = ("options", "left", "right", "items", "answers", "gaps")
_QUESTION_KEYS = (*_HEAD_KEYS, "name", "case", "prompt", "rationale", *_LISTS, "parts", "tags")
_OPTION_KEYS = ("id", "section", "fraction", "match", "text", "rationale", "misconception")
_NUMBER = re.compile(r"-?\d{1,9}(\.\d{1,20})?(/0*[1-9]\d{0,8})?\Z")


def read(content: bytes) -> Reading:
    """Read one question file (or several documents in one). An unknown key is an error: it would be lost otherwise."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return Reading("yaml", "utf-8", (), (Finding(Level.ERROR, "file.not-utf-8", facts={"byte": error.start}),))
    findings: list[Finding] = []
    placed: list[Placed] = []
    left_out: list[LeftOut] = []
    try:
        for node in yaml.compose_all(text, Loader=yaml.SafeLoader):
            before = len(findings)
            question = _question(Tree(node, findings))
            line = node.start_mark.line + 1
            if len(findings) == before:
                placed.append(Placed(question, line))
            else:
                left_out.append(LeftOut(question.id or None, line))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = {"line": mark.line + 1, "column": mark.column + 1} if mark else {}
        findings.append(Finding(Level.ERROR, "yaml.syntax", **where, facts={"problem": error.problem or ""}))
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        findings.append(Finding(Level.ERROR, "yaml.syntax", line, facts={"problem": error.reason}))
    except RecursionError:
        findings.append(Finding(Level.ERROR, "yaml.too-deep"))
    return Reading("yaml", "utf-8", tuple(placed), tuple(findings), tuple(left_out))


def write(question: Question) -> str:
    """The question as a YAML document; reading it gives the same question."""
    document: dict[str, Any] = {
        "id": question.id,
        "type": question.type.value,
        "difficulty": question.difficulty.value,
        "sections": list(question.sections),
    }
    if question.variant_of:
        document["variant_of"] = question.variant_of
    if question.sensitive is not None:
        sensitive = question.sensitive
        document["sensitive"] = {"kind": sensitive.kind, "degree": sensitive.degree, "form": sensitive.form}
    texts = {"name": question.name, "case": question.case, "prompt": question.prompt, "rationale": question.rationale}
    document |= {key: dict(value) for key, value in texts.items() if value}
    if question.tags:
        document["tags"] = list(question.tags)
    if question.options:
        document["options"] = [_option_document(option) for option in question.options]
    if question.parts:
        document["parts"] = {
            part.name.value: {"weight": part.weight, "options": [_option_document(option) for option in part.options]}
            for part in question.parts
        }
    document |= key_documents(question, _option_document, _number)
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=110)


def read_bank(content: bytes) -> tuple[dict[str, Any] | None, list[Finding]]:
    """Read ``bank.yaml``: code, module and title per locale."""
    findings: list[Finding] = []
    try:
        node = yaml.compose(content.decode("utf-8-sig"), Loader=yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else None
        return None, [
            Finding(Level.ERROR, "yaml.syntax", line, facts={"problem": getattr(error, "problem", None) or ""})
        ]
    except RecursionError:
        return None, [Finding(Level.ERROR, "yaml.too-deep")]
    tree = Tree(node, findings)
    bank = {"code": tree.word("code"), "module": tree.word("module", required=False), "title": tree.text("title")}
    tree.refuse_others(("code", "module", "title"))
    return (None if findings else bank), findings


def _question(tree: Tree) -> Question:
    type_ = tree.enum("type", QuestionType)
    question = Question(
        id=tree.word("id") or "",
        type=type_ or QuestionType.SINGLE,
        prompt=tree.text("prompt"),
        name=tree.text("name", required=False),
        sections=tuple(tree.words("sections")),
        difficulty=tree.enum("difficulty", Difficulty, required=False) or Difficulty.MEDIUM,
        options=_options(tree, "options", required=type_ in CHOICES),
        case=tree.text("case", required=type_ is QuestionType.CASE),
        parts=tuple(_parts(tree, required=type_ is QuestionType.CASE)),
        rationale=tree.text("rationale", required=False),
        sensitive=_sensitive(tree),
        tags=tuple(tree.words("tags", required=False)),
        left=_options(tree, "left", required=type_ is QuestionType.MATCHING),
        right=_options(tree, "right", required=type_ is QuestionType.MATCHING),
        items=_options(tree, "items", required=type_ is QuestionType.ORDERING),
        answers=read_answers(tree, _fraction, type_),
        gaps=read_gaps(tree, _option, _fraction, required=type_ is QuestionType.CLOZE),
        variant_of=tree.word("variant_of", required=False) or "",
    )
    tree.refuse_others(_known_keys(type_))
    return question


def _known_keys(type_: QuestionType | None) -> tuple[str, ...]:
    """What may stand in a question of a type; the lists of another type would be lost."""
    if type_ is None:
        return _QUESTION_KEYS
    lists = {*GROUPS.get(type_, ()), *(["answers"] if type_ in WRITTEN else [])}
    lists |= {"gaps"} if type_ is QuestionType.CLOZE else set()
    return tuple(key for key in _QUESTION_KEYS if key not in _LISTS or key in lists)


def _options(tree: Tree, key: str, *, required: bool) -> tuple[Option, ...]:
    return tuple(_option(place) for place in tree.items(key, required=required))


def _option(tree: Tree) -> Option:
    option = Option(
        id=tree.word("id") or "",
        text=tree.text("text", required=not tree.has("section")),
        fraction=_fraction(tree),
        rationale=tree.text("rationale", required=False),
        misconception=tree.text("misconception", required=False),
        section=tree.word("section", required=False),
        match=tree.word("match", required=False),
    )
    tree.refuse_others(_OPTION_KEYS)
    return option


def _parts(tree: Tree, *, required: bool) -> list[Part]:
    parts = []
    branch = tree.branch("parts", required=required)
    if branch is None:
        return []
    for name in PartName:
        part = branch.branch(name.value, required=False)
        if part is not None:
            weight = part.integer("weight")
            parts.append(Part(name, weight or 0, tuple(_option(place) for place in part.items("options"))))
            part.refuse_others(("weight", "options"))
    branch.refuse_others(tuple(name.value for name in PartName))
    return parts


def _sensitive(tree: Tree) -> Sensitive | None:
    branch = tree.branch("sensitive", required=False)
    if branch is None:
        return None
    degree, form = branch.enum("degree", Degree), branch.enum("form", Form)
    sensitive = Sensitive(branch.word("kind") or "", str(degree or ""), str(form or ""))
    branch.refuse_others(("kind", "degree", "form"))
    return sensitive


def _fraction(tree: Tree, otherwise: Fraction = Fraction(0)) -> Fraction:
    """A fraction is read from its digits, never through a binary float: 0.333 is 333/1000."""
    written = tree.word("fraction", required=False)
    if written is None:
        return otherwise
    if not _NUMBER.match(written) or not -1 <= Fraction(written) <= 1:
        tree.refuse("fraction", "question.bad-fraction", value=written[:40])
        return Fraction(0)
    return Fraction(written)


def _option_document(option: Option) -> dict[str, Any]:
    document: dict[str, Any] = {"id": option.id}
    if option.section is not None:
        document["section"] = option.section
    if option.fraction:
        document["fraction"] = _number(option.fraction)
    if option.match is not None:
        document["match"] = option.match
    texts: Mapping[str, Mapping[str, str]] = {
        "text": option.text,
        "rationale": option.rationale,
        "misconception": option.misconception,
    }
    return document | {key: dict(value) for key, value in texts.items() if value}


def _number(fraction: Fraction) -> int | float | str:
    if fraction.denominator == 1:
        return fraction.numerator
    return float(fraction) if Fraction(str(float(fraction))) == fraction else str(fraction)
