from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from lms.cli.commands import Group, NamedPath, Whole, help_text
from lms.cli.speech import say_json, speaking
from lms.cohorts import queries
from lms.cohorts.calendar import cohort_feed
from lms.foundation import transaction
from lms.foundation.locale import current
from lms.kit.problems import Invalid, NotFound
from lms.kit.workdays import WorkCalendar, passed
from lms.sites.core import holiday_calendar

group = Group("calendar", help=help_text("Working days and feeds."))


@group.command(
    "workdays",
    help=help_text("The date N working days on."),
    context_settings={"ignore_unknown_options": True},
)
@click.argument("country")
@click.argument("date", type=click.DateTime(["%Y-%m-%d"]))
@click.argument("n", type=Whole(-5000, 5000))
@click.option("--json", "as_document", is_flag=True, help=help_text("One JSON document."))
@speaking
def workdays(country: str, date: datetime, n: int, as_document: bool) -> None:
    code, _dash, part = country.upper().partition("-")
    if not holiday_calendar.is_known(code, part or None):
        raise NotFound("calendar.unknown_country", country=country)
    start = date.date()
    known = holiday_calendar.known_years(code)
    span = abs(n) // 200 + 1
    years = range(max(start.year - span, known.start), min(start.year + span + 1, known.stop))
    names = holiday_calendar.names(code, part or None, years)
    try:
        end = WorkCalendar(holiday_calendar.weekend(code), frozenset(names)).shift(start, n)
    except OverflowError as error:
        raise Invalid("calendar.out_of_range") from error
    if start.year not in known or end.year not in known:
        raise Invalid("calendar.out_of_range")
    holidays = [{"date": day.isoformat(), "name": names[day]} for day in passed(names.keys(), start, end)]
    if as_document:
        say_json({"date": end.isoformat(), "n": n, "country": country.upper(), "holidays": holidays})
        return
    click.echo(end.isoformat())
    for holiday in holidays:
        click.echo(f"  {holiday['date']} {names[datetime.fromisoformat(str(holiday['date'])).date()][current()]}")


@group.command("feed", help=help_text("Write a cohort's iCalendar feed."))
@click.argument("cohort")
@click.option("--output", required=True, type=NamedPath(dir_okay=False, path_type=Path))
@speaking
def feed(cohort: str, output: Path) -> None:
    with transaction.unit(write=False):
        found = queries.find_cohort(cohort)
        if found is None:
            raise NotFound("calendar.unknown_cohort", cohort=cohort)
        output.write_bytes(cohort_feed(found, current()))
    click.echo(str(output))
