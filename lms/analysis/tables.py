"""The tables of a result analysis, with heads and words in the reader's language; CSV and spreadsheets print them."""

from __future__ import annotations

from flask_babel import gettext as _

from lms.analysis import phrases
from lms.analysis.core.findings import Code
from lms.analysis.queries import Analysis
from lms.foundation.locale import localized
from lms.kit.tables import Column, Kind, Table

DIGITS = 4


def questions(found: Analysis | None) -> Table:
    """A line for each question, those first that need attention most."""
    columns = (
        Column(_("ID")),
        Column(_("Section")),
        Column(_("Question")),
        Column(_("n"), Kind.COUNT),
        Column(_("Facility"), Kind.SHARE),
        Column(_("Discrimination"), Kind.FIGURE),
        Column(_("Finding")),
    )
    rows = []
    for entry in found.health if found else ():
        fact, figures = found.facts[entry.item], entry.figures  # type: ignore[union-attr]
        hidden = entry.findings[0].code is Code.FEW_DATA
        rows.append(
            (
                fact.code,
                fact.section or "",
                localized(fact.body["prompt"]),
                "<5" if hidden else figures.n,
                None if hidden else rounded(figures.facility),
                None if hidden else rounded(figures.rest_correlation),
                "; ".join(str(phrases.FINDINGS[finding.code]) for finding in entry.findings),
            )
        )
    return Table(_("Questions"), columns, tuple(rows))


def sections(found: Analysis) -> Table:
    """Shares of right answers: a line for each policy section, a column for each cohort and one for all."""
    heat = found.heatmap
    names = [localized(found.cohorts[code].name_text) if code else _("No cohort") for code in heat.cohorts]
    heads = [*zip(names, heat.cohorts_n, strict=True), (_("All cohorts"), heat.total.n_shown)]
    columns = (
        Column(_("No.")),
        Column(_("Policy section")),
        *(Column(f"{name} ({_('n=%(n)s', n=n) if n != '<5' else n})", Kind.SHARE) for name, n in heads),
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


def rounded(figure: float | None) -> float | None:
    """A figure with as many digits as its n can bear."""
    return None if figure is None else round(figure, DIGITS)
