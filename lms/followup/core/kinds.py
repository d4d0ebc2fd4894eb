"""What can be done about a finding, about what, and by whose hands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from lms.kit.problems import Invalid


class ActionKind(StrEnum):
    """The corrective actions, in the order in which they are offered."""

    LOCALIZE = "localize"
    REVIEW = "review"
    SECTION = "section"
    REFRESHER = "refresher"
    PRACTICE = "practice"
    HOLD = "hold"
    REGRADE = "regrade"


class Subject(StrEnum):
    """What an action can be about, beside the quiz on whose results the finding rests."""

    QUESTION = "question"
    SECTION = "section"
    COHORT = "cohort"
    PERSON = "person"


class Hands(StrEnum):
    """Who can own an action, by role."""

    QA = "qa"
    EDITOR = "editor"
    LOCALIZER = "localizer"
    TRAINER = "trainer"


class FigureKind(StrEnum):
    """The figure by which an action is measured."""

    FACILITY = "facility"
    """Of the question, over everybody."""
    GAP = "gap"
    """Of the question: facility in English less that in Japanese."""
    SECTION = "section"
    """Of the section: what people got of the most possible."""
    SCORE = "score"
    """Of a cohort in the whole quiz: the mean score."""
    NONE = "none"
    """Of one person: never shown."""


NEEDS: Mapping[ActionKind, frozenset[Subject]] = {
    ActionKind.LOCALIZE: frozenset({Subject.QUESTION}),
    ActionKind.REVIEW: frozenset({Subject.QUESTION}),
    ActionKind.SECTION: frozenset({Subject.SECTION}),
    ActionKind.REFRESHER: frozenset({Subject.COHORT}),
    ActionKind.PRACTICE: frozenset({Subject.PERSON}),
    ActionKind.HOLD: frozenset({Subject.QUESTION}),
    ActionKind.REGRADE: frozenset({Subject.QUESTION}),
}
"""Without what an action of each kind makes no sense."""

OWNERS: Mapping[ActionKind, tuple[Hands, ...]] = {
    ActionKind.LOCALIZE: (Hands.LOCALIZER, Hands.EDITOR),
    ActionKind.REVIEW: (Hands.EDITOR, Hands.QA),
    ActionKind.SECTION: (Hands.EDITOR,),
    ActionKind.REFRESHER: (Hands.TRAINER,),
    ActionKind.PRACTICE: (Hands.TRAINER, Hands.QA),
    ActionKind.HOLD: (Hands.QA, Hands.EDITOR),
    ActionKind.REGRADE: (Hands.QA,),
}
"""Who can own an action of each kind, the usual owner first."""

SUGGESTED: Mapping[str, tuple[ActionKind, ...]] = {
    "wrong-key": (ActionKind.REGRADE, ActionKind.REVIEW, ActionKind.HOLD),
    "two-right-answers": (ActionKind.REGRADE, ActionKind.REVIEW, ActionKind.HOLD),
    "rule-changed": (ActionKind.REVIEW, ActionKind.HOLD, ActionKind.REGRADE),
    "translation-suspect": (ActionKind.LOCALIZE, ActionKind.HOLD, ActionKind.REGRADE),
    "section-unclear": (ActionKind.SECTION,),
    "class-taught-badly": (ActionKind.REFRESHER,),
    "key-suspect": (ActionKind.REVIEW, ActionKind.HOLD),
    "give-away": (ActionKind.REVIEW, ActionKind.HOLD),
    "dead-distractor": (ActionKind.REVIEW,),
    "misconception": (ActionKind.REFRESHER, ActionKind.SECTION),
}
"""What each finding asks for, the first of all first."""

METHODS: Mapping[str, str] = {
    "wrong-key": "new_key",
    "two-right-answers": "accept",
    "rule-changed": "accept",
    "translation-suspect": "drop",
}
"""By which method a regrade would correct what a finding says; the names are those of ``quizzes.core.regrading``."""

DAYS: Mapping[ActionKind, int] = {
    ActionKind.HOLD: 1,
    ActionKind.REGRADE: 3,
    ActionKind.LOCALIZE: 7,
    ActionKind.REVIEW: 7,
    ActionKind.REFRESHER: 7,
    ActionKind.PRACTICE: 7,
    ActionKind.SECTION: 14,
}
"""After how many days an action is due, unless somebody says otherwise."""


@dataclass(frozen=True, slots=True)
class About:
    """What a finding is on, as codes: ``section`` by its full name. Empty where it is on nothing of the kind."""

    quiz: str
    question: str = ""
    section: str = ""
    cohort: str = ""
    person: str = ""

    @property
    def subjects(self) -> frozenset[Subject]:
        named = {
            Subject.QUESTION: self.question,
            Subject.SECTION: self.section,
            Subject.COHORT: self.cohort,
            Subject.PERSON: self.person,
        }
        return frozenset(subject for subject, code in named.items() if code)


def offered(finding: str, about: About) -> tuple[ActionKind, ...]:
    """The kinds that fit what a finding is on: those that it asks for first, then the others.

    >>> [kind.value for kind in offered("translation-suspect", About("q", question="HAR-014"))]
    ['localize', 'hold', 'regrade', 'review']
    >>> [kind.value for kind in offered("", About("q", section="HAR/x", cohort="osaka-b"))]
    ['section', 'refresher']
    """
    wanted = dict.fromkeys((*SUGGESTED.get(finding, ()), *ActionKind))
    return tuple(kind for kind in wanted if NEEDS[kind] <= about.subjects)


def check_fits(kind: ActionKind, about: About) -> None:
    """Raise ``Invalid`` for an action of which it is not said what it is about."""
    if not NEEDS[kind] <= about.subjects:
        raise Invalid("followup.about_nothing", field="kind")


def figure_of(kind: ActionKind, about: About) -> FigureKind:
    """By which figure an action is measured.

    >>> figure_of(ActionKind.LOCALIZE, About("q", question="HAR-014")).value
    'gap'
    >>> figure_of(ActionKind.PRACTICE, About("q", section="HAR/x", person="L0042")).value
    'none'
    """
    if kind is ActionKind.PRACTICE:
        return FigureKind.NONE
    if kind is ActionKind.LOCALIZE:
        return FigureKind.GAP
    if Subject.QUESTION in NEEDS[kind]:
        return FigureKind.FACILITY
    return FigureKind.SECTION if about.section else FigureKind.SCORE
