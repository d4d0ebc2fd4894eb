from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, IntegerField, PasswordField, SelectField, SelectMultipleField, StringField
from wtforms.validators import Length, Optional, ValidationError
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from lms.accounts.core.addresses import LONGEST, is_address
from lms.accounts.core.roles import Role
from lms.accounts.phrases import PROBLEMS, ROLES
from lms.foundation.forms import Form, Required, choices
from lms.kit.text import fold_login
from lms.sites.core import zones

LANGUAGES = choices([("en", "English"), ("ja", "日本語")])


class SignInForm(Form):
    login = StringField(_l("E-mail"), [Required(_l("Enter your e-mail address."))])
    password = PasswordField(_l("Password"), [Required(_l("Enter your password."))])
    next = HiddenField()
    carried = HiddenField()


class PasswordForm(Form):
    password = PasswordField(
        _l("New password"),
        [Required(_l("Enter at least 12 characters."))],
        description=_l("At least 12 characters. Several unrelated words are easy to remember and hard to guess."),
    )


class ChangePasswordForm(PasswordForm):
    old_password = PasswordField(_l("Password until now"), [Required(_l("Enter your password."))])


class PersonForm(Form):
    name = StringField(_l("Name"), [Required(_l("Enter the name.")), Length(max=255)])
    reading = StringField(
        _l("Reading"), [Length(max=255)], description=_l("Furigana of a Japanese name; lists in Japanese sort by it.")
    )
    login = StringField(
        _l("E-mail"),
        [
            Required(_l("Enter the e-mail address.")),
            Length(max=LONGEST),
        ],
        filters=[lambda text: fold_login(text) if text else text],
    )
    site = SelectField(_l("Site"), coerce=int)
    locale = SelectField(_l("Language"), choices=LANGUAGES)
    roles = SelectMultipleField(
        _l("Roles"),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        choices=choices(ROLES.items()),
    )

    def validate_login(self, field: StringField) -> None:
        if field.data and not is_address(field.data):
            raise ValidationError(PROBLEMS["person.no_address"])

    def validate_roles(self, field: SelectMultipleField) -> None:
        if not field.data:
            raise ValidationError(_l("Choose at least one role."))

    @property
    def chosen_roles(self) -> tuple[Role, ...]:
        return tuple(Role(value) for value in self.roles.data)


class ProfileForm(Form):
    reading = StringField(_l("Reading"), [Length(max=255)])
    locale = SelectField(_l("Language"), choices=LANGUAGES)
    own_zone_name = SelectField(_l("Time zone"), [Optional()])
    revision = IntegerField(widget=HiddenInput())

    def go_on_from(self, revision: int) -> None:
        """Let the next save count from this revision: its sender has seen what was saved in the meantime."""
        self.revision.raw_data, self.revision.data = None, revision

    def offer_zones(self, site_zone: str) -> None:
        """Offer the site's zone as the default, then every zone by name."""
        self.own_zone_name.choices = choices(
            [("", _l("As my site: %(zone)s", zone=site_zone)), *((name, name) for name in zones.places())]
        )
