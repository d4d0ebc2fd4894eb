from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectMultipleField, TextAreaField
from wtforms.validators import Length
from wtforms.widgets import CheckboxInput, ListWidget

from lms.foundation.forms import Form, Required, choices
from lms.quizzes.actions.regrading import Proposal
from lms.quizzes.core.regrading import Method
from lms.quizzes.phrases import METHODS

_REASON = _l("Say why, in both languages: people read it with their result.")
_NOTE = _l("Write the note in both languages.")


class RegradeForm(Form):
    how = RadioField(_l("What to do"), choices=choices(METHODS.items()))
    right = SelectMultipleField(
        _l("Right answers"), option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False)
    )
    lowers_passes = BooleanField()
    reason_en = TextAreaField(_l("Why, in English"), [Required(_REASON), Length(max=500)])
    reason_ja = TextAreaField(_l("Why, in Japanese"), [Required(_REASON), Length(max=500)])
    note_en = TextAreaField(_l("Note in English"), [Required(_NOTE), Length(max=600)])
    note_ja = TextAreaField(_l("Note in Japanese"), [Required(_NOTE), Length(max=600)])

    def offer(self, methods: Iterable[Method], options: Iterable[str]) -> None:
        """Let it choose among what fits the question: methods, and options as ``group:id``."""
        self.how.choices = choices([(method.value, METHODS[method]) for method in methods])
        self.right.choices = choices([(name, name) for name in options])

    @property
    def method(self) -> Method:
        """What was chosen, or the first that fits."""
        offered = [choice.value for choice in self.how.choices]
        return Method(self.how.data if self.how.data in offered else offered[0])

    @property
    def right_options(self) -> dict[str, list[str]]:
        return by_group(self.right.data or [])

    @property
    def proposal(self) -> Proposal:
        return Proposal(
            method=self.method,
            right_options=self.right_options,
            lowers_passes=bool(self.lowers_passes.data),
            reason_text={"en": self.reason_en.data, "ja": self.reason_ja.data},
            note_text={"en": self.note_en.data, "ja": self.note_ja.data},
        )

    def write_note(self, usual: Mapping[Method, Mapping[str, str]]) -> None:
        """Put the usual note where nothing, or the usual note of another method, stands."""
        for locale in ("en", "ja"):
            field: Any = self[f"note_{locale}"]
            typed = " ".join((field.data or "").split())
            if not typed or typed in {" ".join(notes[locale].split()) for notes in usual.values()}:
                field.data = usual[self.method][locale]


def by_group(names: Iterable[str]) -> dict[str, list[str]]:
    """Options written as ``group:id``, by their group.

    >>> by_group(["options:o1", "options:o3"])
    {'options': ['o1', 'o3']}
    """
    found: dict[str, list[str]] = {}
    for name in names:
        group, _colon, option = name.partition(":")
        found.setdefault(group, []).append(option)
    return found
