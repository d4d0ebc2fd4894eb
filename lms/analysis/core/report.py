"""The documents of ``flask analysis … --json``: every figure that the contract names, null where one is not defined."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from lms.analysis.core.agreement import Agreement
from lms.analysis.core.dif import Dif, dif
from lms.analysis.core.items import ItemFigures, item_figures, option_figures
from lms.analysis.core.moodle import moodle_items, moodle_quiz
from lms.analysis.core.reliability import ScoreFigures, score_figures
from lms.analysis.core.responses import Responses


def report(responses: Responses, *, focal: str | None = None, moodle: bool = False) -> dict[str, Any]:
    """All figures as plain values for JSON.

    ``distractors`` are empty for items without options, ``dif`` unless a ``focal`` value of the people's ``group`` is
    named; ``moodle`` stands there when asked for.
    """
    document: dict[str, Any] = {
        "test": _test(score_figures(responses)),
        "items": [_item(responses, figures) for figures in item_figures(responses)],
    }
    labels = [person.group for person in responses.people]
    document["dif"] = [] if focal is None else [_dif(result) for result in dif(responses, labels, focal)]
    if moodle:
        document["moodle"] = {
            "items": [asdict(item) for item in moodle_items(responses)],
            "quiz": asdict(moodle_quiz(responses)),
        }
    return document


def agreement_report(figures: Agreement) -> dict[str, Any]:
    """The figures of ``flask analysis agreement``; where one is null, ``reasons`` says why under its name."""
    interval = figures.interval
    document: dict[str, Any] = {
        "units": figures.units,
        "raters": figures.raters,
        "percent": figures.percent,
        "cohen_kappa": figures.cohen_kappa,
        "fleiss_kappa": figures.fleiss_kappa,
        "krippendorff_alpha": figures.krippendorff_alpha,
        "interval": None if interval is None else [interval.low, interval.high],
    }
    if figures.reasons:
        document["reasons"] = {name: reason.value for name, reason in figures.reasons.items()}
    return document


def _test(figures: ScoreFigures) -> dict[str, Any]:
    return {
        "people": figures.people,
        "used": figures.used,
        "dropped": figures.dropped,
        "items": figures.items,
        "mean": figures.mean,
        "sd": figures.sd,
        "alpha": figures.alpha,
        "sem": figures.sem,
    }


def _item(responses: Responses, figures: ItemFigures) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "item": figures.item,
        "n": figures.n,
        "facility": figures.facility,
        "sd": figures.sd,
        "point_biserial": figures.point_biserial,
        "rest_correlation": figures.rest_correlation,
        "discrimination_27": figures.discrimination_27,
        "alpha_if_deleted": figures.alpha_if_deleted,
    }
    options = option_figures(responses, figures.item) if figures.item in responses.chosen else ()
    entry["distractors"] = [
        {
            "option": option.option,
            "count": option.count,
            "share": option.share,
            "rest_correlation": option.rest_correlation,
        }
        for option in options
    ]
    return entry


def _dif(result: Dif) -> dict[str, Any]:
    plain, purified = result.plain, result.purified
    return {
        "item": result.item,
        "odds_ratio": plain.odds_ratio,
        "delta": plain.delta,
        "chi2": plain.chi2,
        "p": plain.p,
        "class": plain.ets_class,
        "odds_ratio_purified": purified.odds_ratio,
        "delta_purified": purified.delta,
        "chi2_purified": purified.chi2,
        "p_purified": purified.p,
        "class_purified": purified.ets_class,
    }
