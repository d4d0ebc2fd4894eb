"""The diagnosis as the generator's tests ask for it: what is known of a drawn quiz in, names and places out.

python -m tests.analysis.recall tests.analysis.judged:verdicts --into docs/diagnosis.md
"""

from __future__ import annotations

from collections.abc import Iterator

from lms.analysis.core.diagnosis import diagnose
from lms.analysis.core.verdicts import Known
from tests.analysis.faults import Evidence, Verdict


def verdicts(evidence: Evidence) -> Iterator[Verdict]:
    """The names and places of all verdicts on a quiz."""
    everybody = frozenset(person.code for person in evidence.responses.people)
    known = Known(
        sections={item: (section,) for item, section in evidence.sections.items()},
        words=evidence.difficulties,
        outdated={item: everybody for item, is_changed in evidence.changed.items() if is_changed},
    )
    for verdict in diagnose(evidence.responses, known):
        yield verdict.kind.value, verdict.place
