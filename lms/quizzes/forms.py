from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, FieldList, FormField, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp
from wtforms.widgets import HiddenInput

from lms.foundation.forms import Form, Required, choices
from lms.kit.problems import Invalid
from lms.policies.queries import SectionText
from lms.questions.core.types import type_of
from lms.quizzes.core.answers import MOST_EVENTS, MOST_IN_ONE_CALL, Event, Stamp, Unfit
from lms.quizzes.core.blueprint import Candidate, DrawRow, Stock, shortages, stock_of
from lms.quizzes.core.rules import Feedback, MultipleRule, Rules
from lms.quizzes.phrases import DIFFICULTIES, FEEDBACK, MODES, MULTIPLE_RULES, QUESTION_TYPES

MOST_DRAWN = 200
ROWS_OFFERED = 6


def answer_from_form(body: Mapping[str, Any], form: MultiDict[str, str]) -> dict[str, Any]:
    """The payload of a posted question; empty when nothing is chosen. Raises ``Invalid`` for a foreign option."""
    return type_of(body).parse(body, {**form.to_dict(), "options": form.getlist("options")}) or {}


@dataclass(frozen=True, slots=True)
class Sent:
    """What a page sends: changes of answers, which questions it has opened, and which it has flagged or unflagged."""

    events: Sequence[Event]
    shown: frozenset[int]
    flagged: Mapping[int, bool]


def sent_from_json(document: Any, bodies: Mapping[int, Mapping[str, Any]], locales: tuple[str, ...]) -> Sent:
    """What a posted JSON document says; raises ``Unfit`` when it is not what a page of this attempt sends."""
    try:
        epoch, sent = document["epoch"], document["events"]
        marks = [(int(position), is_flagged) for position, is_flagged in document.get("flagged", {}).items()]
        shown = document.get("shown", [])
        if not isinstance(sent, list) or not isinstance(shown, list) or len(sent) > MOST_IN_ONE_CALL:
            raise Unfit("answer.unfit")
        if not (sent or shown or marks) or not {position for position, _flag in marks} | set(shown) <= set(bodies):
            raise Unfit("answer.unfit")
        events = [_event(epoch, item, bodies, locales) for item in sent]
        return Sent(events, frozenset(shown), {position: bool(is_flagged) for position, is_flagged in marks})
    except Unfit:
        raise
    except Invalid as problem:
        raise Unfit(problem.code) from problem
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Unfit("answer.unfit") from error


def _event(
    epoch: Any, item: Mapping[str, Any], bodies: Mapping[int, Mapping[str, Any]], locales: tuple[str, ...]
) -> Event:
    seq, position, locale, payload = item["seq"], item["position"], item["locale"], item["payload"]
    are_numbers = _is_number(epoch) and _is_number(seq) and _is_number(position)
    if not are_numbers or position not in bodies or locale not in locales or not isinstance(payload, dict):
        raise Unfit("answer.unfit")
    return Event(epoch, seq, position, locale, type_of(bodies[position]).parse(bodies[position], payload) or {})


def manifest_from_json(document: Any) -> list[Stamp]:
    """The stamps that a page has sent, as it lists them when it hands in; raises ``Unfit`` for anything else."""
    stamps = document.get("manifest") if isinstance(document, dict) else None
    if not isinstance(stamps, list) or len(stamps) > MOST_EVENTS:
        raise Unfit("answer.unfit_manifest")
    for stamp in stamps:
        if not isinstance(stamp, list) or len(stamp) != 2 or not all(map(_is_number, stamp)):
            raise Unfit("answer.unfit_manifest")
    return [(epoch, seq) for epoch, seq in stamps]


def _is_number(value: Any) -> bool:
    """Whether it is an integer; to Python, true and false are integers too."""
    return isinstance(value, int) and not isinstance(value, bool)


class DrawRowForm(Form):
    section = SelectField(default="", validate_choice=False)  # what nothing fits is short of questions
    tag = SelectField(default="", validate_choice=False)
    type = SelectField(default="", validate_choice=False)
    difficulty = SelectField(default="", validate_choice=False)
    count = IntegerField(validators=[Optional(), NumberRange(0, MOST_DRAWN, _l("Enter a whole number from 0 to 200."))])


class QuizForm(Form):
    mode = SelectField(_l("Choice of questions"), choices=choices(MODES.items()), default="fixed")
    rows = FieldList(FormField(DrawRowForm), min_entries=ROWS_OFFERED)
    revision = IntegerField(widget=HiddenInput(), validators=[Optional()])
    code = StringField(
        _l("Code"),
        [
            Required(_l("Enter a code.")),
            Regexp(r"[A-Za-z0-9-]+\Z", message=_l("Use letters, digits and hyphens.")),
            Length(max=40),
        ],
    )
    title_en = StringField(
        _l("Title in English"), [Required(_l("Enter the title in both languages.")), Length(max=255)]
    )
    title_ja = StringField(
        _l("Title in Japanese"), [Required(_l("Enter the title in both languages.")), Length(max=255)]
    )
    minutes = IntegerField(
        _l("Time limit in minutes"),
        [
            InputRequired(_l("Enter a number of minutes from 1 to 480.")),
            NumberRange(1, 480, _l("Enter a number of minutes from 1 to 480.")),
        ],
    )
    cut_percent = IntegerField(
        _l("Cut score, %"),
        [InputRequired(_l("Enter a number from 1 to 100.")), NumberRange(1, 100, _l("Enter a number from 1 to 100."))],
    )
    attempts = IntegerField(
        _l("Attempts allowed"),
        [InputRequired(_l("Enter a number from 1 to 20.")), NumberRange(1, 20, _l("Enter a number from 1 to 20."))],
    )
    multiple = SelectField(_l("Several answers"), choices=choices(MULTIPLE_RULES.items()))
    feedback = SelectField(_l("Feedback"), choices=choices(FEEDBACK.items()))
    shuffle = BooleanField(_l("Shuffle questions and options"))
    open_book = BooleanField(_l("Open book"))

    @property
    def rules(self) -> Rules:
        return Rules(
            minutes=self.minutes.data,
            cut_percent=self.cut_percent.data,
            attempts=self.attempts.data,
            shuffle=self.shuffle.data,
            open_book=self.open_book.data,
            multiple=MultipleRule(self.multiple.data),
            feedback=Feedback(self.feedback.data),
            draw=self.drawn if self.mode.data == "draw" else (),
        )

    @property
    def drawn(self) -> tuple[DrawRow, ...]:
        """The rows that have a number."""
        rows = (entry.form for entry in self.rows if (entry.form.count.data or 0) > 0)
        return tuple(
            DrawRow(row.count.data, *(row[name].data or "" for name in ("section", "tag", "type", "difficulty")))
            for row in rows
        )

    def offer(self, candidates: Mapping[str, Candidate], sections: Mapping[str, SectionText]) -> None:
        """Let rows name the sections and tags that questions in use have, each with how many there are."""
        stock = Counter(candidate.section for candidate in candidates.values())
        tags = Counter(tag for candidate in candidates.values() for tag in candidate.tags)
        kept = {entry.form.section.data for entry in self.rows} if request.method == "GET" else set()
        names = [name for name in sections if stock[name]]
        names += sorted((set(stock) | {name for name in kept if name}) - {*names, ""})
        listed = [(name, _section_label(name, sections, stock[name])) for name in names]
        while len(self.rows) < ROWS_OFFERED or (request.method == "GET" and self.rows[-1].form.count.data):
            self.rows.append_entry()
        for entry in self.rows:
            every = ngettext("Any (%(num)d question ready)", "Any (%(num)d questions ready)", len(candidates))
            entry.form.section.choices = choices([("", every), *listed])
            entry.form.tag.choices = choices(
                [("", _l("Any")), *((tag, f"{tag} ({count})") for tag, count in sorted(tags.items()))]
            )
            entry.form.type.choices = choices([("", _l("Any")), *QUESTION_TYPES.items()])
            entry.form.difficulty.choices = choices([("", _l("Any")), *DIFFICULTIES.items()])

    def stock(self, candidates: Sequence[Candidate], held: Sequence[Candidate]) -> list[Stock | None]:
        """What there is for each row; None for one without a number."""
        counts = [entry.form.count.data or 0 for entry in self.rows]
        numbered = [0 < count <= MOST_DRAWN for count in counts]
        rows = [row for row in self.drawn if row.count <= MOST_DRAWN]
        found = iter(stock_of(rows, candidates, held, self.attempts.data or 1))
        return [next(found) if is_numbered else None for is_numbered in numbered]

    def check_stock(self, candidates: Sequence[Candidate]) -> None:
        """Say at its row, before anything is saved, which row has too few questions; raises ``Invalid`` then."""
        entries = [entry.form for entry in self.rows if (entry.form.count.data or 0) > 0]
        if not entries:
            raise Invalid("quiz.no_rows", field="mode")
        lacking = shortages(self.drawn, candidates)
        for row, missing in zip(entries, lacking, strict=True):
            if missing:
                row.count.errors = [
                    ngettext("Not enough questions: %(num)d short.", "Not enough questions: %(num)d short.", missing)
                ]
        if any(lacking):
            raise Invalid("quiz.too_few", field="mode")

    def go_on_from(self, revision: int) -> None:
        """Let what was typed be published over what somebody else has, now that both have been seen."""
        self.revision.data = revision
        self.revision.raw_data = None


def _section_label(name: str, sections: Mapping[str, SectionText], ready: int) -> str:
    section = sections.get(name)
    title = f"{section.number} {section.title}" if section else name
    return str(ngettext("%(title)s (%(num)d ready)", "%(title)s (%(num)d ready)", ready, title=title))
