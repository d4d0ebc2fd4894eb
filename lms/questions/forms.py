from __future__ import annotations

from fractions import Fraction

from flask_babel import lazy_gettext as _l
from wtforms import FileField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, Regexp, ValidationError

from lms.foundation.forms import Form, Required, choices
from lms.questions.core.question import Difficulty, Option, Question, QuestionType
from lms.questions.phrases import DIFFICULTIES, PROBLEMS

PLACES = ("1", "2", "3", "4")
CODE = Regexp(r"[A-Z0-9-]+\Z", message=_l("Use capitals, digits and hyphens."))


class BankForm(Form):
    code = StringField(_l("Code"), [Required(_l("Enter a code.")), CODE, Length(max=40)])
    title_en = StringField(
        _l("Title in English"), [Required(_l("Enter the title in both languages.")), Length(max=255)]
    )
    title_ja = StringField(
        _l("Title in Japanese"), [Required(_l("Enter the title in both languages.")), Length(max=255)]
    )


class ImportForm(Form):
    file = FileField(_l("File"), description=_l("YAML as in our banks, or GIFT."))
    locale = SelectField(
        _l("Language of the texts"),
        choices=choices([("en", "English"), ("ja", "日本語")]),
        description=_l("For files that do not say it. A question in one language enters as a draft."),
    )


class SingleChoiceForm(Form):
    """A single choice with up to four options, both languages side by side."""

    code = StringField(_l("Code"), [Required(_l("Enter a code.")), CODE, Length(max=40)])
    section = SelectField(_l("Section cited"))
    difficulty = SelectField(_l("Difficulty"), choices=choices(DIFFICULTIES.items()), default=Difficulty.MEDIUM)
    prompt_en = TextAreaField(_l("Question in English"), [Required(_l("Enter the question in both languages."))])
    prompt_ja = TextAreaField(_l("Question in Japanese"), [Required(_l("Enter the question in both languages."))])
    right = RadioField(_l("Right option"), choices=choices((place, place) for place in PLACES), validate_choice=False)
    text_en_1 = StringField(_l("Option 1 in English"), [Length(max=500)])
    text_ja_1 = StringField(_l("Option 1 in Japanese"), [Length(max=500)])
    text_en_2 = StringField(_l("Option 2 in English"), [Length(max=500)])
    text_ja_2 = StringField(_l("Option 2 in Japanese"), [Length(max=500)])
    text_en_3 = StringField(_l("Option 3 in English"), [Length(max=500)])
    text_ja_3 = StringField(_l("Option 3 in Japanese"), [Length(max=500)])
    text_en_4 = StringField(_l("Option 4 in English"), [Length(max=500)])
    text_ja_4 = StringField(_l("Option 4 in Japanese"), [Length(max=500)])
    rationale_en = TextAreaField(
        _l("Rationale in English"), [Required(_l("Say why the key is right, in both languages."))]
    )
    rationale_ja = TextAreaField(
        _l("Rationale in Japanese"), [Required(_l("Say why the key is right, in both languages."))]
    )

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
