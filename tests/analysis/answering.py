"""How people answer a quiz: the model from which results are drawn when a test needs results of which all is known.

It describes answering alone. Its figures are what such quizzes are like, and none was chosen for what an analysis makes
of them. What goes wrong with a quiz is planted by ``tests.analysis.faults``. In N(m, s), s is the standard deviation.

**Who.** Person p of cohort c has ability θ = m_c + e, with e ~ N(0, 1) and m_c ~ N(0, 0.35). Cohorts differ in size
(Dirichlet, concentration 8). Each belongs to a site with a main language, and 12 % take the quiz in the other language,
so that language and cohort are entangled as they are in life. The number in each language is exact.

**What.** A quiz has sections with a few questions each. An author calls a question easy, medium or hard (30, 50 and
20 %). Its difficulty is b = -1.9, -1.2 or -0.5 by that word, + N(0, 0.67) of its own. So the author's word and the
difficulty correlate by about 0.6; experts seldom estimate better (Attali and others 2014, ETS RR-14-39). What makes all
questions of a section harder for everybody than their author thought *is* the fault of an unclear section, so a healthy
quiz has none of it; ``between`` says how much of it every section has all the same (a standard deviation, in logits),
for measuring how a diagnosis does where no two sections are equally clear. The mean facility is about 0.73, as in a
checkpoint that most people pass. The discrimination is log-normal, ln a ~ N(0.1, 0.3).

**Right or wrong.** The two-parameter logistic model (Birnbaum 1968) with random effects:

    logit P(right) = a (θ - b) + u_ps + v_cs ± w_i / 2

- u_ps ~ N(0, 0.3): this person and this section, the testlet effect of Bradlow, Wainer and Wang (1999);
- v_cs ~ N(0, 0.2): this class and this section, for no two classes are taught alike;
- w_i ~ N(0, 0.1): English against Japanese, for no two wordings are equally hard (ETS calls up to 0.43 negligible).

**Which option.** Who does not know chooses among the wrong options: the nested logit model (Suh and Bolt 2010), whose
second stage is Bock's nominal model (1972): P(k | wrong) ∝ exp(z_k + l_k θ), with z ~ N(0, 0.8) and l ~ N(0, 0.3). So
wrong answers are not uniform, and some wrong options draw the abler ones among those who err. A question has 3, 4 or 5
options (15, 70 and 15 %), the key anywhere among them.

**No answer.** Blanks are left by people who would not have been right (Rose, von Davier and Nagengast 2017 on how
omissions hang together with ability). Each person has an order of questions of their own; some do not reach the last
ones (up to a third of the paper), the less able more often. Both rates are arguments, as shares of all cells.

**The policy.** Each section's text was reworded since the questions were written with probability 0.15, and as a rule
that changes no answer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lms.analysis.core.responses import (
    Answer,
    BoolArray,
    Cell,
    FloatArray,
    IntArray,
    Item,
    Person,
    Responses,
    StateArray,
)

LANGUAGES = ("en", "ja")
WORDS = ("easy", "medium", "hard")
LETTERS = "ABCDE"
NEVER = -np.inf
"""The attraction of an option that nobody chooses who does not know."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a quiz and those who take it are like, faults apart.

    ``n`` people have one attempt each at all questions; ``japanese`` is the share in Japanese. ``cohorts`` is one for
    every 25 people, from 2 to 6, unless given. ``items`` is the least and the most questions of a section. ``blank``
    and ``unreached`` are shares of all cells. ``spread`` multiplies what differs by nature between classes and persons
    on a section, and between languages: 0 is a world in which nothing but the fault stands out. ``between`` is the
    standard deviation of what every section is harder or easier by, in logits.
    """

    n: int = 400
    japanese: float = 0.45
    cohorts: int | None = None
    sections: int = 7
    items: tuple[int, int] = (4, 6)
    blank: float = 0.015
    unreached: float = 0.01
    spread: float = 1.0
    between: float = 0.0

    @property
    def classes(self) -> int:
        """How many cohorts."""
        return min(max(self.n // 25, 2), 6) if self.cohorts is None else self.cohorts


@dataclass(frozen=True, slots=True)
class Crowd:
    """Those who take the quiz: ability, place in ``LANGUAGES`` and number of the cohort, for each."""

    ability: FloatArray
    language: IntArray
    cohort: IntArray


@dataclass(frozen=True, slots=True)
class Paper:
    """The questions. ``attraction`` and ``slope`` are items x options; an option that there is not has ``NEVER``.

    ``true`` is the option that people who know take to be right; ``reworded`` says which sections have another text.
    """

    section: IntArray
    word: IntArray
    steepness: FloatArray
    difficulty: FloatArray
    options: IntArray
    true: IntArray
    attraction: FloatArray
    slope: FloatArray
    reworded: BoolArray


@dataclass(slots=True)
class Draft:
    """What is about to be answered; a fault changes it in place.

    ``logit`` is people x items: the log odds of knowing. ``pull`` is people x items x options: the attraction for who
    does not. ``key`` is the option by which an item is graded. Who knows takes ``other`` with probability ``split``
    instead of the true option. ``had`` is people x items: whether the item was in the paper.
    """

    logit: FloatArray
    pull: FloatArray
    key: IntArray
    other: IntArray
    split: FloatArray
    had: BoolArray


def draw_crowd(rng: np.random.Generator, setting: Setting) -> Crowd:
    """People of several cohorts, each cohort mostly of one language."""
    japanese = round(setting.n * setting.japanese)
    language = rng.permutation(np.repeat([0, 1], [setting.n - japanese, japanese]))
    home = (np.arange(setting.classes) + 1) % 2
    size = rng.dirichlet(np.full(setting.classes, 8.0))
    abroad = rng.random(setting.n) < 0.12
    cohort = np.zeros(setting.n, dtype=np.int64)
    for lived, people in ((0, (language == 0) != abroad), (1, (language == 1) != abroad)):
        weights = np.where(home == lived, size, 0.0) if (home == lived).any() else size
        cohort[people] = rng.choice(setting.classes, size=int(people.sum()), p=weights / weights.sum())
    mean = rng.normal(0, 0.35, setting.classes)
    return Crowd(mean[cohort] + rng.normal(0, 1, setting.n), language, cohort)


def draw_paper(rng: np.random.Generator, setting: Setting) -> Paper:
    """Questions of several sections."""
    least, most = setting.items
    section = np.repeat(np.arange(setting.sections), rng.integers(least, most + 1, setting.sections))
    k, width = len(section), len(LETTERS)
    word = rng.choice(3, size=k, p=(0.3, 0.5, 0.2))
    own, shared = rng.normal(0, 0.67, k), rng.normal(0, setting.between, setting.sections)
    options = rng.choice((3, 4, 5), size=k, p=(0.15, 0.7, 0.15))
    true = rng.integers(0, options)
    attraction = rng.normal(0, 0.8, (k, width))
    attraction[np.arange(width) >= options[:, np.newaxis]] = NEVER
    attraction[np.arange(k), true] = NEVER
    return Paper(
        section=section,
        word=word,
        steepness=np.exp(rng.normal(0.1, 0.3, k)),
        difficulty=np.array([-1.9, -1.2, -0.5])[word] + own + shared[section],
        options=options,
        true=true,
        attraction=attraction,
        slope=rng.normal(0, 0.3, (k, width)),
        reworded=rng.random(setting.sections) < 0.15,
    )


def draft(rng: np.random.Generator, setting: Setting, crowd: Crowd, paper: Paper) -> Draft:
    """What these people would make of this paper when nothing is wrong with it."""
    n, k = setting.n, len(paper.section)
    own = rng.normal(0, 0.3 * setting.spread, (n, setting.sections))
    taught = rng.normal(0, 0.2 * setting.spread, (setting.classes, setting.sections))
    wording = rng.normal(0, 0.1 * setting.spread, k)
    logit = paper.steepness * (crowd.ability[:, np.newaxis] - paper.difficulty)
    logit += (own + taught[crowd.cohort])[:, paper.section]
    logit += np.outer(crowd.language - 0.5, wording)
    return Draft(
        logit=logit,
        pull=paper.attraction + paper.slope * crowd.ability[:, np.newaxis, np.newaxis],
        key=paper.true.copy(),
        other=paper.true.copy(),
        split=np.zeros(k),
        had=np.ones((n, k), dtype=np.bool_),
    )


def answer(
    rng: np.random.Generator, setting: Setting, crowd: Crowd, paper: Paper, drafted: Draft
) -> tuple[IntArray, StateArray]:
    """Which option everybody chooses (people x items), and what became of each cell (a ``Cell`` each)."""
    shape = n, k = drafted.logit.shape
    knows = rng.random(shape) < 1 / (1 + np.exp(-drafted.logit))
    strays = rng.random(shape) < drafted.split
    guess = np.argmax(drafted.pull + rng.gumbel(size=drafted.pull.shape), axis=2)
    chosen = np.where(knows, np.where(strays, drafted.other, paper.true), guess)
    blank = ~knows & (rng.random(shape) < setting.blank / max(1 - knows.mean(), 1e-9))
    longest = max(k // 3, 1)
    slow = np.exp(-0.5 * crowd.ability)
    stops = rng.random(n) < setting.unreached * k / ((1 + longest) / 2) * slow / slow.mean()
    tail = np.where(stops, rng.integers(1, longest + 1, n), 0)
    order = rng.permuted(np.tile(np.arange(k), (n, 1)), axis=1)
    states: StateArray = np.full(shape, Cell.ANSWERED, dtype=np.int8)
    states[blank] = Cell.BLANK
    states[order >= k - tail[:, np.newaxis]] = Cell.NOT_REACHED
    states[~drafted.had] = Cell.MISSING
    return chosen, states


def lay_out(crowd: Crowd, paper: Paper, drafted: Draft, chosen: IntArray, states: StateArray) -> Responses:
    """The matrix that ``collect`` makes of these answers (a test holds the two against each other), at once."""
    people = tuple(
        Person(f"L{number:04d}", LANGUAGES[language], cohort_code(cohort))
        for number, (language, cohort) in enumerate(zip(crowd.language.tolist(), crowd.cohort.tolist(), strict=True), 1)
    )
    items = tuple(
        Item(item_code(number), 1.0, tuple(LETTERS[:options]), frozenset(LETTERS[key]))
        for number, (options, key) in enumerate(zip(paper.options.tolist(), drafted.key.tolist(), strict=True))
    )
    answered = states == Cell.ANSWERED
    choices = (chosen[:, :, np.newaxis] == np.arange(len(LETTERS))) & answered[:, :, np.newaxis]
    return Responses(
        people,
        items,
        ((chosen == drafted.key) & answered).astype(np.float64),
        states,
        {item.code: choices[:, column, : len(item.options)].copy() for column, item in enumerate(items)},
        np.zeros(states.shape, dtype=np.int64),
    )


def answers_of(responses: Responses) -> list[Answer]:
    """The same results as single graded answers, for who reads those."""
    found = []
    for row, person in enumerate(responses.people):
        for column, item in enumerate(responses.items):
            state = Cell(responses.states[row, column])
            if state is not Cell.MISSING:
                picked = responses.chosen[item.code][row]
                letters = tuple(option for option, taken in zip(item.options, picked, strict=True) if taken)
                found.append(Answer(person.code, item.code, float(responses.shares[row, column]), state, letters))
    return found


def item_code(number: int) -> str:
    """The code of an item by its number, from 0."""
    return f"HAR-{number + 1:03d}"


def section_code(number: int) -> str:
    """The code of a section by its number, from 0."""
    return f"HAR/section-{number + 1}"


def cohort_code(number: int) -> str:
    """The code of a cohort by its number, from 0."""
    return f"cohort-{number + 1}"
