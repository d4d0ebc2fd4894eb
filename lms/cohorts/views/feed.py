"""A person's calendar feed: its address carries a signature and ends with the person's deactivation."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, request

from lms.accounts import queries as people
from lms.cohorts.calendar import cohort_feed
from lms.cohorts.core.feed import PURPOSE
from lms.cohorts.queries.enrolments import find_cohort_of
from lms.foundation import clock
from lms.foundation.access import policy
from lms.foundation.security import unsigned
from lms.kit.problems import NotFound

blueprint = Blueprint("feeds", __name__)


@blueprint.get("/calendar/<token>.ics")
@policy("feed.read")
def person_feed(token: str) -> Response:
    code = unsigned(PURPOSE, token)
    person = people.find_active(code) if code is not None else None
    cohort = find_cohort_of(person.id, clock.now()) if person is not None else None
    if person is None or cohort is None:
        raise NotFound("feed.unknown")
    response = make_response(cohort_feed(cohort, person.locale))
    response.headers["Content-Type"] = "text/calendar; charset=utf-8"
    response.headers["Content-Disposition"] = 'inline; filename="kijun.ics"'
    response.add_etag()
    response.headers["Cache-Control"] = "private, no-cache"
    response.make_conditional(request)
    return response
