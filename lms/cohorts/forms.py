from __future__ import annotations

import re

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields import DateField, DateTimeLocalField
from wtforms.validators import InputRequired, Length, NumberRange, Regexp, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from lms.cohorts.core.plan import FIRST_YEAR, LAST_YEAR, StepKind
from lms.cohorts.phrases import PROBLEMS
from lms.foundation.forms import Form, Required

CODE = Regexp(r"[a-z0-9-]+\Z", message=_l("Use small letters, digits and hyphens."))
_LINE = re.compile(r"(\d{1,3})\s+([01]\d|2[0-3]):([0-5]\d)\s+(\d{1,3})\s+([a-z_]+)\s+(.+?)\s*[|｜]\s*(.+)\Z")

Line = tuple[int, str, int, StepKind, dict[str, str]]


class TemplateForm(Form):
    code = StringField(_l("Code"), [Required(_l("Enter a code.")), CODE, Length(max=40)])
    title_en = StringField(
        _l("Title in English"), [Required(_l("Enter the title in both languages.")), Length(max=255)]
    )
    title_ja = StringField(
        _l("Title in Japanese"), [Required(_l("Enter the title in both languages.")), Length(max=255)]
    )
    day_count = IntegerField(
        _l("Training days"),
        [
            InputRequired(_l("Enter a number of days from 1 to 120.")),
            NumberRange(1, 120, _l("Enter a number of days from 1 to 120.")),
        ],
        description=_l("The last one is the go-live day."),
    )
    steps = TextAreaField(
        _l("Steps"),
        [Required(_l("Enter at least one step."))],
        description=_l(
            "One a line: day, time, minutes, kind (class, self_study, quiz, meeting, rest, …), "
            "title in English | in Japanese."
        ),
    )

    def validate_steps(self, field: TextAreaField) -> None:
        for number, line in enumerate((field.data or "").splitlines(), start=1):
            if line.strip() and self._parsed(line) is None:
                raise ValidationError(str(PROBLEMS["plan.bad_line"]) % {"line": number})

    @property
    def lines(self) -> list[Line]:
        """The steps that were typed."""
        parsed = (self._parsed(line) for line in (self.steps.data or "").splitlines() if line.strip())
        return [line for line in parsed if line is not None]

    def _parsed(self, line: str) -> Line | None:
        match = _LINE.match(line.strip())
        if match is None or match[5] not in {kind.value for kind in StepKind} or not 1 <= int(match[4]) <= 720:
            return None
        return (
            int(match[1]),
            f"{match[2]}:{match[3]}",
            int(match[4]),
            StepKind(match[5]),
            {"en": match[6], "ja": match[7]},
        )


class CohortForm(Form):
    code = StringField(_l("Code"), [Required(_l("Enter a code.")), CODE, Length(max=40)])
    name_en = StringField(_l("Name in English"), [Required(_l("Enter the name in both languages.")), Length(max=255)])
    name_ja = StringField(_l("Name in Japanese"), [Required(_l("Enter the name in both languages.")), Length(max=255)])
    site = SelectField(_l("Site"), coerce=int)
    template = SelectField(_l("Training plan"))
    go_live_on = DateField(_l("Go-live"), [InputRequired(_l("Enter a date."))])
    trainers = SelectMultipleField(_l("Trainers"), option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False))

    def validate_trainers(self, field: SelectMultipleField) -> None:
        if not field.data:
            raise ValidationError(_l("Choose at least one trainer."))

    def validate_go_live_on(self, field: DateField) -> None:
        if field.data and not FIRST_YEAR <= field.data.year <= LAST_YEAR:
            raise ValidationError(_l("Enter a date from 2000 to 2099; the holidays of other years are not known."))


class EnrolForm(Form):
    people = SelectMultipleField(_l("Learners of this site"))

    def validate_people(self, field: SelectMultipleField) -> None:
        if not field.data:
            raise ValidationError(str(PROBLEMS["cohort.nobody_chosen"]))


class AssignQuizForm(Form):
    quiz = SelectField(_l("Quiz"))
    opens_at = DateTimeLocalField(_l("Opens"), [InputRequired(_l("Enter date and time."))])
    due_at = DateTimeLocalField(_l("Due"), [InputRequired(_l("Enter date and time."))])
