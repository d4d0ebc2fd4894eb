from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields import DateField, DateTimeLocalField, SelectChoice, TimeField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp, ValidationError
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from lms.cohorts.core.readiness import GateKind
from lms.cohorts.core.slips import SlipCause
from lms.cohorts.core.steps import MOST_MINUTES, StepFault, StepLine, check_steps, read_steps
from lms.cohorts.phrases import AUDIENCES, PROBLEMS, SLIP_CAUSES, STEP_FAULTS
from lms.foundation.forms import Form, Required, RevisedForm, choices, of_known_year
from lms.foundation.locale import localized
from lms.kit.problems import Problem
from lms.kit.text import codes_in
from lms.kit.workdays import FIRST_YEAR, LAST_YEAR
from lms.quizzes.core.audience import Audience, AudienceKind
from lms.quizzes.core.reminders import Reminders

CODE = Regexp(r"[a-z0-9-]+\Z", message=_l("Use small letters, digits and hyphens."))
MOST_DAYS = 120
MOST_REASON = 500
MOST_SHIFT = 60


def _of_our_time(_form: Form, field: DateTimeLocalField) -> None:
    """Beyond these years an instant may be none: it is kept in another zone than it was typed in."""
    if field.data and not FIRST_YEAR <= field.data.year <= LAST_YEAR:
        raise ValidationError(_l("Enter a date from 2000 to 2099."))


MOMENT = (InputRequired(_l("Enter a date and time.")), _of_our_time)


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
            NumberRange(1, MOST_DAYS, _l("Enter a number of days from 1 to 120.")),
        ],
        description=_l("The last one is the go-live day."),
    )
    steps = TextAreaField(
        _l("Steps"),
        [Required(_l("Enter at least one step."))],
        description=_l(
            "One a line: day, time, minutes, kind, title in English | in Japanese. "
            "A quiz, module or section may follow behind a further bar. "
            "For example: 1 09:30 60 class Welcome | 顔合わせ | HAR/purpose"
        ),
    )
    briefed = BooleanField(_l("The wellbeing briefing is confirmed"))
    quiz_cut = IntegerField(
        _l("Minimum quiz average, %"),
        [Optional(), NumberRange(1, 100, _l("Enter a number from 1 to 100."))],
        description=_l("Empty: the average is not a condition for go-live."),
    )
    acknowledged = BooleanField(_l("Every policy is acknowledged"))
    signed_off = BooleanField(_l("The trainer signs off"))
    sign_off_day = IntegerField(
        _l("Sign-off opens on day"),
        [Optional(), NumberRange(1, MOST_DAYS, _l("Enter a number of days from 1 to 120."))],
        description=_l("Empty: from the first day."),
    )
    revision = IntegerField(widget=HiddenInput())

    def validate_steps(self, field: TextAreaField) -> None:
        lines, faults = read_steps(field.data or "")
        found = [*faults, *check_steps(lines, self.day_count.data or MOST_DAYS)]
        self._say(sorted(found, key=lambda fault: fault.number))

    def validate_sign_off_day(self, field: IntegerField) -> None:
        if field.data and self.day_count.data and field.data > self.day_count.data:
            raise ValidationError(_l("The plan has no such day."))

    def take_back(self, problem: Problem) -> None:
        if problem.code == "plan.bad_steps":
            self._say(problem.facts["faults"])
        else:
            super().take_back(problem)

    def go_on_from(self, revision: int) -> None:
        """Let the next save count from this revision: its sender has seen what was saved in the meantime."""
        self.revision.raw_data, self.revision.data = None, revision

    @property
    def lines(self) -> list[StepLine]:
        """The steps that were typed."""
        return read_steps(self.steps.data or "")[0]

    @property
    def title_text(self) -> dict[str, str]:
        return {"en": self.title_en.data, "ja": self.title_ja.data}

    def gates(self, before: Iterable[Mapping[str, Any]] = ()) -> list[Mapping[str, Any]]:
        """The conditions as chosen; those of before that the form does not offer stay as they are."""
        kept = {gate["kind"]: dict(gate) for gate in before}
        quiz, read, sign_off = GateKind.QUIZ_AVERAGE, GateKind.POLICIES_ACKNOWLEDGED, GateKind.SIGN_OFF
        wanted: dict[str, dict[str, Any] | None] = {
            GateKind.BRIEFING: kept.get(GateKind.BRIEFING, {}) if self.briefed.data else None,
            quiz: {**kept.get(quiz, {}), "cut": self.quiz_cut.data} if self.quiz_cut.data else None,
            read: kept.get(read, {}) if self.acknowledged.data else None,
            sign_off: {"opens_on_day": self.sign_off_day.data or 1} if self.signed_off.data else None,
        }
        offered = {kind: {**gate, "kind": str(kind)} for kind, gate in wanted.items() if gate is not None}
        others = {kind: gate for kind, gate in kept.items() if kind not in wanted}
        return [gate for kind in GateKind for gate in (offered.get(kind) or others.get(kind),) if gate is not None]

    def _say(self, faults: Iterable[StepFault]) -> None:
        """Put every bad line at the field."""
        self.steps.errors = [
            *self.steps.errors,
            *(str(STEP_FAULTS[fault.code]) % {"line": fault.number, **fault.facts} for fault in faults),
        ]


class CohortForm(Form):
    code = StringField(_l("Code"), [Required(_l("Enter a code.")), CODE, Length(max=40)])
    name_en = StringField(_l("Name in English"), [Required(_l("Enter the name in both languages.")), Length(max=255)])
    name_ja = StringField(_l("Name in Japanese"), [Required(_l("Enter the name in both languages.")), Length(max=255)])
    site = SelectField(_l("Site"), coerce=int)
    template = SelectField(_l("Training plan"))
    go_live_on = DateField(_l("Go-live"), [InputRequired(_l("Enter a date.")), of_known_year])
    room = SelectField(
        _l("Room"), default="", description=_l("For the classes and meetings of the plan, at the site of the cohort.")
    )
    confirmed_start = DateField(_l("Start the plan anyway"), [Optional()])
    """Offered once the plan is found to begin in the past; its value is the first training day that was shown."""
    begins_on: date | None = None
    trainers = SelectMultipleField(_l("Trainers"), option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False))

    def take_back(self, problem: Problem) -> None:
        if problem.code == "cohort.begins_in_past":
            self.begins_on = problem.facts["first"]
        super().take_back(problem)

    def validate_trainers(self, field: SelectMultipleField) -> None:
        if not field.data:
            raise ValidationError(_l("Choose at least one trainer."))


class CohortChangeForm(RevisedForm):
    name_en = StringField(_l("Name in English"), [Required(_l("Enter the name in both languages.")), Length(max=255)])
    name_ja = StringField(_l("Name in Japanese"), [Required(_l("Enter the name in both languages.")), Length(max=255)])
    go_live_on = DateField(
        _l("Go-live"),
        [InputRequired(_l("Enter a date.")), of_known_year],
        description=_l(
            "Sessions that have not begun move with it, day by day. You see what changes before it is saved."
        ),
    )
    room = SelectField(
        _l("Room"),
        default="",
        description=_l("For the classes and meetings to come; those moved to another room by hand keep it."),
    )


class ShiftForm(Form):
    first = DateField(_l("From"), [InputRequired(_l("Enter a date.")), of_known_year])
    days = IntegerField(
        _l("Working days"),
        [
            InputRequired(_l("Enter a number of working days from -60 to 60, but not 0.")),
            NumberRange(-MOST_SHIFT, MOST_SHIFT, _l("Enter a number of working days from -60 to 60, but not 0.")),
        ],
        description=_l("How many working days later; with a minus, earlier. The go-live moves by as many."),
    )
    revision = IntegerField(widget=HiddenInput())

    def validate_days(self, field: IntegerField) -> None:
        if field.data == 0:
            raise ValidationError(_l("Enter a number of working days from -60 to 60, but not 0."))


class SlipForm(Form):
    cause = SelectField(_l("Cause"))
    reason = TextAreaField(
        _l("Reason"),
        [Length(max=MOST_REASON)],
        description=_l("Needed where the cause is “Other”. It is kept in the slip log of the cohort."),
    )

    def __init__(self, formdata: Any = None, **values: Any) -> None:
        super().__init__(formdata, **values)
        self.cause.choices = choices([("", _l("Choose")), *SLIP_CAUSES.items()])

    def validate_cause(self, field: SelectField) -> None:
        if not field.data:
            raise ValidationError(str(PROBLEMS["slip.no_cause"]))

    def validate_reason(self, field: TextAreaField) -> None:
        if self.cause.data == SlipCause.OTHER and not (field.data or "").strip():
            raise ValidationError(str(PROBLEMS["slip.no_reason"]))


class SessionForm(Form):
    kind = SelectField(_l("Kind"))
    title_en = StringField(
        _l("Title in English"), [Required(_l("Enter the title in both languages.")), Length(max=255)]
    )
    title_ja = StringField(
        _l("Title in Japanese"), [Required(_l("Enter the title in both languages.")), Length(max=255)]
    )
    detail_en = StringField(_l("Detail in English"), [Length(max=255)])
    detail_ja = StringField(_l("Detail in Japanese"), [Length(max=255)])
    on = DateField(_l("Date"), [InputRequired(_l("Enter a date."))])
    starts = TimeField(_l("Starts"), [InputRequired(_l("Enter a time such as 09:30."))])
    minutes = IntegerField(
        _l("Minutes"),
        [
            InputRequired(_l("Enter a number of minutes from 1 to 720.")),
            NumberRange(1, MOST_MINUTES, _l("Enter a number of minutes from 1 to 720.")),
        ],
    )
    room = SelectField(_l("Room"), default="")
    trainer = SelectField(_l("Trainer"), default="")
    sequence = IntegerField(widget=HiddenInput(), default=0)

    def validate_on(self, field: DateField) -> None:
        if field.data and not FIRST_YEAR < field.data.year < LAST_YEAR:
            raise ValidationError(_l("Enter a date."))

    def go_on_from(self, sequence: int) -> None:
        """Let the next save count from this state: its sender has seen what was saved in the meantime."""
        self.sequence.raw_data, self.sequence.data = None, sequence


class WaiverForm(Form):
    gate = SelectField(_l("Condition"))
    reason = TextAreaField(
        _l("Reason"),
        [Required(_l("Enter the reason for the waiver.")), Length(max=MOST_REASON)],
        description=_l("Anyone who can see the readiness of the cohort can read it."),
    )


class LeaveForm(Form):
    to = SelectField(_l("Moves to"))
    reason = TextAreaField(
        _l("Reason"),
        [Required(_l("Enter the reason.")), Length(max=MOST_REASON)],
        description=_l("It is kept with the cohort; anyone who runs the cohort can read it."),
    )


class CallOffForm(Form):
    reason = TextAreaField(
        _l("Reason"),
        [Required(_l("Enter the reason.")), Length(max=MOST_REASON)],
        description=_l("It is kept with the cohort; anyone who runs the cohort can read it."),
    )


class ReopenForm(Form):
    reason = TextAreaField(
        _l("Reason"),
        [Required(_l("Enter the reason.")), Length(max=MOST_REASON)],
        description=_l("The audit trail keeps it. Write no names; codes are fine."),
    )


class EnrolForm(Form):
    people = SelectMultipleField(_l("Learners of this site"))

    def validate_people(self, field: SelectMultipleField) -> None:
        if not field.data:
            raise ValidationError(str(PROBLEMS["cohort.nobody_chosen"]))


class AssignQuizForm(Form):
    quiz = SelectField(_l("Quiz"))
    opens_at = DateTimeLocalField(_l("Opens"), MOMENT)
    due_at = DateTimeLocalField(_l("Due"), MOMENT)


class GiveForm(Form):
    quiz = SelectField(_l("Quiz"))
    audience = SelectField(_l("Audience"), validate_choice=True)
    people = TextAreaField(
        _l("Individual people"),
        description=_l("Codes such as L0042. Only for “Individual people” above."),
    )
    locale = SelectField(
        _l("Only those who read in"),
        default="",
        choices=choices([("", _l("Any language")), ("en", "English"), ("ja", "日本語")]),
    )
    opens_at = DateTimeLocalField(_l("Opens"), MOMENT)
    due_at = DateTimeLocalField(_l("Due"), MOMENT)
    at_opening = BooleanField(_l("When it opens"), default=True)
    days_before = IntegerField(
        _l("Days before"),
        [Optional()],
        default=1,
        description=_l("0 for no reminder before the last day."),
    )
    on_last_day = BooleanField(_l("On the day"))
    to_lead = BooleanField(_l("You, 1 day late"))

    @property
    def reminders(self) -> Reminders:
        return Reminders(self.at_opening.data, self.days_before.data or 0, self.on_last_day.data, self.to_lead.data)

    def offer(self, audiences: Iterable[tuple[str, Audience]]) -> None:
        """Let one of these audiences be chosen, or single people."""
        listed = [
            SelectChoice(value=value, label=localized(audience.name_text), optgroup=str(AUDIENCES[audience.kind]))
            for value, audience in audiences
        ]
        self.audience.choices = [*listed, SelectChoice(value="people", label=str(AUDIENCES[AudienceKind.PEOPLE]))]

    @property
    def codes(self) -> list[str]:
        """The codes that were typed, in any width, case and order."""
        return codes_in(self.people.data or "")


class ExcuseForm(Form):
    people = TextAreaField(
        _l("People"), [Required(_l("Enter at least one code."))], description=_l("Codes such as L0042, in any order.")
    )
    until = DateField(
        _l("Until"),
        [Optional(), of_known_year],
        description=_l("The last day away. Leave it empty to excuse them from this quiz."),
    )
    reason = StringField(_l("Reason"), [Required(_l("Enter the reason.")), Length(max=255)])

    @property
    def codes(self) -> list[str]:
        return codes_in(self.people.data or "")


class WindowForm(Form):
    opens_at = DateTimeLocalField(_l("Opens"), MOMENT)
    due_at = DateTimeLocalField(_l("Due"), MOMENT)
    revision = IntegerField(widget=HiddenInput(), validators=[InputRequired()])

    def go_on_from(self, revision: int) -> None:
        """Let what was typed be saved over what somebody else has saved, now that both have been seen."""
        self.revision.data = revision
        self.revision.raw_data = None
