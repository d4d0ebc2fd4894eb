"""The words and the cautious sentences that go with figures."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from lms.analysis.core.agreement import Lacking
from lms.analysis.core.findings import Code
from lms.analysis.core.irt import Unfitted
from lms.analysis.core.parts import Way
from lms.analysis.core.populations import Population
from lms.analysis.core.verdicts import Kind
from lms.foundation.locale import day, listed, localized
from lms.quizzes.core.reporting import ReportKind

FINDINGS: dict[Kind | Code, LazyString] = {
    Kind.WRONG_KEY: _l("Key may be wrong"),
    Kind.TWO_RIGHT_ANSWERS: _l("Two right answers"),
    Kind.RULE_CHANGED: _l("Rule changed"),
    Kind.TRANSLATION_SUSPECT: _l("EN and JA differ"),
    Kind.SECTION_UNCLEAR: _l("Section unclear"),
    Kind.CLASS_TAUGHT_BADLY: _l("Cohort taught badly"),
    Kind.KEY_SUSPECT: _l("Suspect key"),
    Kind.GIVE_AWAY: _l("Gives itself away"),
    Kind.DEAD_DISTRACTOR: _l("Next to nobody takes it"),
    Kind.NOT_ENOUGH_DATA: _l("Not enough data"),
    Code.WEAK: _l("Weak"),
    Code.GOOD: _l("Good"),
    Code.VERY_EASY: _l("Very easy"),
    Code.FEW_DATA: _l("Fewer than 5 people"),
    Code.INDICATIVE: _l("Indicative"),
}

STATES: dict[Kind | Code, str] = {
    Kind.WRONG_KEY: "is-fail",
    Kind.TWO_RIGHT_ANSWERS: "is-fail",
    Kind.RULE_CHANGED: "is-fail",
    Kind.TRANSLATION_SUSPECT: "is-risk",
    Kind.SECTION_UNCLEAR: "is-risk",
    Kind.CLASS_TAUGHT_BADLY: "is-risk",
    Kind.KEY_SUSPECT: "is-risk",
    Kind.GIVE_AWAY: "is-none",
    Kind.DEAD_DISTRACTOR: "is-none",
    Kind.NOT_ENOUGH_DATA: "is-none",
    Code.WEAK: "is-none",
    Code.GOOD: "is-pass",
    Code.VERY_EASY: "is-none",
    Code.FEW_DATA: "is-none",
    Code.INDICATIVE: "is-info",
}

READ: dict[Kind | Code, LazyString] = {
    Kind.WRONG_KEY: _l("Those who know the rest choose a wrong option and not the key."),
    Kind.TWO_RIGHT_ANSWERS: _l("Those who know the rest are divided between the key and a wrong option."),
    Kind.RULE_CHANGED: _l("The section reads otherwise than when the key was written, and a wrong option fits it now."),
    Kind.TRANSLATION_SUSPECT: _l("Of people who know equally much, fewer are right in one language."),
    Kind.SECTION_UNCLEAR: _l("The section is harder for everybody, in every cohort and in both languages."),
    Kind.CLASS_TAUGHT_BADLY: _l("This cohort knows less here than it knows elsewhere, and the other cohorts do not."),
    Kind.KEY_SUSPECT: _l(
        "Those who chose a wrong option did better on the other questions than those who chose the key. "
        "That is a reason to look, and too little for a verdict."
    ),
    Kind.GIVE_AWAY: _l(
        "Those who know little are right as often as those who know much: the question gives itself away."
    ),
    Kind.DEAD_DISTRACTOR: _l("An option that next to nobody takes makes the question easier to guess."),
    Kind.NOT_ENOUGH_DATA: _l("Fewer than 30 people answered, too few for a verdict."),
    Code.WEAK: _l("The question does not tell strong from weak. Look at its wording and its options."),
    Code.GOOD: _l("Nothing stands out."),
    Code.VERY_EASY: _l("Nearly everybody is right. Keep it only if everybody must know the rule."),
    Code.FEW_DATA: _l("Figures of fewer than 5 people are not shown."),
    Code.INDICATIVE: _l("Fewer than 30 people: the figures are indicative."),
}

UNFITTED = {
    Unfitted.NOBODY: _l("Nobody has answered this question: there is no curve."),
    Unfitted.CONSTANT: _l("Everybody or nobody was right: there is no curve."),
    Unfitted.TOO_STEEP: _l("The question splits people without an error: there is no curve."),
    Unfitted.TOO_FEW_ITEMS: _l("Curves need three questions or more that some had right and some wrong."),
}
"""Why a question has no curve."""

TO_DO: dict[Kind, LazyString] = {
    Kind.WRONG_KEY: _l("Check the key against the section, then regrade."),
    Kind.TWO_RIGHT_ANSWERS: _l("Accept both options, or reword one so that it is clearly wrong, then regrade."),
    Kind.RULE_CHANGED: _l("Bring key and wording in line with the section in force, then regrade."),
    Kind.TRANSLATION_SUSPECT: _l("Compare both wordings and both sections, and mend the one that differs."),
    Kind.SECTION_UNCLEAR: _l(
        "Read the section with people who took the quiz, and reword it before retraining anybody."
    ),
    Kind.CLASS_TAUGHT_BADLY: _l("Teach the section to this cohort again, and look at how it was taught."),
    Kind.KEY_SUSPECT: _l("Check the key and the wording against the section."),
}

CSV_FINDINGS = {
    "not-text": _l("The file is not text in a known encoding."),
    "empty-file": _l("The file is empty."),
    "broken-record": _l("The line cannot be read as CSV."),
    "ragged-row": _l("The line has %(found)s cells, not %(expected)s."),
    "duplicate-column": _l("The column “%(name)s” appears twice."),
    "unnamed-column": _l("A column has no name."),
    "no-person-column": _l("There is no column “person”."),
    "unknown-column": _l("There is no column “%(name)s”."),
    "no-items": _l("There is no column for an item."),
    "no-people": _l("There is no line for a person."),
    "no-person": _l("The line names no person."),
    "duplicate-person": _l("The person “%(person)s” appears twice."),
    "not-a-number": _l("“%(value)s” is not a number (%(item)s)."),
    "out-of-range": _l("%(value)s is outside 0 to %(maximum)s (%(item)s)."),
    "too-many-answers": _l("There are too many different answers to %(item)s."),
    "unknown-focal": _l("No person belongs to the group “%(focal)s”."),
    "missing-column": _l("The column “%(name)s” is missing."),
    "no-item": _l("The line names no item."),
    "duplicate-item": _l("The item “%(item)s” appears twice."),
    "no-value": _l("The item “%(item)s” has no value."),
    "bad-maximum": _l("“%(value)s” is not a maximum (%(item)s)."),
    "item-without-key": _l("The item “%(item)s” has no key."),
    "item-without-maximum": _l("The item “%(item)s” has no maximum."),
    "one-group": _l("Everybody belongs to one group (%(group)s)."),
    "people-without-group": _l("%(people)s people belong to no group."),
    "unknown-item": _l("The item “%(item)s” is not in the responses."),
    "encoding-guessed": _l("The encoding was read as %(encoding)s."),
    "no-raters": _l("There is no column for a rater."),
    "no-units": _l("There is no line for a unit."),
    "no-unit": _l("The line names no unit."),
    "duplicate-unit": _l("The unit “%(unit)s” appears twice."),
    "bad-count": _l("“%(value)s” is not a count of units."),
    "negative-rating": _l("%(value)s is under 0, which the level “ratio” does not allow (%(item)s)."),
    "empty-rater": _l("The rater “%(rater)s” has rated nothing and is left out."),
}

LACKING = {
    Lacking.NO_PAIRS: _l("no unit has two ratings"),
    Lacking.ONE_CATEGORY: _l("all ratings are the same"),
    Lacking.NOT_TWO_RATERS: _l("it compares exactly two raters"),
    Lacking.UNEQUAL_RATINGS: _l("the units have unequal numbers of ratings"),
    Lacking.ONE_UNIT: _l("there is one unit only"),
    Lacking.FEW_DRAWS: _l("most samples of the units hold one category only"),
    Lacking.TOO_MANY_VALUES: _l("there are too many different values"),
}
"""Why a figure of agreement has no value."""


def cohort_name(names: Mapping[str, Mapping[str, str]], code: str) -> str:
    """What a column of figures is called; people without a cohort are a group like the others."""
    return localized(names[code]) if code else _("No cohort")


ATTEMPTS = {
    Population.FIRST: _l("First attempts"),
    Population.AGAIN: _l("Attempts of later months"),
    Population.RETAKES: _l("Retakes"),
}

WHOSE = {
    Population.FIRST: _l("First attempts; the pass rate counts people by their best attempt."),
    Population.RETAKES: _l("Everybody’s first retake; the pass rate counts people by their best attempt."),
}

WHOSE_THEN = {
    Population.FIRST: _l(
        "First attempts on assignments that opened in %(month)s; the pass rate counts people by their best attempt of "
        "that month."
    ),
    Population.AGAIN: _l(
        "People who had had the quiz in an earlier month: their first attempt on assignments that opened in %(month)s. "
        "The pass rate counts them by their best attempt of that month."
    ),
    Population.RETAKES: _l(
        "Everybody’s first retake, of assignments that opened in %(month)s; the pass rate counts people by their best "
        "attempt of that month."
    ),
}


def month_name(window: str) -> str:
    """The month of a window, ``2026-10``."""
    return day(date.fromisoformat(f"{window}-01"), pattern="short_month")


def attempts_shown(attempts: Population, window: str) -> str:
    """Which attempts figures rest on, in few words."""
    if not window:
        return str(ATTEMPTS[attempts])
    return str(_("%(attempts)s, %(month)s", attempts=ATTEMPTS[attempts], month=month_name(window)))


def whose(attempts: Population, window: str) -> str:
    """Which attempts figures rest on, in a sentence."""
    return str(WHOSE_THEN[attempts]) % {"month": month_name(window)} if window else str(WHOSE[attempts])


def n_of_column(n: str) -> str:
    """The number of people under the head of a column; of none of whom an answer may be told there is no number."""
    return {"<5": n, "0": "–"}.get(n) or str(_("n=%(n)s", n=n))


WAYS = {
    Way.SITE: _l("Site"),
    Way.VENDOR: _l("Vendor"),
    Way.TRAINER: _l("Trainer"),
    Way.LANGUAGE: _l("Language"),
}
"""By what a heatmap may be laid out beside cohorts, in the order in which they are offered."""

WAYS_IN_WORDS = {
    Way.SITE: _l("site"),
    Way.VENDOR: _l("vendor"),
    Way.TRAINER: _l("trainer"),
    Way.LANGUAGE: _l("language"),
}
"""The same within a sentence."""

ALL_OF = {
    Way.SITE: _l("All sites"),
    Way.VENDOR: _l("All vendors"),
    Way.TRAINER: _l("All trainers"),
    Way.LANGUAGE: _l("Both languages"),
}

LANGUAGES = {"en": "English", "ja": "日本語"}


REPORT_KINDS = {ReportKind.FAULT: _l("Something is wrong with it"), ReportKind.ASK: _l("I have a question about it")}


def part_name(by: Way, names: Mapping[str, Mapping[str, str]], part: str) -> str:
    """What a column of a heatmap by site, vendor, trainer or language is called. Trainers are told by their codes."""
    if by is Way.LANGUAGE:
        return LANGUAGES.get(part, part)
    if by is Way.TRAINER:
        return listed(part.split()) if part else _("No trainer")
    return localized(names[part]) if part in names else part
