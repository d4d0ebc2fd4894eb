"""What the plans of cohorts ask for on the way to go-live."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from lms.cohorts.core.readiness import Criterion, criteria_from, without_retired
from lms.cohorts.models import Cohort
from lms.policies import queries as policies
from lms.policies.models import PolicyVersion


def load_criteria(cohorts: Iterable[Cohort], in_force: Collection[PolicyVersion]) -> dict[int, list[Criterion]]:
    """The criteria of each cohort's plan, by the id of the cohort, without policies that are retired."""
    written = {cohort.id: criteria_from(cohort.template.gates["gates"]) for cohort in cohorts}
    named = {code for criteria in written.values() for criterion in criteria for code in criterion.modules}
    if named <= {version.module.code for version in in_force}:
        return written
    retired = policies.load_retired_codes()
    return {cohort_id: without_retired(criteria, retired) for cohort_id, criteria in written.items()}
