"""What features below show of corrective actions: localizers and editors find theirs where they translate."""

from __future__ import annotations

from lms.followup import queries
from lms.followup.actions import name_of
from lms.followup.core.kinds import ActionKind
from lms.foundation.access import me
from lms.policies.queries.uses import Use, register_asked


def _asked() -> list[Use]:
    kinds = (ActionKind.LOCALIZE, ActionKind.SECTION)
    found = queries.list_pending(kinds=kinds, person_id=me().id)
    return [Use(name_of(one), "followup.show", {"action_id": one.id}, "followup.read") for one in found]


register_asked(_asked)
