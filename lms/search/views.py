"""The page of results; without its frame it is what the dialog shows while somebody types."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask_babel import lazy_gettext as _l

from lms.foundation import clock
from lms.foundation.access import policy
from lms.search.hits import hits_of
from lms.search.queries import Kind, allowed_kinds, find_all, find_kind

blueprint = Blueprint("search", __name__, template_folder="templates")

HEADINGS = {
    Kind.SECTIONS: _l("Policy sections"),
    Kind.QUESTIONS: _l("Questions"),
    Kind.SESSIONS: _l("Sessions"),
    Kind.PEOPLE: _l("People"),
}


@blueprint.get("/search")
@policy("search.read")
def index() -> str:
    asked = request.args.get("q", "").strip()
    kind = next((kind for kind in allowed_kinds() if kind == request.args.get("in")), None)
    now = clock.now()
    result = find_kind(asked, kind, now, request.args.get("page", 1, type=int)) if kind else find_all(asked, now)
    return render_template(
        "search/_results.html" if request.args.get("part") == "results" else "search/index.html",
        asked=asked,
        kind=kind,
        result=result,
        groups=[(group, hits_of(group, result.words)) for group in result.groups],
        headings=HEADINGS,
    )
