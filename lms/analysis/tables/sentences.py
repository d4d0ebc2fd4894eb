"""Verdicts in words: where, on what evidence, what it means and what to do. Page, report and tables say the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from lms.analysis import phrases
from lms.analysis.core.dif_judged import Standing
from lms.analysis.core.verdicts import ABOUT_KEY, EVERY_SECTION, Kind, Verdict
from lms.analysis.queries import Analysis
from lms.analysis.queries.rows import NO_COHORT
from lms.foundation.locale import number as written
from lms.foundation.locale import percent, sentences, signed
from lms.kit.figures import Interval
from lms.kit.text import letter

_IN = {"en": "EN", "ja": "JA"}


@dataclass(frozen=True, slots=True)
class Said:
    """One verdict as it is read. ``item`` and ``section`` are names to link to, empty where there is none."""

    kind: Kind
    state: str
    what: str
    where: str
    item: str
    section: str
    group: str
    """The cohort that it is on, empty where it is on none."""
    evidence: str
    meaning: str
    to_do: str
    n: int
    counted_in: str
    effect: float | None
    interval: Interval | None


def said(found: Analysis, verdict: Verdict) -> Said:
    """A verdict in the reader's language."""
    item, section, where = _where(found, verdict)
    return Said(
        kind=verdict.kind,
        state=phrases.STATES[verdict.kind],
        what=str(phrases.FINDINGS[verdict.kind]),
        where=where,
        item=item,
        section=section,
        group=verdict.place[1] if isinstance(verdict.place, tuple) else "",
        evidence=evidence(found, verdict),
        meaning=str(phrases.READ[verdict.kind]),
        to_do=str(phrases.TO_DO.get(verdict.kind, "")),
        n=verdict.n,
        counted_in=_counted_in(verdict.kind),
        effect=verdict.effect,
        interval=verdict.interval,
    )


def _counted_in(kind: Kind) -> str:
    """The unit of a verdict's effect."""
    if kind in ABOUT_KEY:
        return str(_("marks on the other questions"))
    if kind is Kind.TRANSLATION_SUSPECT:
        return str(_("odds ratio"))
    return str(_("logits")) if kind in (Kind.SECTION_UNCLEAR, Kind.CLASS_TAUGHT_BADLY) else ""


def _where(found: Analysis, verdict: Verdict) -> tuple[str, str, str]:
    """The item and the section of a verdict, and its place in words."""
    if isinstance(verdict.place, tuple):
        section, cohort = verdict.place
        name = _section(found, section) if section != EVERY_SECTION else _("Whole quiz")
        where = _("%(section)s, %(cohort)s", section=name, cohort=phrases.cohort_name(found.cohorts, cohort))
        return "", section, where
    if verdict.kind is Kind.SECTION_UNCLEAR:
        return "", verdict.place, _section(found, verdict.place)
    return verdict.place, "", verdict.place


def _section(found: Analysis, name: str) -> str:
    text = found.sections.get(name)
    return f"{text.number or ''} {text.title}".strip() if text is not None else name


def left_out(found: Analysis) -> str:
    """Who is in no figure, and why."""
    few = [code for code in found.left_out if code not in found.apart and code not in found.undivided]
    return sentences([*_few(found, few), *_apart(found, found.apart), *_undivided(found, found.undivided)])


def _few(found: Analysis, codes: Sequence[str]) -> list[str]:
    named = _named(found, codes)
    cohorts = ngettext(
        "%(cohorts)s has fewer than 5 people and is not included in any figure.",
        "%(cohorts)s have fewer than 5 people each and are not included in any figure.",
        len(named),
        cohorts=_("; ").join(named),
    )
    nobodys = _("Fewer than 5 people have no cohort, and they are not included in any figure.")
    return [*([cohorts] if named else []), *([nobodys] if NO_COHORT in codes else [])]


def _apart(found: Analysis, codes: Sequence[str]) -> list[str]:
    named = _named(found, codes)
    cohorts = ngettext(
        "%(cohorts)s is not included in figures by language, since fewer than 5 of its people took the quiz in "
        "English or in Japanese.",
        "%(cohorts)s are not included in figures by language, since fewer than 5 people of each took the quiz in "
        "English or in Japanese.",
        len(named),
        cohorts=_("; ").join(named),
    )
    nobodys = _(
        "People without a cohort are not included in figures by language, since fewer than 5 of them took the quiz in "
        "English or in Japanese."
    )
    return [*([cohorts] if named else []), *([nobodys] if NO_COHORT in codes else [])]


def _undivided(found: Analysis, codes: Sequence[str]) -> list[str]:
    named = _named(found, codes)
    cohorts = ngettext(
        "%(cohorts)s is left out: with these filters, fewer than 5 of its people would be told apart.",
        "%(cohorts)s are left out: with these filters, fewer than 5 people of each would be told apart.",
        len(named),
        cohorts=_("; ").join(named),
    )
    nobodys = _("People without a cohort are left out: with these filters, fewer than 5 of them would be told apart.")
    return [*([cohorts] if named else []), *([nobodys] if NO_COHORT in codes else [])]


def _named(found: Analysis, codes: Sequence[str]) -> list[str]:
    return [phrases.cohort_name(found.cohorts, code) for code in codes if code != NO_COHORT]


def evidence(found: Analysis, verdict: Verdict) -> str:
    """What a verdict rests on, with n and interval."""
    if verdict.kind in ABOUT_KEY:
        return _of_key(found, verdict)
    if verdict.kind is Kind.TRANSLATION_SUSPECT:
        return _of_translation(found, verdict)
    if verdict.kind in (Kind.SECTION_UNCLEAR, Kind.CLASS_TAUGHT_BADLY):
        return _of_effect(verdict)
    if verdict.kind is Kind.GIVE_AWAY and verdict.effect is not None and verdict.interval is not None:
        low, high = _shares(verdict.interval)
        share = percent(verdict.effect)
        return str(
            _(
                "Of the weaker half %(share)s are right (95%% CI %(low)s to %(high)s), n=%(n)s.",
                share=share,
                low=low,
                high=high,
                n=verdict.n,
            )
        )
    return ""


def _of_key(found: Analysis, verdict: Verdict) -> str:
    facts = verdict.facts
    if "option" not in facts:
        return str(_("n=%(n)s", n=verdict.n))
    item = str(verdict.place)
    if "top_third" not in facts:  # papers were drawn, so nobody's score compares
        return str(
            _(
                "%(option)s was chosen by %(count)s of %(n)s people, and by about %(knowing)s of those who know.",
                option=_option(found, item, facts["option"]),
                count=int(facts["count"]),
                n=verdict.n,
                knowing=percent(float(facts["knowing"])),
            )
        )
    first = _(
        "%(option)s was chosen by %(count)s of %(n)s people and by %(top)s of the top third, who chose the key %(key)s "
        "in %(key_top)s.",
        option=_option(found, item, facts["option"]),
        count=int(facts["count"]),
        n=verdict.n,
        top=percent(float(facts["top_third"])),
        key=_option(found, item, facts["key"]),
        key_top=percent(float(facts["key_top_third"])),
    )
    if verdict.effect is None or verdict.interval is None:
        return str(first)
    lead = _(
        "Score of its choosers on the other questions, against those of the key: %(lead)s marks "
        "(95%% CI %(low)s to %(high)s).",
        lead=signed(verdict.effect),
        low=signed(verdict.interval.low),
        high=signed(verdict.interval.high),
    )
    return sentences([first, lead])


def _of_translation(found: Analysis, verdict: Verdict) -> str:
    facts = verdict.facts
    harder, easier = _IN.get(str(facts["harder"]), ""), _IN.get(str(facts["easier"]), "")
    interval = verdict.interval or Interval(0, 0)
    told = {
        "ratio": written(verdict.effect or 0.0, 1),
        "easier": easier,
        "harder": harder,
        "low": written(interval.low, 1),
        "high": written(interval.high, 1),
        "n_easier": int(facts["n_easier"]),
        "n_harder": int(facts["n_harder"]),
        "ets": facts["ets_class"],
    }
    if facts["standing"] == Standing.INDICATIVE:
        first = _(
            "At equal ability, by logistic regression, the odds of a right answer are %(ratio)s times as high in "
            "%(easier)s as in %(harder)s (95%% CI %(low)s to %(high)s; %(easier)s n=%(n_easier)s, %(harder)s "
            "n=%(n_harder)s; ETS class %(ets)s, indicative).",
            **told,
        )
    else:
        first = _(
            "At equal ability, by logistic regression, the odds of a right answer are %(ratio)s times as high in "
            "%(easier)s as in %(harder)s (95%% CI %(low)s to %(high)s; %(easier)s n=%(n_easier)s, %(harder)s "
            "n=%(n_harder)s; ETS class %(ets)s).",
            **told,
        )
    if "option" not in facts:
        return str(first)
    option = _option(found, str(verdict.place), facts["option"])
    ratio = written(float(facts["ratio"]), 1)
    return sentences(
        [
            first,
            _(
                "In %(harder)s %(option)s is chosen %(ratio)s times as often.",
                harder=harder,
                option=option,
                ratio=ratio,
            ),
        ]
    )


def _of_effect(verdict: Verdict) -> str:
    facts = verdict.facts
    low, high = _shares(Interval(float(facts["expected_low"]), float(facts["expected_high"])))
    told = {"share": percent(float(facts["share"])), "expected": percent(float(facts["expected"]))}
    told |= {"low": low, "high": high, "n": str(verdict.n)}
    if verdict.kind is Kind.SECTION_UNCLEAR:
        return str(
            _(
                "Right answers: %(share)s. Expected from the authors’ difficulty and the other sections: %(expected)s "
                "(95%% CI %(low)s to %(high)s), n=%(n)s.",
                **told,
            )
        )
    if verdict.place[0] == EVERY_SECTION:
        return str(
            _(
                "Right answers: %(share)s. Expected from the other quizzes of the cohort: %(expected)s "
                "(95%% CI %(low)s to %(high)s), n=%(n)s.",
                **told,
            )
        )
    return str(
        _(
            "Right answers: %(share)s. Expected from the other sections and the other cohorts: %(expected)s "
            "(95%% CI %(low)s to %(high)s), n=%(n)s.",
            **told,
        )
    )


def _shares(interval: Interval) -> tuple[str, str]:
    return percent(interval.low), percent(interval.high)


def _option(found: Analysis, item: str, option: float | str) -> str:
    """The letter under which the page shows an option."""
    options = found.facts[item].body["groups"].get("options", ())
    places = [place for place, each in enumerate(options) if each["id"] == option]
    return letter(places[0]) if places else str(option)
