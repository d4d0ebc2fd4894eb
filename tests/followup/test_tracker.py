"""Corrective actions: opened from a finding, owned, seen through, shown to some."""

from __future__ import annotations

import pytest

from tests.conftest import Unit
from tests.followup.following import DUE, LOCALIZE, LOCALIZER, QA, stored
from tests.invigilation.conftest import As
from tests.quizzes import sitting

pytestmark = pytest.mark.usefixtures("sample")


def test_a_finding_is_sent_to_the_localizer_with_its_figures(visitor_of: As, unit: Unit) -> None:
    qa = visitor_of(QA)
    page = qa.get(LOCALIZE)
    assert "Send to the localizer" in page.text
    assert "HAR-014" in page.text
    with unit():
        owner = sitting.person(LOCALIZER).id
    answer = qa.post(LOCALIZE, data={"owner": owner, "due_on": DUE.isoformat(), "note": "反応 is not “reply”."})
    assert answer.status_code == 302
    address = answer.headers["Location"]
    with unit():
        action = stored(int(address.rpartition("/")[2]))
        assert (action.kind, action.state, action.figure) == ("localize", "open", "gap")
        assert action.owner.login == LOCALIZER
    assert "HAR-014" in qa.get(address).text
    assert "HAR-014" in qa.get("/actions").text
    localizer = visitor_of(LOCALIZER)
    assert localizer.get(address).status_code == 200
    assert "反応 is not" in localizer.get(address).text
