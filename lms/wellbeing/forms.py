from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import Length, ValidationError

from lms.accounts.core.addresses import is_address
from lms.foundation.forms import Form, Required, RevisedForm, choices
from lms.kit.text import fold_spaces, plain
from lms.wellbeing.core.labels import Degree
from lms.wellbeing.core.seeing import Seeing
from lms.wellbeing.phrases import CLOSED_FROM, KINDS

PHONE = re.compile(r"\+?[0-9][0-9 ()/-]{1,38}")


class BriefingForm(Form):
    closed_from = RadioField(_l("Keep closed until I press Show"), choices=choices(CLOSED_FROM.items()))
    avoided = SelectMultipleField(_l("See less of"), choices=choices(KINDS.items()))
    locale = RadioField(_l("Language of screens and mail"), choices=choices([("en", "English"), ("ja", "日本語")]))
    next = HiddenField()

    @property
    def seeing(self) -> Seeing:
        return Seeing(Degree(self.closed_from.data), frozenset(self.avoided.data or ()))


def _line(text: str | None) -> str | None:
    return fold_spaces(text) if text else text


def _mark(text: str | None) -> str | None:
    return plain(text) if text else text


class ContactForm(Form):
    site = SelectField(_l("For whom"))
    name_en = StringField(
        _l("Name in English"), [Required(_l("Enter the name in both languages.")), Length(max=255)], filters=[_line]
    )
    name_ja = StringField(
        _l("Name in Japanese"), [Required(_l("Enter the name in both languages.")), Length(max=255)], filters=[_line]
    )
    detail_en = TextAreaField(_l("Hours and what for, in English"), [Length(max=400)], filters=[_line])
    detail_ja = TextAreaField(_l("Hours and what for, in Japanese"), [Length(max=400)], filters=[_line])
    phone = StringField(_l("Telephone"), [Length(max=40)], filters=[_mark])
    address = StringField(
        _l("E-mail or page"),
        [Length(max=255)],
        filters=[_mark],
        description=_l("An address such as help@site.example, or a page such as https://site.example/help."),
    )
    order = ("site", "name_en", "name_ja", "detail_en", "detail_ja", "phone", "address")

    def validate_detail_en(self, field: TextAreaField) -> None:
        if not field.data and self.detail_ja.data:
            raise ValidationError(_l("Enter this in both languages, or leave both empty."))

    def validate_detail_ja(self, field: TextAreaField) -> None:
        if not field.data and self.detail_en.data:
            raise ValidationError(_l("Enter this in both languages, or leave both empty."))

    def validate_phone(self, field: StringField) -> None:
        if field.data and not PHONE.fullmatch(field.data):
            raise ValidationError(_l("Enter a telephone number in digits, such as 0120-000-000 or +353 1 000 0000."))

    def validate_address(self, field: StringField) -> None:
        if field.data and not is_address(field.data) and not _is_page(field.data):
            raise ValidationError(
                _l("Enter an address such as help@site.example, or a page that begins with https://.")
            )

    @property
    def texts(self) -> dict[str, dict[str, Any]]:
        """Name and detail by language."""
        return {
            "name_text": {"en": self.name_en.data, "ja": self.name_ja.data},
            "detail_text": {"en": self.detail_en.data or "", "ja": self.detail_ja.data or ""},
        }


class ContactChangeForm(ContactForm, RevisedForm):
    pass


def _is_page(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and " " not in address
