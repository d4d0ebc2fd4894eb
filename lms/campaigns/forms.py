from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import time
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields import DateField, TimeField
from wtforms.validators import InputRequired, Length, NoneOf, NumberRange, Optional, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from lms.campaigns.core.freshness import MOST_FRESH_DAYS
from lms.campaigns.core.recurrence import MOST_DUE_DAYS, MOST_EVERY, OnHoliday, Repeat, Rule, checked
from lms.campaigns.core.who import MOST_PASSED_DAYS, Who
from lms.campaigns.phrases import LANGUAGES, ON_HOLIDAY, PROBLEMS, REPEATS
from lms.foundation.forms import Form, Required, RevisedForm, choices, of_known_year
from lms.kit.problems import Invalid
from lms.kit.text import codes_in
from lms.quizzes.core.reminders import MOST_DAYS_BEFORE, Reminders

BOTH = _l("Enter the title in both languages.")
NUMBER = _l("Enter a whole number.")
DAY = (InputRequired(_l("Enter a date.")), of_known_year)


def _ticks(label: Any) -> SelectMultipleField:
    return SelectMultipleField(label, option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False))


def _number(label: Any, default: int, hint: Any, *span: NumberRange) -> IntegerField:
    return IntegerField(label, [InputRequired(NUMBER), *span], default=default, description=hint)


class CampaignForm(RevisedForm):
    """What a recurring quiz is, when it comes and whom it is for."""

    title_en = StringField(_l("Title in English"), [Required(BOTH), Length(max=255)])
    title_ja = StringField(_l("Title in Japanese"), [Required(BOTH), Length(max=255)])
    quiz = SelectField(_l("Quiz"))
    fresh_days = _number(
        _l("No question twice within"),
        90,
        _l("Days; 0 for no such limit."),
        NumberRange(0, MOST_FRESH_DAYS, PROBLEMS["campaign.fresh_days"]),
    )
    repeat = SelectField(_l("Repeats"), choices=choices(REPEATS.items()), default=Repeat.FIRST_WORKDAY.value)
    day = _number(_l("Day of the month or week"), 1, _l("Of the month (1 to 31), or of the week (1 is Monday)."))
    every = _number(
        _l("Every"),
        1,
        _l("Months, or weeks for a day of the week."),
        NumberRange(1, MOST_EVERY, PROBLEMS["campaign.every"]),
    )
    starts_on = DateField(_l("First run on or after"), DAY)
    opens = TimeField(_l("Opens at"), [InputRequired(_l("Enter a time such as 09:30."))], default=time(9))
    due_days = _number(
        _l("Due after"),
        8,
        _l("Working days from the day it opens."),
        NumberRange(1, MOST_DUE_DAYS, PROBLEMS["campaign.due_days"]),
    )
    due = TimeField(_l("Due at"), [InputRequired(_l("Enter a time such as 09:30."))], default=time(18))
    on_holiday = SelectField(_l("On a holiday"), choices=choices(ON_HOLIDAY.items()), default=OnHoliday.NEXT.value)
    at_opening = BooleanField(_l("When it opens"), default=True)
    days_before = _number(
        _l("Days before"),
        3,
        _l("0 for no reminder before the last day."),
        NumberRange(0, MOST_DAYS_BEFORE, _l("Enter a whole number from 0 to 14.")),
    )
    on_last_day = BooleanField(_l("On the day"), default=True)
    to_lead = BooleanField(_l("The lead, 1 day late"))
    roles = _ticks(_l("Roles"))
    sites = _ticks(_l("Sites"))
    vendors = _ticks(_l("Vendors"))
    cohorts = _ticks(_l("Cohorts"))
    locales = SelectMultipleField(
        _l("Languages"),
        choices=choices(LANGUAGES.items()),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    skips_training = BooleanField(_l("Leave out who is in training before go-live"), default=True)
    passed_days = _number(
        _l("Leave out who has passed it within"),
        14,
        _l("Days; 0 leaves nobody out."),
        NumberRange(0, MOST_PASSED_DAYS, PROBLEMS["campaign.days"]),
    )

    def offer(self, lists: Mapping[str, Iterable[tuple[str, Any]]]) -> None:
        """Let one of these quizzes be chosen, and these roles, sites, vendors and cohorts."""
        for name, pairs in lists.items():
            self[name].choices = choices(pairs)

    @property
    def rule(self) -> Rule:
        return Rule(
            repeat=Repeat(self.repeat.data),
            starts_on=self.starts_on.data,
            opens=self.opens.data,
            due=self.due.data,
            due_days=self.due_days.data,
            every=self.every.data,
            day=1 if self.repeat.data == Repeat.FIRST_WORKDAY else self.day.data,
            on_holiday=OnHoliday(self.on_holiday.data),
        )

    @property
    def kept_rule(self) -> Rule | None:
        """The rule as it would be kept; None while a field of it is empty or wrong."""
        asked = (self.starts_on, self.opens, self.due, self.due_days, self.every, self.day)
        if any(field.data is None for field in asked):
            return None
        try:
            of_known_year(self, self.starts_on)
            return checked(self.rule)
        except (Invalid, ValueError):  # a refusal of WTForms is one of these, and so is an unknown choice
            return None

    @property
    def who(self) -> Who:
        lists = {name: tuple(self[name].data or ()) for name in ("roles", "sites", "vendors", "cohorts", "locales")}
        return Who(**lists, skips_training=self.skips_training.data, passed_days=self.passed_days.data or 0)

    @property
    def reminders(self) -> Reminders:
        return Reminders(
            at_opening=self.at_opening.data,
            days_before=self.days_before.data,
            on_last_day=self.on_last_day.data,
            to_lead=self.to_lead.data,
        )


class NewCampaignForm(CampaignForm):
    code = StringField(
        _l("Code"),
        [
            Required(_l("Enter a code.")),
            Regexp(r"[A-Za-z0-9-]+\Z", message=_l("Use letters, digits and hyphens.")),
            Length(max=40),
            NoneOf(["new", "preview"], message=_l("This code is taken. Choose another.")),  # as addresses of pages
        ],
    )


class PeopleForm(Form):
    """People by their codes, as somebody pastes them."""

    people = TextAreaField(
        _l("People"), [Required(_l("Enter at least one code."))], description=_l("Codes such as L0042, in any order.")
    )

    @property
    def codes(self) -> list[str]:
        return codes_in(self.people.data or "")


class LeaveForm(PeopleForm):
    first_on = DateField(_l("First day"), DAY)
    last_on = DateField(_l("Last day"), DAY)


class ExcuseForm(PeopleForm):
    until = DateField(
        _l("Until"),
        [Optional(), of_known_year],
        description=_l("The last day away. Leave it empty to excuse them from this run."),
    )
    reason = StringField(_l("Reason"), [Required(_l("Enter the reason.")), Length(max=255)])
