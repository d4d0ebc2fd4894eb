"""A question as the fields of its form, and back: flat names, one text each, so that a page works without script.

What is typed may be unfinished; only what no question can hold is a flaw, said at its field.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from lms.policies.core.sensitive import Degree, Form
from lms.questions.core.checks import LOCALES, LONGEST_TEXT, LONGEST_WORD, MOST_OPTIONS, is_id
from lms.questions.core.formats.plain import has_controls
from lms.questions.core.question import (
    TELLING,
    Difficulty,
    Option,
    Part,
    PartName,
    Question,
    QuestionType,
    Sensitive,
    Text,
)
from lms.questions.core.telling import neutral_ids
from lms.questions.core.types import TYPES
from lms.questions.core.written_fields import (
    percent,
    read_weights,
    read_written,
    with_answer,
    with_gap,
    without_answer,
    without_gap,
    written_fields,
)

Flaw = tuple[str, Mapping[str, Any]]
MOST_SECTIONS = 6
_TEXTS = ("name", "prompt", "case", "rationale")
_OPTION_TEXTS = ("text", "rationale", "misconception")
_OF_LABEL = ("kind", "degree", "form")
_KIND = re.compile(r"[a-z0-9-]{1,40}")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_NUMBERED = re.compile(r"[a-z][0-9]{1,6}")
_OF_SECTION = PartName.SECTION.value


@dataclass(slots=True)
class Typed:
    """What a form holds: the question as far as it could be read, and what is wrong at which field."""

    question: Question
    flaws: dict[str, Flaw] = field(default_factory=dict)


def fields_of(question: Question) -> dict[str, str]:
    """The fields of a question by name, such as ``options.o2.rationale.ja``."""
    fields = {"difficulty": question.difficulty.value, "tags": ", ".join(question.tags)}
    fields["variant_of"] = question.variant_of
    label = question.sensitive
    for name in _OF_LABEL:
        fields[f"sensitive.{name}"] = getattr(label, name) if label else ""
    fields |= {f"section.{place}": name for place, name in enumerate(question.sections, start=1)}
    for name in _TEXTS:
        fields |= _text_fields(name, getattr(question, name))
    fields |= {f"weight.{part.name.value}": str(part.weight) for part in question.parts}
    fields |= written_fields(question)
    for group, options in question.option_groups.items():
        fields[f"ids.{group}"] = " ".join(option.id for option in options)
        for option in options:
            stem = f"{group}.{option.id}"
            fields[f"{stem}.percent"] = percent(option.fraction)
            fields[f"{stem}.section"] = option.section or ""
            fields[f"{stem}.match"] = option.match or ""
            if option.fraction == 1 or (question.type is QuestionType.MULTIPLE and option.fraction > 0):
                fields[f"{stem}.key"] = "1"
            for name in _OPTION_TEXTS:
                fields |= _text_fields(f"{stem}.{name}", getattr(option, name))
    return fields


def read_fields(base: Question, typed: Mapping[str, str]) -> Typed:
    """The question that was typed over ``base``: its id, type and what the form does not show stay."""
    read = Typed(base)
    texts = {name: _text(read, name, getattr(base, name), typed) for name in _TEXTS}
    groups = {
        group: tuple(_option(read, group, option_id, options, typed) for option_id in _ids(typed, group, options))
        for group, options in base.option_groups.items()
    }
    answers = read_written(base, typed, read.flaws, lambda stem, earlier: _text(read, stem, earlier, typed))
    parts = tuple(replace(part, weight=_weight(read, part, typed)) for part in base.parts)
    weighted = replace(base, parts=parts, gaps=read_weights(base, typed, read.flaws))
    difficulty = typed.get("difficulty", "")
    read.question = replace(
        weighted.with_groups(groups).with_answers(answers),
        name=texts["name"],
        prompt=texts["prompt"],
        case=texts["case"],
        rationale=texts["rationale"],
        sections=_sections(base, typed) if "section.1" in typed else base.sections,
        difficulty=Difficulty(difficulty) if difficulty in set(Difficulty) else base.difficulty,
        sensitive=_label(base, typed) if "sensitive.kind" in typed else base.sensitive,
        tags=_tags(read, typed) if "tags" in typed else base.tags,
        variant_of=_variant_of(read, typed) if "variant_of" in typed else base.variant_of,
    )
    return read


def changed(question: Question, change: str, taken: Collection[str] = (), seed: str = "") -> Question:
    """The question with its lists changed as a button of its form says; what is not understood is nothing.

    ``add.GROUP``, ``up.GROUP.ID``, ``remove.GROUP.ID``, ``part.NAME`` (in or out), ``gap.TYPE`` (one more). ``taken``
    are option ids of earlier versions: results hang on them, so none of them is given to another option.
    """
    verb, _dot, rest = change.partition(".")
    group, _dot, option_id = rest.partition(".")
    if verb == "part" and question.type is QuestionType.CASE:
        return _with_or_without(question, rest, taken)
    if question.type is QuestionType.CLOZE and verb == "gap":
        return with_gap(question, rest, seed or question.id)
    if group == "gaps" and verb == "remove":
        return without_gap(question, option_id)
    if group in question.answer_groups:
        return without_answer(question, group, option_id) if verb == "remove" else with_answer(question, group)
    if group not in question.option_groups or question.type is QuestionType.TRUE_FALSE:
        return question
    options = list(question.option_groups[group])
    ids = [option.id for option in options]
    if verb == "add" and len(options) < MOST_OPTIONS:
        options.append(_new_option(group, {*ids, *taken}, seed or question.id))
    elif option_id in ids:
        place = ids.index(option_id)
        option = options.pop(place)
        if verb != "remove":
            options.insert(max(0, place + {"up": -1, "down": 1}.get(verb, 0)), option)
    return question.with_groups({group: tuple(options)})


def left_over(flaws: Mapping[str, Flaw], change: str) -> dict[str, Flaw]:
    """What is still wrong once a button has taken something away: not the fields of what is gone."""
    verb, _dot, stem = change.partition(".")
    group = stem.replace("gaps.", "gap-", 1) if stem.startswith("gaps.") else stem
    is_gone = verb == "remove"
    return {
        name: flaw
        for name, flaw in flaws.items()
        if not (is_gone and (name.startswith(f"{group}.") or name == f"weight.{group}"))
    }


def _new_option(group: str, taken: Collection[str], seed: str) -> Option:
    """An option under a free id, which says nothing where ids could tell the key."""
    return Option(neutral_ids(1, taken, seed)[0] if group in TELLING else next_id(group, taken))


def next_id(group: str, taken: Collection[str]) -> str:
    """The next free id of an option.

    >>> next_id("options", {"o1", "o4", "other"}), next_id("section", {"s1"})
    ('o5', 's2')
    """
    numbers = [int(name[1:]) for name in taken if _NUMBERED.fullmatch(name)]
    letters = sorted({name[0] for name in taken if _NUMBERED.fullmatch(name)})
    letter = letters[0] if len(letters) == 1 else {_OF_SECTION: "s", "left": "l"}.get(group, "o")
    return f"{letter}{max(numbers, default=0) + 1}"


def united(question: Question, stored: Question) -> Question:
    """The question with those options of ``stored`` that it lacks, so that a conflict loses none and moves no key.

    Accepted answers have no ids: what is more of them there comes behind.
    """
    for group, options in stored.option_groups.items():
        own = question.option_groups.get(group, ())
        ids = {option.id for option in own}
        lacking = [option for option in options if option.id not in ids]
        if question.type is not QuestionType.MULTIPLE and any(option.fraction == 1 for option in own):
            lacking = [replace(option, fraction=Fraction(0)) if option.fraction == 1 else option for option in lacking]
        if group in question.option_groups and lacking:
            question = question.with_groups({group: (*question.option_groups[group], *lacking)})
    written = stored.answer_groups
    question = question.with_answers(
        {group: (*own, *written.get(group, ())[len(own) :]) for group, own in question.answer_groups.items()}
    )
    gaps = {gap.id for gap in question.gaps}
    return replace(question, gaps=(*question.gaps, *(gap for gap in stored.gaps if gap.id not in gaps)))


def blank(question_id: str, question_type: QuestionType, section: str | None = None, seed: str = "") -> Question:
    """A new question as its type starts. Ids that must tell nothing come of the seed."""
    start = {"prompt": {}, **TYPES[question_type].blank(section, seed or question_id)}
    return Question(question_id, question_type, sections=(section,) if section else (), **start)


def _text_fields(stem: str, text: Text) -> dict[str, str]:
    return {f"{stem}.{locale}": text.get(locale, "") for locale in LOCALES}


def _text(read: Typed, stem: str, base: Text, typed: Mapping[str, str]) -> Text:
    """A text in each language; what the form has no field for stays."""
    others = {locale: words for locale, words in base.items() if locale not in LOCALES}
    words = {
        locale: _line(read, name, typed) if (name := f"{stem}.{locale}") in typed else base.get(locale, "")
        for locale in LOCALES
    }
    return {**{locale: text for locale, text in words.items() if text}, **others}


def _line(read: Typed, name: str, typed: Mapping[str, str]) -> str:
    """A typed text; a flaw at its field when it is too long or holds what no page can show."""
    text = typed.get(name, "").replace("\r\n", "\n").strip()
    if len(text) > LONGEST_TEXT:
        read.flaws[name] = ("question.text-too-long", {"length": len(text), "most": LONGEST_TEXT})
    elif has_controls(text):
        read.flaws[name] = ("question.control-character", {})
    return text


def _sections(base: Question, typed: Mapping[str, str]) -> tuple[str, ...]:
    """The sections that were chosen, and those for which the form has no place."""
    names = [typed.get(f"section.{place}", "").strip() for place in range(1, MOST_SECTIONS + 1)]
    return tuple(dict.fromkeys(name for name in [*names, *base.sections[MOST_SECTIONS:]] if name))


def _label(base: Question, typed: Mapping[str, str]) -> Sensitive | None:
    """The label of sensitive content; none without a kind, and in doubt the stronger word."""
    kind = typed["sensitive.kind"].strip()
    if not kind:
        return None
    earlier = base.sensitive or Sensitive(kind, Degree.STRONG.value, Form.TEXT.value)
    degree, form = typed.get("sensitive.degree", ""), typed.get("sensitive.form", "")
    return Sensitive(
        kind if _KIND.fullmatch(kind) else earlier.kind,
        degree if degree in set(Degree) else earlier.degree,
        form if form in set(Form) else earlier.form,
    )


def _tags(read: Typed, typed: Mapping[str, str]) -> tuple[str, ...]:
    line = _line(read, "tags", typed)
    if line == ", ".join(read.question.tags):  # untouched: a tag of a file may hold a comma itself
        return read.question.tags
    tags = tuple(dict.fromkeys(tag for part in re.split(r"[,、，\n]", line) if (tag := part.strip())))
    longest = max(map(len, tags), default=0)
    if longest > LONGEST_WORD:
        read.flaws["tags"] = ("question.word-too-long", {"length": longest, "most": LONGEST_WORD})
    return tags


def _variant_of(read: Typed, typed: Mapping[str, str]) -> str:
    named = _line(read, "variant_of", typed)
    if named and not is_id(named):
        read.flaws["variant_of"] = ("question.bad_variant", {"question": named[:80]})
    return "" if named == read.question.id else named


def _ids(typed: Mapping[str, str], group: str, options: tuple[Option, ...]) -> list[str]:
    named = typed.get(f"ids.{group}")
    if named is None:
        return [option.id for option in options]
    return [name for name in dict.fromkeys(named.split()) if _ID.fullmatch(name)][:MOST_OPTIONS]


def _option(read: Typed, group: str, option_id: str, known: tuple[Option, ...], typed: Mapping[str, str]) -> Option:
    earlier = next((option for option in known if option.id == option_id), Option(option_id))
    stem = f"{group}.{option_id}"
    return replace(
        earlier,
        text=_text(read, f"{stem}.text", earlier.text, typed),
        rationale=_text(read, f"{stem}.rationale", earlier.rationale, typed),
        misconception=_text(read, f"{stem}.misconception", earlier.misconception, typed),
        fraction=_fraction(read, group, earlier, typed),
        section=(typed.get(f"{stem}.section", "").strip() or None) if group == _OF_SECTION else earlier.section,
        match=(typed.get(f"{stem}.match", earlier.match or "").strip() or None) if group == "left" else None,
    )


def _fraction(read: Typed, group: str, option: Option, typed: Mapping[str, str]) -> Fraction:
    """What an option earns: all for the key, else the share that was typed; an untouched share stays exact."""
    stem = f"{group}.{option.id}"
    earlier = option.fraction if option.fraction != 1 else Fraction(0)
    if f"ids.{group}" not in typed:  # the form did not show the group
        return option.fraction
    is_multiple = read.question.type is QuestionType.MULTIPLE
    is_key = bool(typed.get(f"{stem}.key")) if is_multiple else _is_key(read.question, group, option, typed)
    name = f"{stem}.percent"
    written = unicodedata.normalize("NFKC", typed.get(name, "")).strip().replace(",", ".").removesuffix("%").strip()
    if is_key and (not is_multiple or not written or written == "0"):
        return Fraction(1)
    if written == percent(option.fraction):
        share = option.fraction
    elif not re.fullmatch(r"[-−]?[0-9]{1,3}(\.[0-9]{1,6})?", written or "0"):
        read.flaws[name] = ("question.bad_percent", {})
        return earlier
    else:
        share = Fraction((written or "0").replace("−", "-")) / 100
    if not is_key and share == 1:
        return Fraction(0)  # no longer the key
    if not -1 <= share <= 1:
        read.flaws[name] = ("question.bad_percent", {})
        return earlier
    return max(share, Fraction(0)) if is_key else min(share, Fraction(0)) if is_multiple else share


def _is_key(base: Question, group: str, option: Option, typed: Mapping[str, str]) -> bool:
    """Whether the key of a group is this option. Of several that are fully right the form can mark one only."""
    chosen = typed.get(f"key.{group}")
    right = {other.id for other in base.option_groups[group] if other.fraction == 1}
    return chosen == option.id or (option.id in right and chosen in right)


def _weight(read: Typed, part: Part, typed: Mapping[str, str]) -> int:
    name = f"weight.{part.name.value}"
    if name not in typed:
        return part.weight
    written = unicodedata.normalize("NFKC", typed.get(name, "")).strip()
    if not re.fullmatch(r"[0-9]{1,3}", written) or int(written) > 100:
        read.flaws[name] = ("question.bad_weight", {})
        return part.weight
    return int(written)


def _with_or_without(question: Question, name: str, taken: Collection[str]) -> Question:
    if name not in (PartName.SEVERITY, PartName.ACTION):
        return question
    parts = [part for part in question.parts if part.name != name]
    if len(parts) == len(question.parts):
        first = next_id(name, taken)
        second = Option(next_id(name, {*taken, first}))
        parts.append(Part(PartName(name), 0, (Option(first, fraction=Fraction(1)), second)))
        parts.sort(key=lambda part: list(PartName).index(part.name))
    return replace(question, parts=tuple(parts))
