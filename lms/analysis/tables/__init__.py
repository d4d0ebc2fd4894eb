"""The tables of a result analysis, with heads and words in the reader's language; CSV and spreadsheets print them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _

from lms.analysis import phrases
from lms.analysis.core.findings import WEAK_UNDER, Code, Health
from lms.analysis.core.gaps import Gap
from lms.analysis.core.items import D27_PEOPLE
from lms.analysis.queries import Analysis
from lms.analysis.tables.sentences import Said, said
from lms.foundation.locale import current, number
from lms.kit.figures import Interval
from lms.kit.tables import Cell, Column, Figure, Kind, Piece, Spoken, Table, Text
from lms.questions.core.types.cloze import numbered_text

DIGITS = 10
"""So many that a figure is shown alike whether it is rounded to them first or not."""


def questions(found: Analysis | None) -> Table:
    """A line for each question, those first that need attention most. Low and high are ends of 95 % intervals."""
    columns = (
        Column(_("ID")),
        Column(_("Section")),
        Column(_("Question")),
        Column(_("n"), Kind.COUNT),
        Column(_("Facility"), Kind.RATIO),
        Column(_("Facility, low"), Kind.RATIO, is_printed=False),
        Column(_("Facility, high"), Kind.RATIO, is_printed=False),
        Column(_("Discrimination"), Kind.FIGURE),
        Column("D27", Kind.FIGURE),
        Column(_("EN, n"), Kind.COUNT, is_printed=False),
        Column(_("EN, facility"), Kind.RATIO),
        Column(_("JA, n"), Kind.COUNT, is_printed=False),
        Column(_("JA, facility"), Kind.RATIO),
        Column(_("Finding")),
    )
    if found is None:
        return Table(_("Questions"), columns, ())
    rows = tuple(_question(found, entry) for entry in found.health)
    if found.filters.is_usual:
        return Table(_("Questions"), columns, rows)
    counted = Column(_("Attempts looked at"), is_printed=False)
    return Table(_("Questions"), (*columns, counted), tuple((*row, _counted(found)) for row in rows))


def _counted(found: Analysis) -> str:
    return phrases.attempts_shown(found.filters.attempts, found.filters.window)


def _question(found: Analysis, entry: Health) -> tuple[Cell, ...]:
    fact = found.facts[entry.item]
    return (
        fact.code,
        fact.section or "",
        _named(fact.body.get("name") or fact.body["prompt"]),
        *_figures(entry, found.gaps[entry.item]),
        tuple(Piece(str(phrases.FINDINGS[finding.code]), phrases.STATES[finding.code]) for finding in entry.findings),
    )


def _named(texts: Mapping[str, str]) -> Text:
    """A question's short name or text, marked as it is; with its language where it is not the reader's."""
    language = current() if texts.get(current()) else next((each for each in texts if texts[each]), current())
    words = numbered_text(texts.get(language, ""))
    if language == current() and "<em>" not in words:
        return words
    return Spoken(((language, words),), is_marked=True)


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
        _discrimination(figures.rest_correlation),
        rounded(figures.discrimination_27) if figures.n >= D27_PEOPLE else None,
        *sides[0],
        *sides[1],
    )


def _discrimination(correlation: float | None) -> Figure | None:
    if correlation is None:
        return None
    return Figure(rounded(correlation), Kind.FIGURE, is_low=correlation < WEAK_UNDER)


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
    columns = (
        Column(_("No.")),
        Column(_("Policy section")),
        *(Column(name, Kind.SHARE, note=phrases.n_of_column(n)) for name, n in counted),
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
    """The figures at the top, each with its n and the ends of its 95 % interval, and what else is said of it."""
    summary = found.summary
    total, scores, gap = found.total_rate, summary.scores, summary.gap
    rows: list[tuple[Cell, ...]] = [
        (
            _("Attempts"),
            Figure(summary.attempts, Kind.COUNT) if summary.attempts else summary.attempts_shown.replace("0", "–"),
            *(None, None, None),
            _("first attempts") if found.filters.is_usual else _counted(found),
        ),
        (
            _("Pass rate"),
            Figure(rounded(total.share), Kind.SHARE),
            total.n or None,
            *_ends(total.interval),
            _("cut score %(cut)s%%", cut=found.rules.cut_percent),
        ),
        (
            _("Mean score"),
            Figure(rounded(summary.mean), Kind.SHARE),
            summary.attempts if summary.mean is not None else None,
            *_ends(summary.interval),
            "" if summary.sd is None else _("SD %(sd)s", sd=number(summary.sd * 100, 1)),
        ),
        (
            _("Reliability, alpha"),
            rounded(scores.alpha) if scores else None,
            scores.used if scores and scores.alpha is not None else None,
            *_ends(scores.interval if scores else None),
            "",
        ),
        (
            _("EN and JA gap"),
            Figure(None if gap.gap is None else rounded(gap.gap * 100), Kind.POINTS),
            _("EN n=%(en)s, JA n=%(ja)s", en=gap.first.n, ja=gap.second.n) if gap.interval else None,
            *(
                (None, None)
                if gap.interval is None
                else (rounded(gap.interval.low * 100), rounded(gap.interval.high * 100))
            ),
            "" if gap.gap is None else _("points, EN higher") if gap.gap >= 0 else _("points, JA higher"),
        ),
    ]
    return key_figure_table(rows)


def key_figure_table(rows: Sequence[tuple[Cell, ...]]) -> Table:
    """Key figures, a row each: label, figure, its n, the ends of its interval, what else is said."""
    columns = (
        Column(_("Figure")),
        Column(_("Value"), Kind.FIGURE),
        Column(_("n"), Kind.COUNT),
        Column(_("95 percent CI, low"), Kind.FIGURE),
        Column(_("95 percent CI, high"), Kind.FIGURE),
        Column(_("Note")),
    )
    return Table(_("Summary"), columns, tuple(rows))


def pass_rates(found: Analysis) -> Table:
    """The pass rate of each cohort and of all, with n and the ends of its 95 % interval."""
    columns = (
        Column(_("Cohort")),
        Column(_("Pass rate"), Kind.SHARE),
        Column(_("n"), Kind.COUNT),
        Column(_("95 percent CI, low"), Kind.SHARE),
        Column(_("95 percent CI, high"), Kind.SHARE),
    )
    rates = [*found.pass_rates, (None, found.total_rate)]
    rows = tuple(
        (
            _("All cohorts") if code is None else phrases.cohort_name(found.cohorts, code),
            rounded(rate.share),
            rate.n_shown if rate.n is None else rate.n,
            *_ends(rate.interval),
        )
        for code, rate in rates
    )
    return Table(_("Pass rate by cohort"), columns, rows)


def distribution(found: Analysis) -> Table:
    """The share of people in each band of scores."""
    columns = (
        Column(_("From percent"), Kind.COUNT),
        Column(_("To percent"), Kind.COUNT),
        Column(_("Share of people"), Kind.SHARE),
    )
    rows = tuple((band.low, band.high, rounded(band.share)) for band in found.distribution)
    return Table(_("Score distribution"), columns, rows)


def _ends(interval: Interval | None) -> tuple[float | None, float | None]:
    return (None, None) if interval is None else (rounded(interval.low), rounded(interval.high))


def rounded(figure: float | None) -> float | None:
    """A figure with as many digits as its n can bear."""
    return None if figure is None else round(figure, DIGITS)
