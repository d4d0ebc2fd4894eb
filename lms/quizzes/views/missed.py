"""What was missed on a paper, as its result shows it: what was chosen, what is right and why, beside the section."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from flask_babel import gettext as _

from lms.foundation import clock
from lms.foundation.locale import SOURCE_LOCALE, current
from lms.policies.core.citing import cited_sentences
from lms.policies.core.markup import Prose, blocks
from lms.policies.queries import SectionText
from lms.policies.queries.published import load_published_sections
from lms.questions import queries as questions
from lms.questions.core.question import PartName, QuestionType
from lms.questions.core.told import right_options
from lms.questions.core.types import type_of
from lms.questions.core.types.cloze import numbered_text
from lms.quizzes import phrases, queries
from lms.quizzes.core.answers import Event
from lms.quizzes.core.feedback import SectionScore
from lms.quizzes.core.grading import GradedItem, Outcome
from lms.quizzes.models import Attempt

KEPT_CITATIONS = 4096


@dataclass(frozen=True, slots=True)
class MissedQuestion:
    """A missed question as the page shows it: the texts of what was chosen, of what is right, and why."""

    position: int
    prompt: str
    chosen: list[tuple[str | None, str]]
    right: list[tuple[str | None, str]]
    why: list[str]
    item: GradedItem
    kind: str
    """The type of the question: what partial credit means depends on it."""

    @property
    def outcome(self) -> Outcome:
        return self.item.outcome

    cited: Sequence[str] = ()
    """The sentences of its section on which it rests, as the policy's page marks them."""
    label: Mapping[str, str] | None = None
    """Of options with sensitive content: they stay covered here as they were in the quiz."""
    tempting: Sequence[str] = ()
    """Why what was chosen is easily chosen: the misconceptions behind it."""
    is_kept_back: bool = False
    """Whether it may come again, so that neither answer nor key is shown."""


@dataclass(frozen=True, slots=True)
class MissedSection:
    """The missed questions of a section beside the section's pinned text; of no section in the last group."""

    questions: list[MissedQuestion]
    section: SectionText | None = None
    version_number: str = ""
    locale: str = SOURCE_LOCALE
    blocks: Sequence[Prose] = ()
    since: str = ""
    """Whether the section has ``changed`` since the attempt, or is ``gone``; empty when it stands as it was."""
    is_kept_back: bool = False
    """Whether they are cases that may come again: their section is one of the answers."""


@dataclass(frozen=True, slots=True)
class Texts:
    """The sections in force when the attempt opened, in the order of the policy, and what has become of them since."""

    sections: Mapping[str, SectionText]
    numbers: Mapping[str, str]
    """The version number of each."""
    since: Mapping[str, str]
    """Those whose text is another one now (``changed``), or that are in force no more (``gone``)."""


def load_texts(attempt: Attempt) -> Texts:
    """The sections of an attempt."""
    then, now = queries.load_versions_then_and_now(attempt.id, clock.now())
    both = {(version.id, version.published_at) for version in (*then, *now) if version.published_at}
    texts = load_published_sections(both)
    sections = {section.full_name: section for version in then for section in texts[version.id]}
    numbers = {section.full_name: version.number for version in then for section in texts[version.id]}
    current_texts = {section.full_name: section for version in now for section in texts[version.id]}
    since = {}
    for name, section in sections.items():
        if name not in current_texts:
            since[name] = "gone"
        elif current_texts[name].bodies.get(SOURCE_LOCALE) != section.bodies.get(SOURCE_LOCALE):
            since[name] = "changed"
    return Texts(sections, numbers, since)


def missed_sections(
    paper: Mapping[int, queries.Asked],
    answers: Mapping[int, Event],
    items: list[GradedItem],
    scores: list[SectionScore],
    texts: Texts,
    kept_back: Collection[int],
) -> list[MissedSection]:
    """The missed questions by section, those of no section last; neither answer nor key of what is kept back."""
    missed = {item.position for item in items if item.is_missed}
    shown_places = missed - set(kept_back)
    marks = {item.position: item for item in items}
    pinned = {position: (paper[position].version_id, item.key_n) for position, item in marks.items()}
    keys = questions.load_keys([key for position, key in pinned.items() if position in shown_places])

    def shown(position: int, section: SectionText | None = None) -> MissedQuestion:
        asked = paper[position]
        if position in kept_back:
            prompt = numbered_text(asked.body["prompt"].get(current(), ""))
            kind = asked.body["type"]
            return MissedQuestion(position, prompt, [], [], [], marks[position], kind, is_kept_back=True)
        payload = dict(answers[position].payload) if position in answers else {}
        key = keys[pinned[position]]
        found = _missed_question(asked, key, payload, marks[position], texts.sections)
        return replace(found, cited=_cited(section, asked, key)) if section else found

    cases = [place for place in sorted(missed & set(kept_back)) if "section" in paper[place].body["groups"]]
    found = []
    for score in scores:
        told = [place for place in score.missed if place not in cases]
        if told:
            section = texts.sections[score.section]
            locale = current() if current() in section.bodies else SOURCE_LOCALE
            found.append(
                MissedSection(
                    [shown(position, section) for position in told],
                    section,
                    texts.numbers[score.section],
                    locale,
                    _prose(section.bodies[locale]),
                    texts.since.get(score.section, ""),
                )
            )
    placed = {position for score in scores for position in score.missed} | set(cases)
    rest = [shown(position) for position in sorted(missed - placed)]
    apart = [MissedSection(rest), MissedSection([shown(place) for place in cases], is_kept_back=True)]
    return [*found, *(group for group in apart if group.questions)]


def _cited(section: SectionText, asked: queries.Asked, key: Mapping[str, Any]) -> list[str]:
    """The sentences that a question rests on, in each language of its section, by why its right answers are right."""
    body = asked.body
    reasons = [
        key["groups"][group][option]["rationale"]
        for group in body["groups"]
        for option in sorted(right_options(body, key, group))
    ]
    found: list[str] = []
    for locale, text in sorted(section.bodies.items()):
        hints = tuple(reason[locale] for reason in (key["rationale"], *reasons) if reason.get(locale))
        found += _cited_in(text, hints)
    return found


@lru_cache(maxsize=KEPT_CITATIONS)
def _cited_in(text: str, hints: tuple[str, ...]) -> Sequence[str]:
    """Published texts and pinned keys do not change, and everybody who misses a question comes here."""
    return tuple(cited_sentences(blocks(text), hints))


def _prose(body: str) -> list[Prose]:
    """The text without its sensitive examples: they are shown only where they were chosen, on the policy's own page."""
    return [block for block in blocks(body) if isinstance(block, Prose)]


def _missed_question(
    asked: queries.Asked,
    key: Mapping[str, Any],
    payload: Mapping[str, Any],
    item: GradedItem,
    sections: Mapping[str, SectionText],
) -> MissedQuestion:
    body, reader = asked.body, _Reader(current(), sections)
    said = type_of(body).told(body, key, payload, reader)
    rationale = key["rationale"].get(reader.locale)
    label = body.get("sensitive") if body["type"] != QuestionType.CASE else None  # a case's options are plain decisions
    return MissedQuestion(
        asked.position,
        numbered_text(body["prompt"].get(reader.locale, "")),
        said.chosen,
        said.right,
        [*said.why, *([rationale] if rationale else [])],
        item,
        body["type"],
        label=label,
        tempting=said.tempting,
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    """The words of the page: its language, and the pinned sections that a case offers."""

    locale: str
    sections: Mapping[str, SectionText]

    def option(self, option: Mapping[str, Any]) -> str:
        return option_text(option, self.locale, self.sections)

    def part(self, name: str) -> str:
        return str(phrases.PARTS[PartName(name)])

    def choice(self, before: str, after: str) -> str:
        return str(_("%(left)s → %(right)s", left=before, right=after))

    def span(self, low: str, high: str) -> str:
        return str(_("%(low)s to %(high)s", low=low, high=high))


def option_text(option: Mapping[str, Any], locale: str, sections: Mapping[str, SectionText]) -> str:
    """The text of an option in a language: its own, or number and title of the section that a case offers."""
    name = option.get("section")
    if name is None:
        return str(option["text"].get(locale, ""))
    section = sections.get(name)
    if section is None:
        return str(name)
    return f"{section.number} {section.titles.get(locale) or section.titles.get(SOURCE_LOCALE)}"
