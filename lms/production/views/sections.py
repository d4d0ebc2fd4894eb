"""What people know of each section beside how they decide on it, for those within reach."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, make_response, render_template, request

from lms.foundation import spreadsheets
from lms.foundation.access import access, policy
from lms.foundation.locale import LOCALES, speaking
from lms.kit.figures import INDICATIVE
from lms.kit.problems import NotFound
from lms.kit.tables import Column, Table
from lms.production import phrases, queries
from lms.production.core.kinds import OF_JUDGEMENT, ErrorKind
from lms.production.core.verdicts import Verdict
from lms.production.queries import Filters

blueprint = Blueprint("production", __name__, template_folder="../templates")

GAPS = (Verdict.KNOWLEDGE, Verdict.APPLICATION)


@blueprint.get("/production")
@policy("production.read")
def index() -> str:
    """The sections with their verdicts; the address has the filters."""
    filters = Filters(
        queue=request.args.get("queue", "").strip(),
        site=request.args.get("site", ""),
        vendor=request.args.get("vendor", ""),
        first=request.args.get("from", ""),
        last=request.args.get("to", ""),
    )
    found = queries.load_production(access(), filters)
    return render_template(
        "production/index.html",
        found=found,
        filters=filters,
        gaps=[one for one in found.judged if one.verdict in GAPS or one.is_unexplained],
        hard=[one for one in found.judged if one.is_asked_too_hard],
        queue_pairs=[(queue, queue) for queue in found.queues],
        vendors={site.vendor.code: site.vendor for site in found.sites},
        months={month: date.fromisoformat(f"{month}-01") for month in found.months},
        phrases=phrases,
        kinds=(*OF_JUDGEMENT, ErrorKind.TECHNICAL),
        indicative_under=INDICATIVE,
    )


@blueprint.get("/production/template/<language>.csv")
@policy("production.write")
def template(language: str) -> Response:
    """The names of the columns with one invented row, in one language."""
    if language not in LOCALES:
        raise NotFound
    with speaking(language):
        columns = tuple(Column(str(name)) for name in phrases.PARTS.values())
        row = tuple(str(cell) for cell in phrases.EXAMPLE)
        content = spreadsheets.as_csv(Table("", columns, (row,)))
    response = make_response(content)
    response.headers["Content-Type"] = spreadsheets.CSV_TYPE
    response.headers["Content-Disposition"] = f'attachment; filename="production-{language}.csv"'
    return response
