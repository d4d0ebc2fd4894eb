"""The tables of a result analysis, with heads and words in the reader's language; CSV and spreadsheets print them."""

from __future__ import annotations

from flask_babel import gettext as _

from lms.analysis import phrases
from lms.analysis.core.findings import Code, Health
from lms.analysis.core.gaps import Gap
from lms.analysis.core.items import D27_PEOPLE
from lms.analysis.queries import Analysis
from lms.analysis.tables.sentences import Said, said
from lms.foundation.locale import listed, localized
from lms.kit.figures import Interval
from lms.kit.tables import Cell, Column, Kind, Table
from lms.questions.core.types.cloze import numbered_text

DIGITS = 4


def questions(found: Analysis | None) -> Table:
    """A line for each question, those first that need attention most. Low and high are ends of 95 % intervals."""
    columns = (
        Column(_("ID")),
        Column(_("Section")),
        Column(_("Question")),
        Column(_("n"), Kind.COUNT),
        Column(_("Facility"), Kind.SHARE),
        Column(_("Facility, low"), Kind.SHARE),
        Column(_("Facility, high"), Kind.SHARE),
        Column(_("Discrimination"), Kind.FIGURE),
        Column("D27", Kind.FIGURE),
        Column(_("EN, n"), Kind.COUNT),
        Column(_("EN, facility"), Kind.SHARE),
        Column(_("JA, n"), Kind.COUNT),
        Column(_("JA, facility"), Kind.SHARE),
        Column(_("Finding")),
    )
    rows = tuple(_question(found, entry) for entry in found.health) if found is not None else ()
    return Table(_("Questions"), columns, rows)


def _question(found: Analysis, entry: Health) -> tuple[Cell, ...]:
    fact = found.facts[entry.item]
    return (
        fact.code,
        fact.section or "",
        numbered_text(localized(fact.body["prompt"]).replace("<em>", "").replace("</em>", "")),
        *_figures(entry, found.gaps[entry.item]),
        listed(phrases.FINDINGS[finding.code] for finding in entry.findings),
    )


def _figures(entry: Health, gap: Gap) -> tuple[Cell, ...]:
    """The figures of a question's line, from its n to the facility in Japanese."""
    figures = entry.figures
    if entry.findings[0].code is Code.FEW_DATA:
        return ("<5", *[None] * 9)
    sides = [
        (side.n, rounded(side.share)) if side.share is not None else (None, None) for side in (gap.first, gap.second)
    ]
    return (
        figures.n,
        rounded(figures.facility),
        *_ends(figures.interval),
        rounded(figures.rest_correlation),
        rounded(figures.discrimination_27) if figures.n >= D27_PEOPLE else None,
        *sides[0],
        *sides[1],
    )


def verdicts(found: Analysis) -> Table:
    """A line for each verdict, the most urgent first. What the effect counts is said in the column before it."""
    columns = (
        Column(_("Place")),
        Column(_("Verdict")),
        Column(_("n"), Kind.COUNT),
        Column(_("Effect counted in")),
        Column(_("Effect"), Kind.FIGURE),
        Column(_("95 percent CI, low"), Kind.FIGURE),
        Column(_("95 percent CI, high"), Kind.FIGURE),
        Column(_("Evidence")),
        Column(_("What it means")),
        Column(_("What to do")),
    )
    told = [said(found, verdict) for verdict in found.verdicts]
    rows = tuple(
        (one.where, one.what, one.n, one.counted_in, rounded(one.effect), *_ends(one.interval), *_in_words(one))
        for one in told
    )
    return Table(_("Verdicts"), columns, rows)


def _in_words(one: Said) -> tuple[str, str, str]:
    return one.evidence, one.meaning, one.to_do


def sections(found: Analysis) -> Table:
    """Shares of right answers: a line for each policy section, a column for each cohort and one for all."""
    heat = found.heatmap
    names = [phrases.cohort_name(found.cohorts, code) for code in heat.cohorts]
    counted = [*zip(names, heat.cohorts_n, strict=True), (_("All cohorts"), heat.total.n_shown)]
    heads = [
        _("%(cohort)s (<5)", cohort=name) if n == "<5" else _("%(cohort)s (n=%(n)s)", cohort=name, n=n)
        for name, n in counted
    ]
    columns = (
        Column(_("No.")),
        Column(_("Policy section")),
        *(Column(head, Kind.SHARE) for head in heads),
    )
    rows = [
        (
            found.sections[name].number or "",
            found.sections[name].title or "",
            *("–" if cell.withheld else rounded(cell.share) for cell in (*cells, total)),
        )
        for name, cells, total in zip(heat.sections, heat.cells, heat.section_totals, strict=True)
    ]
    return Table(_("Right answers by policy section"), columns, tuple(rows))


def key_figures(found: Analysis) -> Table:
    """Pass rates by cohort, mean score and reliability, each with its n and the ends of its 95 % interval."""
    columns = (
        Column(_("Figure")),
        Column(_("Cohort")),
        Column(_("n"), Kind.COUNT),
        Column(_("Value"), Kind.FIGURE),
        Column(_("95 percent CI, low"), Kind.FIGURE),
        Column(_("95 percent CI, high"), Kind.FIGURE),
    )
    rates = [*found.pass_rates, (None, found.total_rate)]
    summary, everybody = found.summary, _("All cohorts")
    rows: list[tuple[Cell, ...]] = [
        (
            _("Pass rate"),
            everybody if code is None else phrases.cohort_name(found.cohorts, code),
            rate.n_shown if rate.n is None else rate.n,
            rounded(rate.share),
            *_ends(rate.interval),
        )
        for code, rate in rates
    ]
    n = summary.attempts_shown if summary.attempts is None else summary.attempts
    rows.append((_("Mean score"), everybody, n, rounded(summary.mean), *_ends(summary.interval)))
    if summary.scores is not None:
        scores = summary.scores
        rows.append((_("Reliability, alpha"), everybody, scores.used, rounded(scores.alpha), *_ends(scores.interval)))
    return Table(_("Summary"), columns, tuple(rows))


def _ends(interval: Interval | None) -> tuple[float | None, float | None]:
    return (None, None) if interval is None else (rounded(interval.low), rounded(interval.high))


def rounded(figure: float | None) -> float | None:
    """A figure with as many digits as its n can bear."""
    return None if figure is None else round(figure, DIGITS)
