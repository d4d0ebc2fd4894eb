"""Result analysis of a quiz on screen."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext as _

from lms.analysis import phrases, queries, tables
from lms.analysis.core.decisions import Decisions, decision_figures
from lms.analysis.core.findings import Code
from lms.analysis.core.items import D27_PEOPLE
from lms.analysis.core.parts import Way
from lms.analysis.core.populations import Population
from lms.analysis.core.verdicts import Kind
from lms.analysis.queries import Analysis, Choices, Filters
from lms.analysis.queries.answered import load_under_way
from lms.analysis.queries.rows import Listed, list_results
from lms.analysis.tables.sentences import Said, left_out, said
from lms.foundation import spreadsheets
from lms.foundation.access import access, policy
from lms.foundation.locale import LOCALES, localized
from lms.kit.figures import INDICATIVE, shown_count
from lms.kit.ordering import Keys, Order, sorted_rows
from lms.kit.pages import Page
from lms.kit.problems import NotFound
from lms.kit.text import is_found, reading_key
from lms.quizzes import queries as quizzes

blueprint = Blueprint("analysis", __name__, template_folder="../templates")


SORTED_BY: Keys[Listed] = {
    "name": lambda one: reading_key(localized(one.title_text)),
    "code": lambda one: one.code,
    "last": lambda one: (one.last_closed is not None, one.last_closed),
}
"""Not by the number of learners: the order would tell the numbers that are too small to show."""


@blueprint.get("/analysis")
@policy("analysis.read")
def index() -> str:
    """The quizzes that the address asks for: by words of the name or code, in a chosen order."""
    every = list_results()
    words = request.args.get("q", "").strip()
    order = Order.of(request.args.get("sort", ""), SORTED_BY)
    found = (one for one in every if is_found(words, [one.code, *one.title_text.values()]))
    shown = sorted_rows(found, order, SORTED_BY)
    page = Page.of(len(shown), request.args.get("page", 1, type=int))
    return render_template(
        "analysis/index.html",
        results=shown[page.offset : page.last],
        part=page,
        order=order,
        words=words,
        has_quizzes=bool(every),
        shown_count=shown_count,
    )


@blueprint.get("/analysis/<code>")
@policy("analysis.read")
def show(code: str) -> str:
    quiz = quizzes.get_quiz(code)
    filters = _filters()
    found, withheld = queries.load_readable(quiz, filters, access())
    choices = found or queries.load_choices(quiz, filters.window)
    unknown = _unknown(choices)
    if unknown:
        found = None
    chosen = _chosen(found)
    holding = found.filters if found else filters
    return render_template(
        "analysis/show.html",
        quiz=quiz,
        filters=holding,
        address=_address(holding),
        ways=Way,
        folded=bool(found and filters.language and not found.filters.language),
        found=found,
        withheld=withheld,
        verdicts=[said(found, verdict) for verdict in found.verdicts] if found else [],
        chosen=chosen,
        told=_told(found, chosen),
        left_out=left_out(found) if found else "",
        under_way=load_under_way(quiz.id).get(chosen, []) if chosen else [],
        suspect=Kind.TRANSLATION_SUSPECT,
        choices=choices,
        unknown=unknown,
        populations=Population,
        phrases=phrases,
        few_data=Code.FEW_DATA,
        decisions=_decisions(found),
        d27_people=D27_PEOPLE,
        indicative_under=INDICATIVE,
    )


@blueprint.get("/analysis/<code>/items.csv")
@policy("analysis.read")
def items_csv(code: str) -> Response:
    quiz = quizzes.get_quiz(code)
    filters = _filters()
    found, _withheld = queries.load_readable(quiz, filters, access())
    if _unknown(found or queries.load_choices(quiz, filters.window)):
        raise NotFound
    response = make_response(spreadsheets.as_csv(tables.questions(found)))
    response.headers["Content-Type"] = spreadsheets.CSV_TYPE
    response.headers["Content-Disposition"] = f'attachment; filename="{code}-items.csv"'
    return response


def _decisions(found: Analysis | None) -> Decisions | None:
    """How far the cut score decides alike; not told of few people, or where papers were drawn."""
    if found is None or found.responses.used < INDICATIVE:
        return None
    decided = decision_figures(found.responses, found.rules.cut_percent / 100)
    return decided if isinstance(decided, Decisions) else None


def _filters() -> Filters:
    by, attempts = request.args.get("by", ""), request.args.get("attempts", "")
    return Filters(
        cohort=request.args.get("cohort", ""),
        language=request.args.get("language", ""),
        site=request.args.get("site", ""),
        vendor=request.args.get("vendor", ""),
        by=Way(by) if by in phrases.WAYS else None,
        window=request.args.get("window", ""),
        attempts=Population(attempts) if attempts in set(Population) else Population.FIRST,
    )


def _unknown(choices: Analysis | Choices) -> list[str]:
    """The filters of the address that ask for what is not there, so that no figures pass for those asked for.

    Of a quiz that nobody has taken there is nothing to choose.
    """
    if not choices.windows:
        return []
    known = {
        "cohort": (_("Cohort"), choices.cohorts),
        "language": (_("Language"), LOCALES),
        "site": (_("Site"), choices.places.sites),
        "vendor": (_("Vendor"), choices.places.vendors),
        "window": (_("Window"), choices.windows),
        "attempts": (_("Attempts looked at"), set(Population)),
        "by": (_("Heatmap by"), phrases.WAYS),
    }
    return [name for key, (name, values) in known.items() if request.args.get(key) and request.args[key] not in values]


def _address(filters: Filters) -> dict[str, str]:
    """What the address of a page with these filters says of them."""
    asked = asdict(filters)
    return {name: str(value) for name, value in asked.items() if value and value is not Population.FIRST}


def _chosen(found: Analysis | None) -> str | None:
    """The question of the detail card: the one asked for, else the one that needs attention most."""
    if found is None or not found.health:
        return None
    asked = request.args.get("question", "")
    return asked if asked in found.facts else found.health[0].item


def _told(found: Analysis | None, chosen: str | None) -> list[Said]:
    """The verdicts on the question of the detail card, in words."""
    entries = [entry for entry in found.health if entry.item == chosen] if found else []
    return [said(found, verdict) for entry in entries for verdict in entry.verdicts] if found else []
