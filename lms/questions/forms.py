from __future__ import annotations

from fractions import Fraction

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, FileField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, Regexp, ValidationError

from lms.foundation.forms import Form, Required, choices
from lms.kit.text import fold_code
from lms.questions.core.checks import LONGEST_TEXT, LONGEST_TITLE
from lms.questions.core.formats.plain import has_controls
from lms.questions.core.languages import PairBy
from lms.questions.core.question import Difficulty, Option, Question, QuestionType
from lms.questions.phrases import DIFFICULTIES, PAIRINGS, PROBLEMS

PLACES = ("1", "2", "3", "4")
CODE = Regexp(r"[A-Z0-9-]+\Z", message=_l("Use capitals, digits and hyphens."))


def plain(_form: Form, field: Field) -> None:
    """A text holds no control characters: no page can show them, and PostgreSQL refuses some."""
    if has_controls(field.data or ""):
        raise ValidationError(str(PROBLEMS["question.control-character"]))


TITLE = [Required(_l("Enter the title in both languages.")), Length(max=LONGEST_TITLE), plain]
PROMPT = [Required(_l("Enter the question in both languages.")), Length(max=LONGEST_TEXT), plain]
OPTION = [Length(max=500), plain]
RATIONALE = [Required(_l("Say why the key is right, in both languages.")), Length(max=LONGEST_TEXT), plain]


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


class ImportForm(Form):
    file = FileField(_l("File"), description=_l("YAML as in our banks, or GIFT."))
    locale = SelectField(
        _l("Language of the texts"),
        choices=choices([("en", "English"), ("ja", "日本語")]),
        description=_l("For files that do not say it. A question in one language enters as a draft."),
    )
    pair_by = SelectField(
        _l("Fill the other language of questions that are there"), choices=choices(PAIRINGS.items()), default=""
    )
    skip_errors = BooleanField(_l("Leave out what has errors, and import the rest"))

    @property
    def pairing(self) -> PairBy | None:
        """How items find their questions; None when they are questions of their own."""
        return PairBy(self.pair_by.data) if self.pair_by.data else None


class SingleChoiceForm(Form):
    """A single choice with up to four options, both languages side by side."""

    code = StringField(_l("Code"), [Required(_l("Enter a code.")), CODE, Length(max=40)])
    section = SelectField(_l("Section cited"))
    difficulty = SelectField(_l("Difficulty"), choices=choices(DIFFICULTIES.items()), default=Difficulty.MEDIUM)
    prompt_en = TextAreaField(_l("Question in English"), PROMPT)
    prompt_ja = TextAreaField(_l("Question in Japanese"), PROMPT)
    right = RadioField(_l("Right option"), choices=choices((place, place) for place in PLACES), validate_choice=False)
    text_en_1 = StringField(_l("Option 1 in English"), OPTION)
    text_ja_1 = StringField(_l("Option 1 in Japanese"), OPTION)
    text_en_2 = StringField(_l("Option 2 in English"), OPTION)
    text_ja_2 = StringField(_l("Option 2 in Japanese"), OPTION)
    text_en_3 = StringField(_l("Option 3 in English"), OPTION)
    text_ja_3 = StringField(_l("Option 3 in Japanese"), OPTION)
    text_en_4 = StringField(_l("Option 4 in English"), OPTION)
    text_ja_4 = StringField(_l("Option 4 in Japanese"), OPTION)
    rationale_en = TextAreaField(_l("Rationale in English"), RATIONALE)
    rationale_ja = TextAreaField(_l("Rationale in Japanese"), RATIONALE)

    def validate_right(self, field: RadioField) -> None:
        if field.data not in PLACES or not self[f"text_en_{field.data}"].data:
            raise ValidationError(str(PROBLEMS["question.no_right"]))

    def validate_text_en_2(self, _field: StringField) -> None:
        for place in PLACES:
            english, japanese = self[f"text_en_{place}"].data, self[f"text_ja_{place}"].data
            if bool(english) != bool(japanese):
                raise ValidationError(_l("Enter each option in both languages."))
        if sum(bool(self[f"text_en_{place}"].data) for place in PLACES) < 2:
            raise ValidationError(_l("Enter at least two options."))

    @property
    def question(self) -> Question:
        """The question that was typed."""
        options = tuple(
            Option(
                id=f"o{place}",
                text={"en": self[f"text_en_{place}"].data, "ja": self[f"text_ja_{place}"].data},
                fraction=Fraction(int(self.right.data == place)),
            )
            for place in PLACES
            if self[f"text_en_{place}"].data
        )
        return Question(
            id=self.code.data,
            type=QuestionType.SINGLE,
            prompt={"en": self.prompt_en.data.strip(), "ja": self.prompt_ja.data.strip()},
            sections=(self.section.data,) if self.section.data else (),
            difficulty=Difficulty(self.difficulty.data),
            options=options,
            rationale={"en": self.rationale_en.data.strip(), "ja": self.rationale_ja.data.strip()},
        )
