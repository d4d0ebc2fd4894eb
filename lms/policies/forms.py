from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, FileField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, Optional, Regexp, StopValidation, ValidationError

from lms.foundation.forms import Form, Required, RevisedForm, choices
from lms.kit.text import fold_code

LAST_DAY = date(2099, 12, 31)


class ImportForm(Form):
    english = FileField(_l("English file"), description=_l("Markdown, UTF-8."))
    japanese = FileField(_l("Japanese file"), description=_l("Optional; sections are paired with the English ones."))
    code = StringField(
        _l("Code"),
        [Optional(), Length(max=40), Regexp(r"[A-Z0-9-]+\Z", message=_l("Use capitals, digits and hyphens."))],
        description=_l("Only if the file does not state it, such as HAR."),
        filters=[lambda text: text.strip() if text else text],
    )
    skip_errors = BooleanField(
        _l("Leave out what has errors, and import the rest"),
        description=_l("Sections with errors are left out; what remains is a draft."),
    )
    publish = BooleanField(_l("Publish at once"))


class NewPolicyForm(Form):
    code = StringField(
        _l("Code"),
        [Required(), Length(max=40), Regexp(r"[A-Z0-9-]+\Z", message=_l("Use capitals, digits and hyphens."))],
        description=_l("Such as HAR. It is used in addresses and names of sections, and cannot be changed later."),
        filters=[lambda text: fold_code(text) if text else text],
    )
    title_en = StringField(_l("Title in English"), [Required(), Length(max=200)])
    title_ja = StringField(_l("Title in Japanese"), [Optional(), Length(max=200)])


class NewSectionForm(Form):
    title = StringField(_l("Title in English"), [Required(), Length(max=200)])
    level = SelectField(_l("Level"), choices=choices((str(level), str(level)) for level in range(1, 5)))
    after = SelectField(_l("Position"))


class SectionForm(Form):
    """A section in both languages; ``seen_…`` say which texts its sender saw."""

    title_en = StringField(_l("Title in English"), [Length(max=500)])
    body_en = TextAreaField(_l("Text in English"), [Length(max=100_000)])
    title_ja = StringField(_l("Title in Japanese"), [Length(max=500)])
    body_ja = TextAreaField(_l("Text in Japanese"), [Length(max=100_000)])
    is_current = BooleanField(
        _l("The Japanese says the same as this English text"),
        description=_l("Without the tick, a Japanese text stays current or stale as it was."),
    )
    seen_en = HiddenField()
    seen_ja = HiddenField()


class TranslationForm(Form):
    """A section's translation; ``seen_…`` say which texts its sender saw."""

    title_ja = StringField(_l("Title in Japanese"), [Length(max=500)])
    body_ja = TextAreaField(_l("Text in Japanese"), [Length(max=100_000)])
    seen_en = HiddenField()
    seen_ja = HiddenField()


def _with_assignee(form: AssignmentForm, field: DateField) -> None:
    """A day is needed where somebody is named."""
    if field.raw_data and field.raw_data[0]:
        return  # what is no date says so itself
    raise StopValidation(_l("Enter a date.") if form.assignee.data else None)


class AssignmentForm(RevisedForm):
    """Who is to translate a draft, and by which day."""

    assignee = SelectField(_l("Localizer"))
    due_on = DateField(_l("Due"), [_with_assignee])

    def __init__(self, first_day: date, **values: Any) -> None:
        super().__init__(**values)
        self._first_day = first_day

    def validate_due_on(self, field: DateField) -> None:
        if field.data and not self._first_day <= field.data <= LAST_DAY:
            raise ValidationError(_l("Choose today or a later day."))


class HeadForm(RevisedForm):
    """What stands at the head of a draft's files."""

    title_en = StringField(_l("Title in English"), [Required(), Length(max=200)])
    title_ja = StringField(_l("Title in Japanese"), [Optional(), Length(max=200)])
    effective = StringField(
        _l("Takes effect"),
        [Optional(), Length(max=80)],
        description=_l("Local time and zone, such as 2026-11-12T10:00 Asia/Tokyo. Empty: when it is published."),
    )
    glossary_en = TextAreaField(
        _l("Glossary in English"), [Length(max=20_000)], description=_l("A line for each term: term | definition.")
    )
    glossary_ja = TextAreaField(
        _l("Glossary in Japanese"),
        [Length(max=20_000)],
        description=_l("A line for each term: term | reading | definition."),
    )
