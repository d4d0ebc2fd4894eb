from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField, SelectMultipleField, StringField
from wtforms.validators import Length, Regexp, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from lms.foundation.forms import Form, Required, RevisedForm, choices
from lms.foundation.locale import country_name
from lms.kit.text import fold_spaces, plain, reading_key
from lms.sites.core import holiday_calendar, zones
from lms.sites.phrases import VENDOR_KINDS, WEEKDAYS

FEWEST_SEATS, MOST_SEATS = 1, 9999


def _code(text: str | None) -> str | None:
    return plain(text).lower() if text else text


def _line(text: str | None) -> str | None:
    return fold_spaces(text) if text else text


def _subdivision(text: str | None) -> str:
    return plain(text).upper() if text else ""


def _zone(text: str | None) -> str | None:
    """The zone that was meant; as it was typed when there is none such."""
    return zones.find(plain(text)) or text.strip() if text else text


class CodeForm(Form):
    code = StringField(
        _l("Code"),
        [
            Required(_l("Enter a code.")),
            Regexp(r"[a-z0-9-]+\Z", message=_l("Use small letters, digits and hyphens.")),
            Length(max=40),
        ],
        filters=[_code],
        description=_l("A short name for addresses and files, such as tokyo-2. It cannot be changed later."),
    )


def names_of(name_text: Mapping[str, str]) -> dict[str, str]:
    """A name as the fields of a form show it."""
    return {f"name_{locale}": name_text.get(locale, "") for locale in ("en", "ja")}


class NamesForm(Form):
    name_en = StringField(
        _l("Name in English"),
        [Required(_l("Enter the name in both languages.")), Length(max=255)],
        filters=[_line],
        render_kw={"lang": "en"},
    )
    name_ja = StringField(
        _l("Name in Japanese"),
        [Required(_l("Enter the name in both languages.")), Length(max=255)],
        filters=[_line],
        render_kw={"lang": "ja"},
    )

    @property
    def names(self) -> dict[str, str]:
        return {"en": self.name_en.data, "ja": self.name_ja.data}


class KindForm(NamesForm):
    kind = SelectField(_l("Kind"), choices=choices(VENDOR_KINDS.items()))


class VendorForm(KindForm, CodeForm):
    order = ("code", "name_en", "name_ja", "kind")


class VendorChangeForm(KindForm, RevisedForm):
    order = ("name_en", "name_ja", "kind")


class PlaceForm(NamesForm):
    zone_name = StringField(
        _l("Time zone"),
        [Required(_l("Enter a time zone by its city, such as Asia/Tokyo or Europe/Dublin."))],
        filters=[_zone],
        description=_l("Type a city and choose from the list."),
        render_kw={"list": "zones", "autocomplete": "off"},
    )
    country = SelectField(
        _l("Country"),
        [Required(_l("Choose a country."))],
        coerce=lambda text: plain(str(text)).upper(),
        description=_l("Public holidays follow it."),
    )
    subdivision = StringField(
        _l("State or region"),
        [Length(max=8)],
        filters=[_subdivision],
        description=_l("Only where its holidays differ, such as TX."),
    )

    def offer_countries(self) -> None:
        """Offer the likely countries first, then all by the name that the reader knows."""
        named = {code: country_name(code) for code in holiday_calendar.countries()}
        others = sorted(set(named) - set(holiday_calendar.LIKELY_COUNTRIES), key=lambda code: reading_key(named[code]))
        self.country.choices = choices(
            [("", _l("Choose")), *((code, named[code]) for code in (*holiday_calendar.LIKELY_COUNTRIES, *others))]
        )

    def validate_zone_name(self, field: StringField) -> None:
        if field.data and field.data not in zones.names():
            raise ValidationError(_l("Enter a time zone by its city, such as Asia/Tokyo or Europe/Dublin."))

    def validate_subdivision(self, field: StringField) -> None:
        country = self.country.data
        if field.data and holiday_calendar.is_known(country) and not holiday_calendar.is_known(country, field.data):
            known = holiday_calendar.subdivisions(country)
            if not known:
                raise ValidationError(_l("Holidays are the same across this country. Leave this empty."))
            raise ValidationError(
                _l("This state or region is not known. Known ones: %(codes)s", codes=", ".join(known))
            )


class SiteForm(PlaceForm, CodeForm):
    vendor = SelectField(_l("Vendor"), coerce=int)
    order = ("code", "name_en", "name_ja", "vendor", "zone_name", "country", "subdivision")


class SiteChangeForm(PlaceForm, RevisedForm):
    weekend = SelectMultipleField(
        _l("Days off each week"),
        coerce=int,
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        choices=choices(WEEKDAYS.items()),
    )
    order = ("name_en", "name_ja", "zone_name", "country", "subdivision", "weekend")

    def validate_weekend(self, field: SelectMultipleField) -> None:
        if len(set(field.data or ())) > 6:
            raise ValidationError(_l("Keep at least one working day in the week."))


class RoomForm(Form):
    name = StringField(
        _l("Room"),
        [Required(_l("Enter the name.")), Length(max=255)],
        filters=[lambda text: fold_spaces(plain(text)) if text else text],
    )
    capacity = StringField(
        _l("Seats"),
        [Required(_l("Enter a whole number from 1 to 9999."))],
        filters=[lambda text: plain(text) if text else text],
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    order = ("name", "capacity")

    def validate_capacity(self, field: StringField) -> None:
        text = field.data or ""
        if text and not (text.isdecimal() and len(text) <= 4 and FEWEST_SEATS <= int(text) <= MOST_SEATS):
            raise ValidationError(_l("Enter a whole number from 1 to 9999."))


class RoomChangeForm(RoomForm, RevisedForm):
    pass


class ClosureForm(NamesForm):
    closed_on = DateField(_l("Date"), [Required(_l("Enter a date."))], format=["%Y-%m-%d", "%Y/%m/%d"])
    order = ("closed_on", "name_en", "name_ja")

    def validate_closed_on(self, field: DateField) -> None:
        if field.data and not date(2000, 1, 1) <= field.data <= date(2099, 12, 31):
            raise ValidationError(_l("Enter a date between 2000 and 2099."))


class ClosureChangeForm(ClosureForm, RevisedForm):
    pass
