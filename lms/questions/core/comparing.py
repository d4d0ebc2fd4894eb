"""What changed between two versions of a question: each text by language, the options by their ids, what counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from lms.kit.diffs import Change, Kind, changes
from lms.kit.text import letter
from lms.questions.core.checks import MOST_ANSWERS
from lms.questions.core.question import Answer, Option, Question, Text

_TEXTS = ("name", "case", "prompt", "rationale")
_OPTION_TEXTS = ("text", "rationale", "misconception")


@dataclass(frozen=True, slots=True)
class TextChange:
    """A text that is not the same in both; in each language what became of it, all kept where it is the same."""

    code: str
    by_locale: Mapping[str, Sequence[Change]]


@dataclass(frozen=True, slots=True)
class OptionChange:
    """An option that is not the same in both, under its letter in the newer version or, when it is gone, the older."""

    id: str
    letter: str
    kind: Kind
    earlier_letter: str | None
    """Where it stood before, when it has moved."""
    shares: tuple[Fraction, Fraction] | None
    """What it earned and earns, when that differs."""
    sections: tuple[str, str] | None
    texts: Sequence[TextChange]


@dataclass(frozen=True, slots=True)
class FactChange:
    """Something else that is not the same, as words of the question: difficulty, sections, tags, weights, label."""

    code: str
    before: Sequence[str]
    after: Sequence[str]


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that differs between two versions; empty when nothing does."""

    texts: Sequence[TextChange]
    groups: Mapping[str, Sequence[OptionChange]]
    facts: Sequence[FactChange]

    @property
    def is_empty(self) -> bool:
        return not (self.texts or self.facts or self.groups)

    @property
    def locales(self) -> set[str]:
        """The languages in which a text differs."""
        every = [*self.texts, *(text for options in self.groups.values() for each in options for text in each.texts)]
        return {
            locale
            for text in every
            for locale, found in text.by_locale.items()
            if any(change.kind is not Kind.KEPT for change in found)
        }


def compare(old: Question, new: Question) -> Comparison:
    """What differs in the newer of two versions.

    >>> from lms.questions.core.question import QuestionType
    >>> one = Question("T-1", QuestionType.SINGLE, {"en": "Which?", "ja": "どれですか。"})
    >>> other = Question("T-1", QuestionType.SINGLE, {"en": "Who?", "ja": "どれですか。"})
    >>> compare(one, one).is_empty, compare(one, other).locales
    (True, {'en'})
    """
    texts = [_text(code, getattr(old, code), getattr(new, code)) for code in _TEXTS]
    names = dict.fromkeys([*new.option_groups, *old.option_groups])
    groups = {name: _options(old.option_groups.get(name, ()), new.option_groups.get(name, ())) for name in names}
    facts = [
        FactChange(code, before, after)
        for (code, before), (_code, after) in zip(_facts(old), _facts(new), strict=True)
        if before != after
    ]
    return Comparison(
        [text for text in texts if text is not None],
        {name: found for name, found in groups.items() if found},
        facts,
    )


def _text(code: str, old: Text, new: Text) -> TextChange | None:
    if dict(old) == dict(new):
        return None
    locales = sorted({*old, *new})
    return TextChange(code, {locale: _changes(old.get(locale, ""), new.get(locale, "")) for locale in locales})


def _changes(old: str, new: str) -> list[Change]:
    """What became of a text; its marks of emphasis are shown only where nothing else differs."""
    bare = [text.replace("<em>", "").replace("</em>", "") for text in (old, new)]
    return changes(*bare) if old == new or bare[0] != bare[1] else changes(old, new)


def _options(old: Sequence[Option], new: Sequence[Option]) -> list[OptionChange]:
    before = {option.id: (place, option) for place, option in enumerate(old)}
    stayed = [option.id for option in new if option.id in before]
    moved = [option.id for option in old if option.id in stayed] != stayed
    found = [_option(place, option, before.get(option.id), has_moved=moved) for place, option in enumerate(new)]
    ids = {option.id for option in new}
    gone = [_alone(place, option, Kind.REMOVED) for place, option in before.values() if option.id not in ids]
    return [*(change for change in found if change is not None), *gone]


def _option(place: int, option: Option, earlier: tuple[int, Option] | None, *, has_moved: bool) -> OptionChange | None:
    if earlier is None:
        return _alone(place, option, Kind.ADDED)
    place_before, before = earlier
    texts = [_text(code, getattr(before, code), getattr(option, code)) for code in _OPTION_TEXTS]
    change = OptionChange(
        option.id,
        letter(place),
        Kind.KEPT,
        letter(place_before) if has_moved and place_before != place else None,
        (before.fraction, option.fraction) if before.fraction != option.fraction else None,
        (before.section or "", option.section or "") if before.section != option.section else None,
        [text for text in texts if text is not None],
    )
    return change if change.earlier_letter or change.shares or change.sections or change.texts else None


def _alone(place: int, option: Option, kind: Kind) -> OptionChange:
    """An option that only one of the two versions has."""
    is_new = kind is Kind.ADDED
    nothing: Text = {}
    texts = [
        _text(code, nothing if is_new else getattr(option, code), getattr(option, code) if is_new else nothing)
        for code in _OPTION_TEXTS
    ]
    section = option.section or ""
    return OptionChange(
        option.id,
        letter(place),
        kind,
        None,
        (Fraction(0), option.fraction) if is_new and option.fraction else None,
        ("", section) if is_new and section else (section, "") if section else None,
        [text for text in texts if text is not None],
    )


def _facts(question: Question) -> list[tuple[str, tuple[str, ...]]]:
    label = question.sensitive
    return [
        ("sections", tuple(question.sections)),
        ("difficulty", (question.difficulty.value,)),
        ("tags", tuple(question.tags)),
        ("variant_of", (question.variant_of,) if question.variant_of else ()),
        *((f"weight.{name}", _weight(question, name)) for name in ("verdict", "section", "severity", "action")),
        ("sensitive", (label.kind, label.degree, label.form) if label else ()),
        ("pairs", tuple(f"{option.id} → {option.match}" for option in question.left if option.match)),
        ("answers", _accepted(question.answers)),
        *((f"gap.{place}", _gap(question, place)) for place in range(MOST_ANSWERS)),
    ]


def _accepted(answers: Sequence[Answer]) -> tuple[str, ...]:
    """The accepted answers in words, with what they earn where that is not all, and why."""
    said = []
    for answer in answers:
        off = f" ± {answer.tolerance}" if answer.tolerance not in (None, "0") else ""
        number = f"{answer.low}–{answer.high}" if answer.low or answer.high else f"{answer.value}{off}"
        words = " / ".join(word for locale in sorted(answer.text) for word in answer.text[locale])
        share = f" ({float(answer.fraction * 100):g}%)" if answer.fraction != 1 else ""
        why = " / ".join(answer.rationale[locale] for locale in sorted(answer.rationale))
        said.append((words or number) + share + (f": {why}" if why else ""))
    return tuple(said)


def _gap(question: Question, place: int) -> tuple[str, ...]:
    if place >= len(question.gaps):
        return ()
    gap = question.gaps[place]
    return (gap.id, f"× {gap.weight}", *_accepted(gap.answers))


def _weight(question: Question, name: str) -> tuple[str, ...]:
    return tuple(str(part.weight) for part in question.parts if part.name == name)
