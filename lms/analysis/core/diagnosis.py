"""What is wrong with a quiz, and where: verdicts on its items, its sections and its classes, each with its evidence.

The sharp verdicts exclude each other by evidence, in this order, so that one fault has one name:

1. *Keys* (``keys``). An item whose rival option holds the evidence has a wrong key or two right answers; where people
   took it under another text than its key was written for, the rule has changed. Such an item is hard, tells nothing
   apart and differs between languages, all for this reason: it takes no part in what follows.
2. *Classes* (``effects``; ``elsewhere`` for a whole quiz). What is hard for one class alone is no matter of language,
   even where the class is most of the readers of one: items are compared between languages without it.
3. *Translations* (``wording``). What is hard in one language is not hard for everybody.
4. *Sections* (``unclear``), from the items that are left, and only where no class and no language contradicts. A
   second right answer in a section that is unclear without its item is named by the section.

Every family of tests is held to one chance of a false verdict in a quiz (``multiplicity``), against a null in which
things differ a little by nature (``natural``), and an effect must be large as well: with many people the smallest
difference is beyond chance. docs/diagnosis.md tells rules, sources and limits.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from lms.analysis.core import rasch
from lms.analysis.core.descriptions import against_key, described
from lms.analysis.core.dif_judged import Standing
from lms.analysis.core.effects import Effect, Section, class_effects, rests_on_one_item, sections
from lms.analysis.core.elsewhere import whole_class_effects
from lms.analysis.core.items import option_figures
from lms.analysis.core.keys import LEAST_PEOPLE, Reading, Rival, rivals
from lms.analysis.core.multiplicity import FALSE_CHANCE, FALSE_CHANCE_OF_NOTHING, holm
from lms.analysis.core.natural import LARGE
from lms.analysis.core.responses import BoolArray, IntArray, Responses
from lms.analysis.core.unclear import holds_for_all, section_effects
from lms.analysis.core.verdicts import EVERY_SECTION, OF_KEY, Kind, Known, Place, Verdict, by_need
from lms.analysis.core.wording import Suspect, suspects

OF_SIZE = 0.025
"""The chance that an effect of no interest is taken for large: its 95 % interval lies above what is negligible."""

OF_SIZE_FOR_CLASSES = 0.01
"""The same for a class in a section. That verdict points at people, and there are many classes and sections."""


def diagnose(responses: Responses, known: Known) -> tuple[Verdict, ...]:
    """Every verdict on a quiz, those first that need attention most."""
    found = list(_of_keys(responses, known))
    if len(responses.people) >= LEAST_PEOPLE:
        found += _of_groups(responses, known, {str(verdict.place) for verdict in found})
        found = _named_once(found, known)
    faulty = {str(verdict.place) for verdict in found if verdict.kind in OF_KEY}
    return by_need([*found, *described(responses, faulty)])


def _named_once(found: Sequence[Verdict], known: Known) -> list[Verdict]:
    """The verdicts but for second right answers in a section that is unclear without them: it makes both right."""
    unclear = {verdict.place for verdict in found if verdict.kind is Kind.SECTION_UNCLEAR}
    return [
        verdict
        for verdict in found
        if verdict.kind is not Kind.TWO_RIGHT_ANSWERS or unclear.isdisjoint(known.sections.get(str(verdict.place), ()))
    ]


def _of_keys(responses: Responses, known: Known) -> list[Verdict]:
    """Wrong keys, two right answers and changed rules."""
    found = rivals(responses, known.words, known.sections)
    read = [item.code for item in responses.items if item.code in responses.chosen and len(item.keys) == 1]
    verdicts = {}
    for kind, tested in ((None, read), (Kind.RULE_CHANGED, [code for code in read if code in known.outdated])):
        chances = holm([found[code].p if code in found else 1.0 for code in tested])
        for code, chance in zip(tested, chances, strict=True):
            if chance > FALSE_CHANCE or found[code].p_few > OF_SIZE:
                continue
            rival = found[code]
            named = Kind.TWO_RIGHT_ANSWERS if rival.reading is Reading.AS_WELL else Kind.WRONG_KEY
            if kind is None or not _stood_before(responses, rival, known):
                verdicts[code] = _of_key(kind or named, responses, rival)
    return list(verdicts.values())


def _stood_before(responses: Responses, rival: Rival, known: Known) -> bool:
    """Whether those who took the item under the text of its key took the rival as well: then the text is not why."""
    later = known.outdated[rival.item]
    before = responses.only([person.code not in later for person in responses.people])
    earlier = (
        rivals(before, known.words, known.sections).get(rival.item) if len(before.people) >= LEAST_PEOPLE else None
    )
    return earlier is not None and earlier.option == rival.option and earlier.p <= OF_SIZE


def _of_key(kind: Kind, responses: Responses, rival: Rival) -> Verdict:
    """The verdict with the figures of its options. Rest scores are from complete rows, and an item that few had would
    leave few of them, so items that less than half had take no part. Where that leaves no other item, only
    who had every item is compared, and mostly nobody: by the item alone its key would be what the best of all choose.
    """
    had = responses.available.mean(axis=0) >= 0.5
    had[responses.index(rival.item)] = True
    if had.sum() == 1:
        had[:] = True
    figures = {option.option: option for option in option_figures(_columns(responses, had), rival.item)}
    knowing = {"knowing": rival.share}
    return against_key(kind, rival.item, figures[rival.option], figures[rival.key], knowing)


def _of_groups(responses: Responses, known: Known, faulty: Collection[str]) -> list[Verdict]:
    """Classes, translations and sections, from the items whose keys hold."""
    usable = np.array([item.code not in faulty for item in responses.items], dtype=np.bool_)
    usable &= responses.available.any(axis=0)
    if not usable.any():
        return []
    groups, names = _numbered(responses)
    told, fitted = of_all = _fitted(responses, known, groups, usable)
    badly = _classes(told, fitted, groups_named=names, hidden=known.hidden)
    if badly:
        # An item that is hard in one language makes its readers' classes look badly taught. Its language shows it
        # without the class as well.
        elsewhere = set(_translations(responses, known, badly, usable))
        kept = usable & np.array([item.code not in elsewhere for item in responses.items])
        told, fitted = _fitted(responses, known, groups, kept) if elsewhere and kept.any() else (told, fitted)
        badly = _classes(told, fitted, groups_named=names, hidden=known.hidden) if elsewhere else badly
    translations = _translations(responses, known, badly, usable)
    whole = {} if badly else _whole_classes(responses, known, groups, names)
    verdicts = [_of_effect(Kind.CLASS_TAUGHT_BADLY, place, effect) for place, effect in {**badly, **whole}.items()]
    verdicts += [_of_translation(suspect) for suspect in translations.values()]
    left = usable & np.array([item.code not in translations for item in responses.items])
    if left.any():
        told, fitted = _fitted(responses, known, groups, left) if translations else of_all
        unclear = _sections(responses, known, told, fitted, left)
        verdicts += [_of_effect(Kind.SECTION_UNCLEAR, name, effect) for name, effect in unclear.items()]
    return verdicts


def _numbered(responses: Responses) -> tuple[IntArray, list[tuple[str | None, str | None]]]:
    """A number for everybody, by (cohort, language), and what the numbers stand for."""
    labels = [(person.cohort, person.language) for person in responses.people]
    names = sorted(set(labels), key=str)
    place = {name: number for number, name in enumerate(names)}
    return np.array([place[label] for label in labels], dtype=np.int64), names


def _fitted(responses: Responses, known: Known, groups: IntArray, usable: BoolArray) -> tuple[list[Section], rasch.Fit]:
    fitted = rasch.fit(responses.shares, responses.available & usable, groups)
    return sections(responses, fitted, groups, known.sections, usable), fitted


def _is_large(effect: Effect, chance: float = OF_SIZE) -> bool:
    """As in ETS class C: large as it stands, and beyond chance larger than what is negligible."""
    return effect.logits >= LARGE and effect.p_negligible <= chance


Names = Sequence[tuple[str | None, str | None]]


def _members(names: Names, part: int) -> dict[str | None, list[int]]:
    """The numbers of each cohort (part 0) or language (part 1)."""
    members: dict[str | None, list[int]] = {}
    for number, name in enumerate(names):
        members.setdefault(name[part], []).append(number)
    return members


def _classes(
    told: Sequence[Section], fitted: rasch.Fit, *, groups_named: Names, hidden: Collection[str]
) -> dict[tuple[str, str], Effect]:
    """The classes that know less of a section than everything else makes expect."""
    members = _members(groups_named, 0)
    cohorts = list(members)
    by_cohort = {section.name: section.merged(list(members.values())) for section in told}
    effects = class_effects(list(by_cohort.values()), fitted)
    chances = holm([effect.p for effect in effects.values()])
    found = {}
    for ((name, number), effect), chance in zip(effects.items(), chances, strict=True):
        cohort = cohorts[number]
        if chance > FALSE_CHANCE or not _is_large(effect, OF_SIZE_FOR_CLASSES) or not cohort or cohort in hidden:
            continue
        if not rests_on_one_item(by_cohort[name], fitted, number, effect.logits):
            found[name, str(cohort)] = effect
    return found


def _whole_classes(responses: Responses, known: Known, groups: IntArray, names: Names) -> dict[tuple[str, str], Effect]:
    """The classes that know less of the whole quiz than their other quizzes make expect."""
    cohorts = list(_members(names, 0))
    of_group = np.array([cohorts.index(cohort) for cohort, _language in names], dtype=np.int64)
    effects = whole_class_effects(responses, of_group[groups], known.elsewhere)
    chances = holm([effect.p for effect in effects.values()])
    return {
        (EVERY_SECTION, str(cohorts[number])): effect
        for (number, effect), chance in zip(effects.items(), chances, strict=True)
        if chance <= FALSE_CHANCE_OF_NOTHING and _is_large(effect)
        if cohorts[number] and cohorts[number] not in known.hidden
    }


def _translations(
    responses: Responses, known: Known, badly: Collection[tuple[str, str]], usable: BoolArray
) -> dict[str, Suspect]:
    """The items whose translation is suspect. The items of a section are compared without the classes that were taught
    it badly.
    """
    some = _columns(responses, usable)
    found = dict(suspects(some, known.sections))
    for name in sorted({name for name, _cohort in badly}):
        out = {cohort for section, cohort in badly if section == name}
        without = suspects(some.only([person.cohort not in out for person in some.people]), known.sections)
        for item in some.items:
            if name in known.sections.get(item.code, ()):
                found.pop(item.code, None)
                if item.code in without:
                    found[item.code] = without[item.code]
    return found


def _columns(responses: Responses, wanted: BoolArray) -> Responses:
    """The same people with some of the items."""
    if wanted.all():
        return responses
    items = tuple(item for item, keep in zip(responses.items, wanted, strict=True) if keep)
    kept = {item.code for item in items}
    return replace(
        responses,
        items=items,
        shares=responses.shares[:, wanted],
        states=responses.states[:, wanted],
        chosen={code: choices for code, choices in responses.chosen.items() if code in kept},
        versions=None if responses.versions is None else responses.versions[:, wanted],
    )


def _sections(
    responses: Responses, known: Known, told: Sequence[Section], fitted: rasch.Fit, usable: BoolArray
) -> dict[str, Effect]:
    """The sections that are harder than expected, whoever takes them."""
    _groups, names = _numbered(responses)
    effects = section_effects(told, fitted, responses, known.words, usable)
    chances = holm([effect.p for effect in effects.values()])
    by_name = {section.name: section for section in told}
    found = {}
    for (name, effect), chance in zip(effects.items(), chances, strict=True):
        if chance > FALSE_CHANCE or not _is_large(effect) or effect.n < LEAST_PEOPLE:
            continue
        sides = [list(_members(names, part).values()) for part in (0, 1)]
        if all(holds_for_all(by_name[name], fitted, effect, members, LARGE) for members in sides):
            found[name] = effect
    return found


def _of_effect(kind: Kind, place: Place, effect: Effect) -> Verdict:
    expected = {"expected": effect.expected, "expected_low": effect.expected_interval.low}
    facts = {"share": effect.share, **expected, "expected_high": effect.expected_interval.high}
    return Verdict(kind, place, effect.n, effect.logits, effect.interval, facts)


def _of_translation(suspect: Suspect) -> Verdict:
    facts: dict[str, float | str] = {
        "harder": suspect.harder,
        "easier": suspect.easier,
        "n_harder": suspect.n_harder,
        "n_easier": suspect.n_easier,
        "ets_class": str(suspect.ets_class),
        "standing": str(Standing.INDICATIVE if suspect.is_indicative else Standing.CLASS),
    }
    if suspect.doubled is not None:
        ratio = suspect.doubled
        facts |= {"option": ratio.option, "ratio": ratio.ratio}
    n = suspect.n_harder + suspect.n_easier
    return Verdict(Kind.TRANSLATION_SUSPECT, suspect.item, n, suspect.odds_ratio, suspect.interval, facts)
