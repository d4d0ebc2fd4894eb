from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    FileField,
    HiddenField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional, ValidationError
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from lms.accounts.core.accommodation import MOST_MINUTES, MOST_PERCENT, MoreTime
from lms.accounts.core.addresses import LONGEST
from lms.accounts.core.roles import Role
from lms.accounts.phrases import ROLES
from lms.foundation.forms import Form, Required, RevisedForm, choices, of_known_year
from lms.kit.text import fold_login, fold_spaces, plain
from lms.sites.core import zones

LANGUAGES = choices([("en", "English"), ("ja", "日本語")])


class SignInForm(Form):
    login = StringField(_l("E-mail"), [Required(_l("Enter your e-mail address."))])
    password = PasswordField(_l("Password"), [Required(_l("Enter your password."))])
    next = HiddenField()
    carried = HiddenField()


class ConfirmForm(Form):
    """The fields have names that no other form has: what it carries on keeps its own."""

    step_up_password = PasswordField(_l("Password"), [Required(_l("Enter your password."))])
    step_up_to = HiddenField()
    step_up_back = HiddenField()
    step_up_sends = HiddenField()
    """Whether what is carried is sent to the address as a form; else the address is opened."""


class PasswordForm(Form):
    password = PasswordField(
        _l("New password"),
        [Required(_l("Enter at least 12 characters."))],
        description=_l("At least 12 characters. Several unrelated words are easy to remember and hard to guess."),
    )


class ChangePasswordForm(PasswordForm):
    old_password = PasswordField(_l("Current password"), [Required(_l("Enter your password."))])


def _line(text: str | None) -> str | None:
    return fold_spaces(text) if text else text


class PersonFacts(Form):
    name = StringField(_l("Name"), [Required(_l("Enter the name.")), Length(max=255)], filters=[_line])
    reading = StringField(
        _l("Reading"),
        [Length(max=255)],
        filters=[_line],
        description=_l("Furigana of a Japanese name; lists in Japanese sort by it."),
    )
    login = StringField(
        _l("E-mail"),
        [
            Required(_l("Enter the e-mail address.")),
            Length(max=LONGEST),
        ],
        filters=[lambda text: fold_login(plain(text)) if text else text],
    )
    site = SelectField(_l("Site"), coerce=int)
    locale = SelectField(_l("Language"), choices=LANGUAGES)


class PersonForm(PersonFacts):
    roles = SelectMultipleField(
        _l("Roles"),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        choices=choices(ROLES.items()),
    )

    def validate_roles(self, field: SelectMultipleField) -> None:
        if not field.data:
            raise ValidationError(_l("Choose at least one role."))

    @property
    def chosen_roles(self) -> tuple[Role, ...]:
        return tuple(Role(value) for value in self.roles.data)


class PersonChangeForm(PersonFacts, RevisedForm):
    pass


class PeopleListForm(Form):
    text = TextAreaField(
        _l("Rows from a spreadsheet"),
        description=_l(
            "Select the cells in the spreadsheet, including the row of column names, then copy and paste them."
        ),
    )
    file = FileField(_l("Or a file"), description=_l("CSV or TSV, as spreadsheets save it."))
    site = SelectField(_l("Site, where the list does not state it"), [Optional()])
    locale = SelectField(_l("Language, where the list does not state it"), choices=LANGUAGES)


class ProfileForm(RevisedForm):
    reading = StringField(_l("Reading"), [Length(max=255)])
    locale = SelectField(_l("Language"), choices=LANGUAGES)
    own_zone_name = SelectField(_l("Time zone"), [Optional()])
    wants_digest = BooleanField(
        _l("Daily mail of what is new"),
        description=_l(
            "One mail in the morning when something is new. Quizzes to take and policies to read are mailed anyway."
        ),
    )

    def offer_zones(self, site_zone: str) -> None:
        """Offer the site's zone as the default, then every zone by name."""
        self.own_zone_name.choices = choices(
            [("", _l("Same as my site: %(zone)s", zone=site_zone)), *((name, name) for name in zones.places())]
        )


class AccommodationForm(Form):
    how = RadioField(
        _l("More time"),
        choices=choices([("percent", _l("Percent of each time limit")), ("minutes", _l("Minutes in each quiz"))]),
    )
    amount = IntegerField(_l("How much"), [InputRequired(_l("Enter a whole number."))])
    first_on = DateField(_l("First day"), [InputRequired(_l("Enter a date.")), of_known_year])
    last_on = DateField(
        _l("Last day"),
        [Optional(), of_known_year],
        description=_l("Leave it empty if it holds until somebody ends it."),
    )
    note = TextAreaField(
        _l("What it rests on"),
        [Length(max=300)],
        description=_l(
            "Optional. Read by the person and by administrators who have confirmed their password. Refer to the "
            "agreement; write nothing about health."
        ),
    )
    standing = IntegerField(widget=HiddenInput(), default=0)

    @property
    def more_time(self) -> MoreTime:
        amount, is_percent = self.amount.data, self.how.data == "percent"
        return MoreTime(
            percent=amount if is_percent else 0,
            minutes=0 if is_percent else amount,
            first_on=self.first_on.data,
            last_on=self.last_on.data,
        )

    def validate_amount(self, field: IntegerField) -> None:
        most = MOST_MINUTES if self.how.data == "minutes" else MOST_PERCENT
        if field.data is not None and not 1 <= field.data <= most:
            raise ValidationError(_l("Enter a whole number from 1 to %(most)s.", most=most))

    def go_on_from(self, standing: int) -> None:
        """Let the next save count from what is granted now: its sender has seen it."""
        self.standing.raw_data, self.standing.data = None, standing
