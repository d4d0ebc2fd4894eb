from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Regexp

from lms.foundation.forms import Form, Required, choices
from lms.questions.core.types import type_of
from lms.quizzes.core.answers import MOST_IN_ONE_CALL, Event
from lms.quizzes.core.rules import Feedback, MultipleRule, Rules
from lms.quizzes.phrases import FEEDBACK, MULTIPLE_RULES


def answer_from_form(body: Mapping[str, Any], form: MultiDict[str, str]) -> dict[str, Any]:
    """The payload of a posted question; empty when nothing is chosen. Raises ``Invalid`` for a foreign option."""
    untrusted: dict[str, Any] = {"option": form.get("option"), "options": form.getlist("options")}
    untrusted |= {group: form.get(group) for group in body["groups"] if group != "options"}
    return type_of(body).parse(body, untrusted) or {}


def events_from_json(document: Any, bodies: Mapping[int, Mapping[str, Any]], locales: tuple[str, ...]) -> list[Event]:
    """The events of a posted JSON document.

    Raises ``ValueError`` when its shape is wrong, ``Invalid`` for a foreign option.
    """
    sent = document["events"]
    epoch = document["epoch"]
    if not isinstance(sent, list) or not 0 < len(sent) <= MOST_IN_ONE_CALL or not isinstance(epoch, int):
        raise ValueError("events")
    events = []
    for item in sent:
        seq, position, locale, payload = item["seq"], item["position"], item["locale"], item["payload"]
        if not (
            isinstance(seq, int) and seq > 0 and position in bodies and locale in locales and isinstance(payload, dict)
        ):
            raise ValueError("event")
        parsed = type_of(bodies[position]).parse(bodies[position], payload) or {}
        events.append(Event(epoch, seq, position, locale, parsed))
    return events


class QuizForm(Form):
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
        )
