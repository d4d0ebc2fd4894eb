from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField
from wtforms.validators import Length, Regexp, ValidationError

from lms.foundation.forms import Form, Required, choices
from lms.sites.core import zones
from lms.sites.phrases import VENDOR_KINDS

CODE = Regexp(r"[a-z0-9-]+\Z", message=_l("Use small letters, digits and hyphens."))


class VendorForm(Form):
    code = StringField(_l("Code"), [Required(_l("Enter a code.")), CODE, Length(max=40)])
    name_en = StringField(_l("Name in English"), [Required(_l("Enter the name in both languages.")), Length(max=255)])
    name_ja = StringField(_l("Name in Japanese"), [Required(_l("Enter the name in both languages.")), Length(max=255)])
    kind = SelectField(_l("Kind"), choices=choices(VENDOR_KINDS.items()))


class SiteForm(Form):
    code = StringField(_l("Code"), [Required(_l("Enter a code.")), CODE, Length(max=40)])
    name_en = StringField(_l("Name in English"), [Required(_l("Enter the name in both languages.")), Length(max=255)])
    name_ja = StringField(_l("Name in Japanese"), [Required(_l("Enter the name in both languages.")), Length(max=255)])
    vendor = SelectField(_l("Vendor"), coerce=int)
    zone_name = StringField(
        _l("Time zone"), [Required(_l("Enter a time zone such as Asia/Tokyo."))], render_kw={"list": "zones"}
    )
    country = StringField(
        _l("Country"),
        [
            Required(_l("Enter the country's two letters, such as JP.")),
            Regexp(r"[A-Za-z]{2}\Z", message=_l("Enter the country's two letters, such as JP.")),
        ],
        description=_l("Two letters. Public holidays follow it."),
        filters=[lambda text: text.upper() if text else text],
    )
    subdivision = StringField(
        _l("State or region"), [Length(max=8)], description=_l("Only where its holidays differ, such as TX.")
    )

    def validate_zone_name(self, field: StringField) -> None:
        if field.data not in zones.names():
            raise ValidationError(_l("Enter a time zone such as Asia/Tokyo."))


class RoomForm(Form):
    name = StringField(_l("Room"), [Required(_l("Enter the name.")), Length(max=255)])
    capacity = StringField(_l("Seats"), [Regexp(r"[0-9]{1,4}\Z", message=_l("Enter a whole number."))])
