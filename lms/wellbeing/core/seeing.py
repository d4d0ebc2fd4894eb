"""How somebody wants to see sensitive content: their own choice, which no other person is told."""

from __future__ import annotations

from dataclasses import dataclass

from lms.wellbeing.core.labels import Degree, rank


@dataclass(frozen=True, slots=True)
class Seeing:
    """From which degree on content stays closed until it is opened, and the kinds to see less of."""

    closed_from: Degree = Degree.MILD
    avoided: frozenset[str] = frozenset()

    def opens(self, kind: str, degree: str) -> bool:
        """Whether such content may stand open from the start. What is strong, or of an avoided kind, never does.

        >>> Seeing(Degree.STRONG).opens("threat", "medium"), Seeing(Degree.STRONG).opens("threat", "strong")
        (True, False)
        >>> Seeing(Degree.STRONG, frozenset({"threat"})).opens("threat", "mild")
        False
        """
        return kind not in self.avoided and rank(degree) < rank(self.closed_from)
