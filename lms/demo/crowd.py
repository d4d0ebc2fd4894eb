"""Further learners in further cohorts, made up by number: for measuring an installation of a given size."""

from __future__ import annotations

from datetime import date

from lms.accounts import actions as accounts
from lms.accounts.core.roles import Role
from lms.accounts.models import Person
from lms.cohorts import actions as cohorts
from lms.cohorts.models import Cohort, PlanTemplate
from lms.sites.models import Site

CLASS_SIZE = 30


def further_cohorts(
    count: int, sites: list[Site], template: PlanTemplate, go_live_on: dict[str, date], trainer: Person
) -> dict[str, Cohort]:
    """Cohorts with ``count`` learners between them, at these sites in turn; ``go_live_on`` is by the site's code.

    Two in three learners work in Japanese, as in the sample.
    """
    made: dict[str, Cohort] = {}
    for first in range(0, count, CLASS_SIZE):
        number = first // CLASS_SIZE + 1
        site = sites[number % len(sites)]
        code = f"synthetic-{number}"
        names = {"en": f"Synthetic {number}", "ja": f"合成{number}"}
        command = cohorts.NewCohort(code, names, site, template, go_live_on[site.code], [trainer])
        made[code] = cohorts.create_cohort(command, by=None)
        cohorts.enrol(made[code], [_learner(n, site) for n in range(first, min(first + CLASS_SIZE, count))], by=None)
    return made


def _learner(number: int, site: Site) -> Person:
    name = f"Learner {number + 1}"
    locale = "en" if number % 3 == 0 else "ja"
    command = accounts.NewPerson(f"synthetic-{number + 1}@kijun.example", name, name, site, locale, (Role.LEARNER,))
    return accounts.create_person(command, by=None)
