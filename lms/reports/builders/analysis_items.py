"""The questions of a result analysis: what was chosen in those to review, and all with key and policy text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from lms.analysis.core.items import OptionFigures
from lms.analysis.queries import Analysis
from lms.analysis.queries.matrix import QuestionFacts
from lms.analysis.tables import rounded
from lms.foundation.locale import LOCALES, SOURCE_LOCALE, current, number, speaking
from lms.kit.figures import INDICATIVE
from lms.kit.tables import Cell, Column, Kind, Piece, Spoken, Table, Text
from lms.kit.text import letter
from lms.questions import queries as questions
from lms.questions.core.types import type_of
from lms.questions.core.types.cloze import numbered_text
from lms.reports.core.document import Block, Grid, Group, Heading, Paragraph, Part, Quote
from lms.reports.words import KeyReader, in_every_language, numbered, quoted

Keys = Mapping[str, Mapping[str, Any]]
"""The answer key of each question, by its code."""

FEWEST_OF_A_TAIL = 5


def anchor(item: str) -> str:
    """Where a question stands in the appendix."""
    return f"item-{item}"


def load_keys(found: Analysis) -> Keys:
    """The key of every question, as it counted for its newest answers."""
    keys = questions.load_keys({fact.pair for fact in found.facts.values()})
    return {code: keys[fact.pair] for code, fact in found.facts.items()}


def choices(found: Analysis) -> list[Part]:
    """What was chosen in each question to review; files of data have it of every question."""
    blocks: list[Block] = []
    for entry in found.health:
        fact, options = found.facts[entry.item], found.options.get(entry.item)
        if not options:
            continue
        group = Group(_("Choices"), _("Question"), fact.code)
        grid = Grid("choices", _choices(fact, options), group=group, is_printed=entry.needs_review)
        if entry.needs_review:
            rests = Paragraph(_rests(entry.figures, fact, options), is_note=True)
            blocks += [Heading(prompt(fact)), *_other_wordings(fact), rests]
        blocks.append(grid)
    return [Part("review", _("Choices in the questions to review"), tuple(blocks))] if blocks else []


def prompt(fact: QuestionFacts) -> Text:
    """A question by its code and its wording in the language of the document."""
    texts = fact.body["prompt"]
    language = current() if texts.get(current()) else next(each for each in (SOURCE_LOCALE, *texts) if texts.get(each))
    return Spoken(((language, f"{fact.code} {numbered_text(texts[language])}"),), is_marked=True)


def _other_wordings(fact: QuestionFacts) -> list[Paragraph]:
    texts = fact.body["prompt"]
    return [
        Paragraph(Spoken(((language, numbered_text(texts[language])),), is_marked=True), is_note=True)
        for language in LOCALES
        if language != current() and texts.get(language) and texts.get(current())
    ]


def _rests(figures: Any, fact: QuestionFacts, options: Sequence[OptionFigures]) -> str:
    """The facility of a question with what it rests on."""
    shown = {"n": figures.n, "facility": number(figures.facility, 2)}
    if figures.interval is None:
        said = _("Facility %(facility)s, n=%(n)s", **shown)
    else:
        shown |= {"low": number(figures.interval.low, 2), "high": number(figures.interval.high, 2)}
        said = _("Facility %(facility)s, n=%(n)s, 95%% CI %(low)s–%(high)s", **shown)
    if figures.n < INDICATIVE:
        said += _(", indicative")
    if options[0].n != figures.n:
        said += _(" · ") + _("Choices of version %(version)s only, n=%(n)s", version=fact.version_n, n=options[0].n)
    return str(said)


def _choices(fact: QuestionFacts, options: Sequence[OptionFigures]) -> Table:
    columns = (
        *(Column(_("Option")), Column(_("Text")), Column(_("Misconception"))),
        Column(_("n"), Kind.COUNT, is_printed=False),
        *(
            Column(_("Chosen"), Kind.SHARE),
            Column(_("Top 27 percent"), Kind.SHARE),
            Column(_("Bottom 27 percent"), Kind.SHARE),
        ),
    )
    rows: list[tuple[Cell, ...]] = []
    for place, option in enumerate(options):
        head = (Piece(letter(place)), *([Piece(_("Key"), "is-pass")] if option.is_key else []))
        belief = {} if option.is_key else fact.misconceptions.get(option.option, {})
        is_told = option.tail >= FEWEST_OF_A_TAIL
        rows.append(
            (
                head,
                in_every_language(fact.body["groups"]["options"][place]["text"], is_marked=True),
                in_every_language(belief) if belief else "",
                option.n,
                rounded(option.share or 0.0),
                rounded(option.top_share or 0.0) if is_told else None,
                rounded(option.bottom_share or 0.0) if is_told else None,
            )
        )
    return Table(_("Choices of %(question)s", question=fact.code), columns, tuple(rows))


def appendix(found: Analysis, keys: Keys, lead: str) -> list[Part]:
    """Every question with its key, below the policy text that it rests on, in both languages, ``lead`` first."""
    blocks: list[Block] = []
    for name, section in found.sections.items():
        codes = sorted(code for code, fact in found.facts.items() if fact.section == name)
        texts = tuple(quoted(section, language) for language in _languages_of(section.bodies, lead))
        blocks += [Quote(numbered(section), texts), _items(found, keys, codes, numbered(section))]
    rest = sorted(code for code, fact in found.facts.items() if fact.section not in found.sections)
    if rest:
        blocks.append(_items(found, keys, rest, _("Questions of no section")))
    return [Part("items", _("Appendix. Questions with their keys and policy text"), tuple(blocks))]


def _languages_of(texts: Mapping[str, str], lead: str) -> list[str]:
    order = [lead, *(language for language in LOCALES if language != lead)]
    return [language for language in order if texts.get(language)]


def _items(found: Analysis, keys: Keys, codes: Sequence[str], title: str) -> Grid:
    columns = Column(_("ID")), Column(_("Question")), Column(_("Key"))
    rows = []
    for code in codes:
        fact = found.facts[code]
        words = {each: numbered_text(text) for each, text in fact.body["prompt"].items() if text}
        right = {language: _right(found, fact, keys[code], language) for language in words}
        rows.append(
            (
                Piece(code, anchor=anchor(code)),
                in_every_language(words, is_marked=True),
                in_every_language(right, is_marked=True),
            )
        )
    group = Group(_("Questions with their keys"), _("Section"), title)
    return Grid("items", Table(title, columns, tuple(rows)), group=group)


def _right(found: Analysis, fact: QuestionFacts, key: Mapping[str, Any], language: str) -> str:
    """What is right, in words of one language."""
    with speaking(language):
        lines = type_of(fact.body).told(fact.body, key, {}, KeyReader(language, found.sections)).right
        return "; ".join(f"{part}: {text}" if part else text for part, text in lines)
