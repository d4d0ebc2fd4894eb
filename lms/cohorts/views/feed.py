"""A person's calendar feed: its address carries a signature and ends with the person's deactivation."""

from __future__ import annotations

from flask import Blueprint, Response, make_response
from itsdangerous import BadSignature

from lms.accounts import queries as people
from lms.cohorts import queries
from lms.cohorts.calendar import cohort_feed
from lms.cohorts.core.feed import PURPOSE
from lms.foundation.access import policy
from lms.foundation.security import signer
from lms.kit.problems import NotFound

blueprint = Blueprint("feeds", __name__)


@blueprint.get("/calendar/<token>.ics")
@policy("feed.read")
def person_feed(token: str) -> Response:
    try:
        code = signer(PURPOSE).loads(token)
    except BadSignature as error:
        raise NotFound("feed.unknown") from error
    person = people.find_active(code)
    cohort = queries.find_cohort_of(person.id) if person is not None else None
    if person is None or cohort is None:
        raise NotFound("feed.unknown")
    response = make_response(cohort_feed(cohort, person.locale))
    response.headers["Content-Type"] = "text/calendar; charset=utf-8"
    response.headers["Content-Disposition"] = 'inline; filename="kijun.ics"'
    response.add_etag()
    response.headers["Cache-Control"] = "private, no-cache"
    return response
