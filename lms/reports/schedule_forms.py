"""The form of a report that comes again; whom it can go to depends on whoever plans it, so it is made for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, SelectField
from wtforms.fields import TimeField
from wtforms.validators import InputRequired

from lms.accounts.models import Person
from lms.foundation.forms import RevisedForm, choices
from lms.foundation.locale import zone_city
from lms.kit.problems import Invalid
from lms.reports.core.schedule import LAST, MOST_WORKDAYS, Every, Rule, checked
from lms.reports.phrases import EVERY, LANGUAGES
from lms.sites.core.zones import LIKELY, names
from lms.sites.phrases import WEEKDAYS

NOT_SENT = ""


class ScheduleForm(RevisedForm):
    """When a report comes again, and to whom."""

    report = SelectField(_l("Report"), description=_l("Its kind and options are kept, its figures are new."))
    every = RadioField(_l("Repeats"), choices=choices(EVERY.items()), default=Every.MONTH.value)
    weekday = SelectField(_l("Day of the week"), coerce=int, default=1)
    workday = SelectField(_l("Working day of the month"), coerce=int, default=1)
    at = TimeField(_l("Time"), [InputRequired(_l("Enter a time such as 09:30."))], default=time(9))
    zone_name = SelectField(_l("Time zone"))
    site = SelectField(_l("Working days of"), description=_l("Weekends, holidays and closed days of this site count."))
    whom = HiddenField(_l("Recipients"))

    people: Sequence[Person] = ()

    def offer(self, sites: Sequence[tuple[str, Any]], reports: Sequence[tuple[str, str]]) -> None:
        """Let one of these sites and reports be chosen."""
        self.weekday.choices = choices((number + 1, word) for number, word in enumerate(WEEKDAYS.values()))
        numbered = [(number, str(number)) for number in range(1, MOST_WORKDAYS + 1)]
        self.workday.choices = choices([*numbered, (LAST, _l("the last one"))])
        self.site.choices, self.report.choices = choices(sites), choices(reports)
        zones = dict.fromkeys([*LIKELY, *({self.zone_name.data} & set(names()))])
        self.zone_name.choices = choices((name, f"{zone_city(name)} ({name})") for name in zones)

    @property
    def rule(self) -> Rule:
        every = Every(self.every.data)
        day = self.weekday.data if every is Every.WEEK else self.workday.data
        return Rule(every, day, self.at.data, self.zone_name.data)

    @property
    def likely_rule(self) -> Rule | None:
        """The rule that the fields say so far, whether or not they have been checked; None where they say none."""
        is_said = self.every.data in set(Every) and self.at.data and self.zone_name.data in names()
        try:
            return checked(self.rule) if is_said else None
        except (Invalid, TypeError):
            return None

    @property
    def recipients(self) -> dict[int, str]:
        """The chosen people by id, with their language."""
        chosen = {person.id: self[field_of(person)].data for person in self.people}
        return {person_id: language for person_id, language in chosen.items() if language}


def field_of(person: Person) -> str:
    """The name of a person's field."""
    return f"to_{person.code}"


def form_for(people: Sequence[Person], **values: Any) -> ScheduleForm:
    """The form with a field for each who can get the report: in which language, or not at all."""
    offered = [(NOT_SENT, _l("Not sent")), *LANGUAGES.items()]
    fields = {field_of(one): SelectField(one.code, choices=choices(offered), default=NOT_SENT) for one in people}
    made: type[ScheduleForm] = type("ScheduleFormOfPeople", (ScheduleForm,), {**fields, "people": people})
    return made(**values)


def values_of(rule: Rule, recipients: Mapping[str, str]) -> dict[str, Any]:
    """What the fields show of a rule and of recipients by code."""
    shown: dict[str, Any] = {"every": rule.every.value, "at": rule.at, "zone_name": rule.zone_name}
    shown |= {"weekday" if rule.every is Every.WEEK else "workday": rule.day}
    return {**shown, **{f"to_{code}": language for code, language in recipients.items()}}
