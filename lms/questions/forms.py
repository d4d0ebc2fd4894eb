from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, FileField, SelectField, StringField
from wtforms.validators import Length, Regexp, ValidationError

from lms.foundation.forms import Form, Required, RevisedForm, choices
from lms.kit.text import fold_code
from lms.questions.core.checks import LONGEST_TITLE
from lms.questions.core.formats.plain import has_controls
from lms.questions.core.languages import PairBy
from lms.questions.core.question import QuestionType
from lms.questions.phrases import PAIRINGS, PROBLEMS, TYPES

CODE = Regexp(r"[A-Z0-9-]+\Z", message=_l("Use capitals, digits and hyphens."))


def plain(_form: Form, field: Field) -> None:
    """A text holds no control characters: no page can show them, and PostgreSQL refuses some."""
    if has_controls(field.data or ""):
        raise ValidationError(str(PROBLEMS["question.control-character"]))


TITLE = [Required(_l("Enter the title in both languages.")), Length(max=LONGEST_TITLE), plain]


def folded(code: str | None) -> str | None:
    """A code without the differences of width and case that a keyboard makes."""
    return fold_code(code) if code else code


class BankForm(Form):
    code = StringField(
        _l("Code"),
        [Required(_l("Enter a code.")), CODE, Length(max=40)],
        filters=[folded],
        description=_l("Capitals, digits and hyphens, such as HAR."),
    )
    title_en = StringField(_l("Title in English"), TITLE)
    title_ja = StringField(_l("Title in Japanese"), TITLE)


class BankChangeForm(RevisedForm):
    """The title of a bank; its code stays."""

    title_en = StringField(_l("Title in English"), TITLE)
    title_ja = StringField(_l("Title in Japanese"), TITLE)


class ImportForm(Form):
    file = FileField(_l("File"), description=_l("YAML as in our banks, or GIFT."))
    locale = SelectField(
        _l("Language of the texts"),
        choices=choices([("en", "English"), ("ja", "日本語")]),
        description=_l("For files that do not state it. A question in one language is imported as a draft."),
    )
    pair_by = SelectField(
        _l("Add the other language to existing questions"), choices=choices(PAIRINGS.items()), default=""
    )
    skip_errors = BooleanField(_l("Leave out what has errors, and import the rest"))

    @property
    def pairing(self) -> PairBy | None:
        """How items find their questions; None when they are questions of their own."""
        return PairBy(self.pair_by.data) if self.pair_by.data else None


class NewQuestionForm(Form):
    """What a question starts with; everything else is written in the editor."""

    code = StringField(
        _l("Code"),
        [Required(_l("Enter a code.")), CODE, Length(max=40)],
        filters=[folded],
        description=_l("Results refer to the question by this name. It cannot be changed."),
    )
    type = SelectField(_l("Type"), choices=choices(TYPES.items()), default=QuestionType.SINGLE)
    section = SelectField(_l("Section cited"), choices=[])
