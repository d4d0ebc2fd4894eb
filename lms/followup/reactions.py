"""What features below show of corrective actions: localizers and editors find theirs where they translate, analysts
those on a question where they read its answers.
"""

from __future__ import annotations

from lms.analysis.queries.answered import UnderWay, register_under_way
from lms.followup import queries
from lms.followup.actions import name_of
from lms.followup.core.kinds import ActionKind
from lms.followup.core.states import ActionState, is_overdue
from lms.foundation import clock
from lms.foundation.access import access_for, me
from lms.policies.queries.uses import Use, register_asked
from lms.sites.core.year import today_at


def _asked() -> list[Use]:
    kinds = (ActionKind.LOCALIZE, ActionKind.SECTION)
    found = queries.list_pending(kinds=kinds, person_id=me().id)
    return [Use(name_of(one), "followup.show", {"action_id": one.id}, "followup.read") for one in found]


def _under_way(quiz_id: int) -> dict[str, list[UnderWay]]:
    found: dict[str, list[UnderWay]] = {}
    today = today_at(me().zone_name, clock.now())
    for action, is_reached in queries.list_on_questions(quiz_id, access_for("followup.read")):
        late = is_overdue(ActionState(action.state), action.due_on, today)
        page = "followup.show" if is_reached else ""
        one = UnderWay(action.owner.code, action.due_on, late, page, {"action_id": action.id})
        if action.question is not None:
            found.setdefault(action.question.code, []).append(one)
    return found


register_asked(_asked)
register_under_way(_under_way)
