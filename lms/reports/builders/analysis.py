"""The result analysis of a quiz as a document. No person appears in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.analysis import phrases
from lms.analysis import queries as analysis
from lms.analysis import tables as analysis_tables
from lms.analysis.core.populations import Population
from lms.analysis.core.verdicts import Kind as Verdicts
from lms.analysis.queries import Analysis, Filters
from lms.analysis.tables.sentences import left_out, said
from lms.cohorts import queries as cohorts
from lms.foundation.locale import current, day, listed, localized, moment_in_zone, percent, sentences, zone_label
from lms.kit.problems import Invalid
from lms.kit.tables import Choices, Column, Kind, Piece, Table, Text
from lms.kit.text import letter
from lms.quizzes import queries as quizzes
from lms.reports.access import Reader
from lms.reports.builders import analysis_items as items
from lms.reports.builders.tracked import Action, actions_part, load_actions
from lms.reports.core.document import Document, Grid, Look, Paragraph, Part, Points, Terms
from lms.reports.core.scope import Request
from lms.reports.words import numbered, told
from lms.sites import queries as sites
from lms.sites.models import Site, Vendor

PARTS = {
    "summary": _l("Summary"),
    "verdicts": _l("Verdicts"),
    "distribution": _l("Score distribution"),
    "cohorts": _l("Pass rate by cohort"),
    "sections": _l("Right answers by policy section"),
    "questions": _l("Questions"),
    "review": _l("Choices in the questions to review"),
    "misconceptions": _l("Misconceptions"),
    "languages": _l("Questions harder in one language"),
    "actions": _l("Actions"),
    "reading": _l("How to read the numbers"),
    "items": _l("Appendix. Questions with their keys and policy text"),
}
MOST_POINTS = 3
MOST_MISCONCEPTIONS = 8


_FIND: Mapping[str, Callable[[str], Site | Vendor | None]] = {"site": sites.find_site, "vendor": sites.find_vendor}


@dataclass(frozen=True, slots=True)
class Found:
    """All that the report is made of."""

    analysis: Analysis
    keys: items.Keys
    actions: Sequence[Action]


def load(request: Request, reader: Reader) -> Found:
    """Read what is reported; raises ``Invalid`` when there is nothing."""
    about = request.about
    quiz = quizzes.get_quiz(about["quiz"])
    found = analysis.load_analysis(quiz, _filters(request))
    if found is None:
        raise Invalid("report.no_results")
    return Found(found, items.load_keys(found), load_actions(quiz.code) if reader.has_actions else [])


def describe(request: Request, loaded: Found) -> Document:
    """The document in the language that is being spoken."""
    found = loaded.analysis
    parts = [
        _summary(found),
        *_verdicts(found),
        *_distribution(found),
        _cohorts(found),
        _sections(found),
        _questions(found),
        *items.choices(found),
        *_misconceptions(found),
        *_languages(found),
        *actions_part(loaded.actions, found.sections),
        _reading(),
        *items.appendix(found, loaded.keys, request.languages[0]),
    ]
    return Document(
        kind=_("Result report"),
        title=told(found.quiz.title_text),
        languages=(current(),),
        facts=_facts(request, found),
        parts=tuple(parts),
        made_at=request.made_at,
        comment=request.comment,
    )


def _filters(request: Request) -> Filters:
    """What the report keeps to. Reports that were asked for earlier had fewer choices."""
    about = request.about
    return Filters(
        cohort=about.get("cohort", ""),
        language=about.get("taken_in", ""),
        site=about.get("site", ""),
        vendor=about.get("vendor", ""),
        window=about.get("window", ""),
        attempts=Population(about.get("attempts") or Population.FIRST),
    )


def title(request: Request, _reader: Reader) -> str:
    """The quiz, and what the report keeps to. A code stands where a name is gone."""
    about, quiz = request.about, quizzes.find_quiz(request.about["quiz"])
    cohort = cohorts.find_cohort(about["cohort"]) if about.get("cohort") else None
    taken_in = {"en": _("taken in English"), "ja": _("taken in Japanese")}.get(about.get("taken_in", ""))
    name = localized(cohort.name_text) if cohort else about.get("cohort") or _("all cohorts")
    places = [(code, find(code)) for key, find in _FIND.items() if (code := about.get(key))]
    named = [localized(place.name_text) if place else code for code, place in places]
    filters = _filters(request)
    counted = None if filters.is_usual else phrases.attempts_shown(filters.attempts, filters.window)
    kept = _(", ").join(each for each in (name, taken_in, *named, counted) if each)
    return str(_("%(quiz)s: %(kept)s", quiz=localized(quiz.title_text) if quiz else about["quiz"], kept=kept))


def file_words(request: Request) -> tuple[str, ...]:
    """What the file is named after."""
    about, taken_in = request.about, request.about.get("taken_in", "")
    of_language = f"taken-in-{taken_in}" if taken_in else ""
    of_place = tuple(about.get(name, "") for name in ("cohort", "site", "vendor"))
    return about["quiz"], *of_place, of_language, about.get("window", ""), about.get("attempts", "")


def _facts(request: Request, found: Analysis) -> tuple[tuple[Text, tuple[Text, ...]], ...]:
    zone = request.zone
    moments = (found.first_closed, found.last_closed)
    days = list(dict.fromkeys(day(one, zone, pattern="date") for one in moments if one is not None))
    window = days[0] if len(days) == 1 else _("%(start)s – %(end)s", start=days[0], end=days[-1])
    versions = [
        _("%(policy)s v%(number)s, effective %(day)s", policy=name, number=version.number, day=effective)
        for version in found.versions
        if version.effective_at is not None
        for name, effective in [(told(version.title_text), day(version.effective_at, zone, pattern="date"))]
    ]
    cohorts = _("; ").join(phrases.cohort_name(found.cohorts, code) for code in found.heatmap.cohorts)
    languages = {"": _("EN and JA"), "en": "English", "ja": "日本語"}[found.filters.language]
    folded = request.about.get("taken_in", "") != found.filters.language
    kept = _("Fewer than 5 people took the quiz in the other language.")
    n = found.summary.attempts_shown
    made = _("%(moment)s, by %(code)s", moment=moment_in_zone(request.made_at, zone), code=request.made_by)
    return (
        (_("Period (%(zone)s)", zone=zone_label(request.made_at, zone)), (window,)),
        (_("Policy"), tuple(versions) or ("–",)),
        (_("Cohorts"), (cohorts,)),
        (_("Language"), (languages, kept) if folded else (languages,)),
        *_places(found),
        (_("Attempts looked at"), (phrases.attempts_shown(found.filters.attempts, found.filters.window),)),
        (_("Number of people"), (_("n=%(n)s", n=n) if n != "<5" else n,)),
        (_("Made"), (made,)),
    )


def _places(found: Analysis) -> list[tuple[Text, tuple[Text, ...]]]:
    """The site and the vendor that the report keeps to."""
    filters, places = found.filters, found.places
    asked = ((_("Site"), places.sites.get(filters.site)), (_("Vendor"), places.vendors.get(filters.vendor)))
    return [(word, (told(name),)) for word, name in asked if name]


def _summary(found: Analysis) -> Part:
    notes = tuple(each for each in [left_out(found)] if each)
    grid = Grid("summary", analysis_tables.key_figures(found), Look.KEY_FIGURES, notes)
    words = [Paragraph(text) for text in _in_words(found)]
    return Part("summary", _("Summary"), (*words, grid, Points(_points(found))))


def _in_words(found: Analysis) -> list[str]:
    """The result in a sentence or two; nothing of fewer than 5 people."""
    total = found.total_rate
    if total.n is None or total.share is None:
        return []
    cut = found.rules.cut_percent
    said = [
        _(
            "%(share)s of %(n)s people have passed (cut score %(cut)s%%).",
            share=percent(total.share),
            n=total.n,
            cut=cut,
        )
    ]
    shown = [
        (cell.share, name)
        for name, cell in zip(found.heatmap.sections, found.heatmap.section_totals, strict=True)
        if cell.share is not None
    ]
    if len(shown) > 1:
        share, name = min(shown)
        section = numbered(found.sections[name])
        said.append(_("The weakest section is %(section)s: %(share)s right.", section=section, share=percent(share)))
    return [sentences(said)]


def _points(found: Analysis) -> tuple[tuple[Text, Text], ...]:
    """What stands out most, and what to make of it."""
    points: list[tuple[Text, Text]] = []
    if found.heatmap.below_everywhere:
        below = listed(found.numbers_below_everywhere)
        advice = _("Look at the policy text and the questions before retraining people.")
        points.append((_("%(sections)s: below the cut in every cohort", sections=below) + _(" · "), advice))
    for verdict in found.verdicts[:MOST_POINTS]:
        one = said(found, verdict)
        points.append((f"{one.where}{_(': ')}{one.what}" + _(" · "), sentences([one.meaning, one.to_do])))
    return tuple(points) or ((_("Nothing stands out in these figures."), ""),)


def _distribution(found: Analysis) -> list[Part]:
    if not found.distribution:
        return []
    note = _("Share of people in each band of 10 points, n=%(n)s. The line is the cut score.", n=found.summary.attempts)
    table = analysis_tables.distribution(found)
    grid = Grid("distribution", table, Look.BANDS, (note,), cut=found.rules.cut_percent)
    return [Part("distribution", _("Score distribution"), (grid,), is_kept_together=True)]


def _cohorts(found: Analysis) -> Part:
    note = _("People who passed, by their best attempt. Cohorts of fewer than 5 people are not shown.")
    grid = Grid("pass-rates", analysis_tables.pass_rates(found), Look.BARS, (note,))
    return Part("cohorts", _("Pass rate by cohort"), (grid,))


def _sections(found: Analysis) -> Part:
    cut = found.rules.cut_percent
    notes = [_("Numbers are %% right. ▼ is below the %(cut)s%% cut.", cut=cut)]
    notes += [
        _("%(cohort)s is not in the total.", cohort=phrases.cohort_name(found.cohorts, code))
        if code
        else _("People without a cohort are not in the total.")
        for code in found.heatmap.left_out
    ]
    heat = Grid("sections", analysis_tables.sections(found), Look.HEAT, (sentences(notes),), cut=cut)
    blocks = (heat, Grid("missed", _missed(found))) if found.missed else (heat,)
    return Part("sections", _("Right answers by policy section"), blocks)


def _missed(found: Analysis) -> Table:
    """The sections in which something was missed, with their questions, which lead to the appendix."""
    columns = (
        Column(_("Section")),
        Column(_("Missed questions")),
        Column(_("n"), Kind.COUNT),
        Column(_("Share missed"), Kind.SHARE),
    )
    rows = []
    for section in found.missed:
        missed = tuple(
            Piece(
                _("%(question)s (%(missed)s of %(n)s missed)", question=one.item, missed=one.missed, n=one.n),
                to=items.anchor(one.item),
            )
            for one in section.questions
        )
        share = analysis_tables.rounded(section.missed_share)
        rows.append((numbered(found.sections[section.section]), missed, section.n, share))
    return Table(_("Missed questions by section"), columns, tuple(rows))


def _questions(found: Analysis) -> Part:
    """The table of the page, with a drawing of the choices, leading to the appendix."""
    table = analysis_tables.questions(found)
    place = next(n for n, column in enumerate(table.columns) if column.head == "D27") + 1
    code, section, *columns = table.columns
    columns.insert(place - 2, Column(_("Choices")))
    rows = []
    for entry, row in zip(found.health, table.rows, strict=True):
        text = found.sections.get(found.facts[entry.item].section or "")
        head = (Piece(entry.item, to=items.anchor(entry.item)), row[1], text.number or "" if text else "")
        rows.append((*head, *row[2:place], _shares(found, entry.item), *row[place:]))
    columns = [code, replace(section, is_printed=False), Column(_("Section no.")), *columns]
    grid = Grid("questions", Table(table.title, tuple(columns), tuple(rows)), notes=(_note_of_questions(found),))
    return Part("questions", _("Questions"), (grid,))


def _note_of_questions(found: Analysis) -> str:
    return sentences(
        [
            _("The dark bar is the key. Facility is the share of marks earned, from 0 to 1."),
            _("▼ marks a discrimination under 0.15. D27 is shown from 50 people."),
            _("Counted: %(attempts)s.", attempts=phrases.attempts_shown(found.filters.attempts, found.filters.window)),
        ]
    )


def _shares(found: Analysis, item: str) -> Choices | str:
    """How often each option was chosen; nothing where there are none to choose from."""
    options = found.options.get(item)
    if not options:
        return ""
    return Choices(tuple((letter(n), option.share or 0.0, option.is_key) for n, option in enumerate(options)))


def _misconceptions(found: Analysis) -> list[Part]:
    if not found.misconceptions:
        return []
    columns = (
        Column(_("Option")),
        Column(_("Misconception")),
        Column(_("n"), Kind.COUNT),
        Column(_("Chosen"), Kind.SHARE),
    )
    rows = tuple(
        (
            tuple(Piece(f"{item} {letter(place)}", to=items.anchor(item)) for item, place in one.options),
            told(one.texts),
            one.n,
            analysis_tables.rounded(one.share),
        )
        for one in found.misconceptions[:MOST_MISCONCEPTIONS]
    )
    grid = Grid("misconceptions", Table(_("Misconceptions"), columns, rows))
    return [Part("misconceptions", _("Misconceptions"), (grid,))]


def _verdicts(found: Analysis) -> list[Part]:
    """What is to be mended, with its evidence. Files of data have the figures of it in columns."""
    if not found.verdicts:
        return []
    table = analysis_tables.verdicts(found)
    printed = {0, 1, 7, 9}
    columns = tuple(replace(column, is_printed=place in printed) for place, column in enumerate(table.columns))
    rows = []
    for verdict, row in zip(found.verdicts, table.rows, strict=True):
        one = said(found, verdict)
        where = Piece(one.where, to=items.anchor(one.item)) if one.item else one.where
        rows.append((where, Piece(one.what, one.state), *row[2:]))
    grid = Grid("verdicts", replace(table, columns=columns, rows=tuple(rows)))
    return [Part("verdicts", _("Verdicts"), (grid,))]


def _languages(found: Analysis) -> list[Part]:
    """The questions that are harder in one language for people with the same score."""
    suspects = [verdict for verdict in found.verdicts if verdict.kind is Verdicts.TRANSLATION_SUSPECT]
    if not suspects:
        return []
    columns = (
        *(Column(_("ID")), Column(_("EN, n"), Kind.COUNT), Column(_("EN, facility"), Kind.RATIO)),
        *(Column(_("JA, n"), Kind.COUNT), Column(_("JA, facility"), Kind.RATIO)),
        Column(_("odds ratio"), Kind.FIGURE),
        Column(_("95 percent CI, low"), Kind.FIGURE),
        Column(_("95 percent CI, high"), Kind.FIGURE),
    )
    rows = []
    for verdict in suspects:
        code, interval, sides = str(verdict.place), verdict.interval, found.gaps.get(str(verdict.place))
        first, second = (sides.first, sides.second) if sides else (None, None)
        shares = [(side.n, analysis_tables.rounded(side.share)) if side else (None, None) for side in (first, second)]
        ends = (interval.low, interval.high) if interval else (None, None)
        figures = [analysis_tables.rounded(each) for each in (verdict.effect, *ends)]
        rows.append((Piece(code, to=items.anchor(code)), *shares[0], *shares[1], *figures))
    note = _("Compare both wordings before anything else.")
    table = Table(_("Questions harder in one language"), columns, tuple(rows))
    return [Part("languages", _("Questions harder in one language"), (Grid("languages", table, notes=(note,)),))]


def _reading() -> Part:
    """How to read the numbers."""
    terms = (
        (_("Facility"), _("Share of marks that people earned, from 0 to 1. Aim for 0.50 to 0.95.")),
        (
            _("Discrimination"),
            _(
                "Point-biserial correlation with the rest of the test. Under 0.15 the question does not tell strong "
                "from weak."
            ),
        ),
        (
            _("Reliability, alpha"),
            _("Internal consistency of the score (Cronbach; KR-20 for right or wrong), from complete papers."),
        ),
        (
            _("EN and JA differ"),
            _(
                "Of people who know equally much, fewer are right in one language: by more than wordings differ "
                "anyway, and beyond chance over all questions. The odds ratio is by logistic regression."
            ),
        ),
        (
            _("Small groups"),
            _(
                "Groups of fewer than 5 people are not shown, nor can they be worked out from the totals. Figures for "
                "fewer than 30 people are indicative."
            ),
        ),
    )
    return Part("reading", _("How to read the numbers"), (Terms(terms),), is_kept_together=True)
