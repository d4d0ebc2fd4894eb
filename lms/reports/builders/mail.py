"""The mail by which a scheduled report comes, as text and as simple HTML that say the same. It holds no figure."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from flask import current_app, render_template
from flask_babel import gettext as _

from lms.accounts.models import Person
from lms.foundation import locale
from lms.reports import phrases
from lms.reports.core.schedule import rule_from
from lms.reports.models import ReportRun, ReportSchedule

_IN_A_NAME = str.maketrans(dict.fromkeys('/\\:*?"<>|', " "))
"""Marks that a system does not take in the name of a file."""


@dataclass(frozen=True, slots=True)
class Written:
    """A mail as it goes into the outbox, and the name of the file that goes with it."""

    locale: str
    subject: str
    plain_body: str
    html_body: str
    file_name: str


def write(run: ReportRun, schedule: ReportSchedule, person: Person, *, is_attached: bool) -> Written:
    """The mail to a recipient, in the language of their report; of a report in both, in the one that comes first."""
    base, zone = current_app.config["KIJUN"].public_url, ZoneInfo(person.zone_name)
    language = run.locale.partition("-")[0]
    routes = current_app.url_map.bind("localhost")
    with locale.speaking(language):
        title = locale.localized(run.request["title"])
        made_on = locale.day(run.asked_at, zone, pattern="date")
        said = {
            "heading": title,
            "made": _("Made %(moment)s", moment=locale.moment_in_zone(run.asked_at, zone)),
            "where": _where(is_attached),
            "label": _("Open the report"),
            "href": base + routes.build("reports.show", {"public_id": run.public_id}),
            "why": _(
                "You get this because %(code)s has it sent to you: %(rule)s.",
                code=schedule.owner.code,
                rule=phrases.rule_words(rule_from(schedule.rule)),
            ),
        }
        plain = [
            said["heading"],
            said["made"],
            "",
            said["where"],
            "",
            said["label"],
            said["href"],
            "",
            "-- ",
            said["why"],
        ]
        html = render_template("reports/mail.html", **said)
        subject = _("Kijun, %(day)s: %(title)s", day=made_on, title=title)
    ending = (run.file_name or "").rpartition(".")[2] or "pdf"
    name = " ".join(f"{title} {made_on}".translate(_IN_A_NAME).split())
    return Written(language, subject, "\n".join(plain) + "\n", html, f"{name[:120]}.{ending}")


def _where(is_attached: bool) -> str:
    if is_attached:
        return str(_("The report is attached. Nobody appears in it by name or code."))
    return str(_("The report is not in this mail, since it shows people or is large. Sign in to open it."))
