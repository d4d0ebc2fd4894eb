"""Sentences of sign-in and people."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.accounts.core.list_reading import Cell
from lms.accounts.core.roles import Role
from lms.foundation.notices import Kind

ROLES = {
    Role.LEARNER: _l("Learner"),
    Role.TRAINER: _l("Trainer"),
    Role.QA: _l("QA analyst"),
    Role.EDITOR: _l("Policy editor"),
    Role.LOCALIZER: _l("Localizer"),
    Role.VENDOR_MANAGER: _l("Vendor manager"),
    Role.ADMIN: _l("Administrator"),
}

NOTICES = {
    "accommodation.percent": Kind(
        _l("You have %(percent)s%% more time in every quiz that you start from %(first_on)s on."), "profile.edit"
    ),
    "accommodation.minutes": Kind(
        _l("You have %(minutes)s min more in every quiz that you start from %(first_on)s on."), "profile.edit"
    ),
    "accommodation.ended": Kind(_l("The more time that you had in quizzes has ended."), "profile.edit"),
    "role.waits": Kind(
        _l("A role is waiting for you to confirm it: %(role)s for %(code)s."), "people.show", ("code",), {"role": ROLES}
    ),
    "role.given": Kind(
        _l("The role that you proposed was confirmed by %(by)s: %(role)s for %(code)s."),
        "people.show",
        ("code",),
        {"role": ROLES},
    ),
    "role.declined": Kind(
        _l("The role that you proposed was declined by %(by)s: %(role)s for %(code)s."),
        "people.show",
        ("code",),
        {"role": ROLES},
    ),
    "role.dropped": Kind(
        _l("The role that you proposed is no longer waiting: %(role)s. The access of %(code)s has ended."),
        "people.show",
        ("code",),
        {"role": ROLES},
    ),
}

STATES = {"active": _l("Active"), "deactivated": _l("Deactivated")}

LANGUAGES = {"en": "English", "ja": "日本語"}


def device(browser: str, system: str) -> str:
    """On what a session was begun, as far as it is known."""
    if browser and system:
        return str(_("%(browser)s on %(system)s", browser=browser, system=system))
    return browser or system or str(_("Unknown device"))


COLUMNS = {
    Cell.NAME: _l("Name"),
    Cell.READING: _l("Reading"),
    Cell.LOGIN: _l("E-mail"),
    Cell.LOCALE: _l("Language"),
    Cell.ROLES: _l("Role"),
    Cell.SITE: _l("Site"),
}
"""The columns of a list of people; the reading of lists knows these words in both languages."""


def _without_columns(columns: tuple[Cell, ...]) -> str:
    names = _(", ").join(str(COLUMNS[cell]) for cell in columns)
    return str(_("The first row has no column for %(columns)s. The template has all of them.", columns=names))


def _column_twice(column: Cell) -> str:
    return str(_("Two columns are for “%(column)s”. Leave one of them out.", column=COLUMNS[column]))


PROBLEMS: dict[str, Any] = {
    "accommodation.amount": _l("Enter a whole number from 1 to %(most)s."),
    "accommodation.days": _l("The last day must not be before the first."),
    "accommodation.past": _l("Enter today or a later day, or leave it empty."),
    "accommodation.changed": _l("Somebody else has changed this person’s time in the meantime."),
    "sign_in.wait": _l("Too many wrong passwords. Please wait %(minutes)s minutes, then try again."),
    "sign_in.refused": _l("This account cannot sign in. Please ask your trainer or the administrator."),
    "person.login_taken": _l("This e-mail address already belongs to somebody."),
    "person.no_address": _l("Enter an address such as name@site.example."),
    "person.not_yourself": _l(
        "You cannot change your own roles or end your own access. Please ask another administrator."
    ),
    "person.last_administrator": _l(
        "This is the only administrator who can sign in. Make somebody else an administrator first."
    ),
    "person.site_retired": _l("This person's site is no longer in use. Move them to another site first."),
    "person.role_not_grantable": _l("Your own role does not let you give this role."),
    "person.in_house_only": _l(
        "QA analyst, policy editor, localizer and administrator are roles for in-house people only."
    ),
    "person.may_more": _l("This person holds a role that you cannot give. Please ask an administrator."),
    "person.unknown_role": _l("There is no such role. Nothing was changed."),
    "person.changed_meanwhile": _l(
        "Somebody else changed this person in the meantime. Reload the page to see what is there now."
    ),
    "password.wrong": _l("That password does not match. Tries left: %(left)s."),
    "list.empty": _l("Paste the rows, or choose a file."),
    "list.two_sources": _l("Paste rows or choose a file, not both."),
    "list.workbook": _l(
        "This is a workbook. Copy its cells and paste them here, or save the sheet as CSV and choose that file."
    ),
    "list.not_text": _l(
        "This file is not text in UTF-8, UTF-16 or Shift_JIS. Save the sheet as “CSV UTF-8” and choose that file."
    ),
    "list.open_quote": _l("A quotation mark is opened in row %(row)s and never closed. Close it, or leave it out."),
    "list.no_heads": _l("The first row must name the columns, such as Name and E-mail. The template has them."),
    "list.no_column": _without_columns,
    "list.column_twice": _column_twice,
    "list.no_rows": _l("There are no rows below the column names."),
    "list.too_many_rows": _l(
        "The list has %(count)s rows. At most %(most)s people can be added at once: split the list."
    ),
    "list.too_long": _l("The texts of the list are too long. Split the list, or leave out what is not needed."),
    "list.unreadable": _l("The rows could not be read. Nothing was changed. Please paste the list again."),
    "list.made_already": _l("The people on this list have already been added."),
    "list.no_links": _l("Nobody on this list needs a link: everybody has a password, or can no longer sign in."),
    "role.not_waiting": _l("This role is no longer waiting: it was decided or taken back in the meantime."),
    "release.waits": _l("Somebody else has to confirm what you prepared: %(people)s."),
    "link.spent": _l("This link has already been used, or it has expired. Please ask for a new one."),
    "password.too_short": _l("Enter at least 12 characters."),
    "password.too_long": _l("Enter at most 128 characters."),
    "password.common": _l("This password is too easy to guess. Several unrelated words make a good one."),
    "password.like_login": _l("Choose a password that is not your e-mail address."),
}

SAMPLE_ACCOUNTS = {
    "joiner": (_l("New joiner"), _l("Tokyo A, in training. A checkpoint is due.")),
    "moderator": (_l("Moderator"), _l("Reads policy updates and takes quizzes.")),
    "trainer": (_l("Trainer"), _l("Timetables, roll calls, and who is at risk.")),
    "qa": (_l("QA analyst"), _l("Quizzes, result analysis and reports.")),
    "editor": (_l("Policy editor"), _l("Writes and publishes policies.")),
    "localizer": (_l("Localizer"), _l("Keeps the Japanese texts current.")),
    "vendor": (_l("Vendor manager"), _l("Northwind only.")),
    "admin": (_l("Administrator"), _l("People, sites and the audit trail.")),
}

FINDINGS = {
    "row.beyond": _l(
        "There is something after the last column: “%(rest)s”. Perhaps a cell with a comma is not in quotation marks."
    ),
    "name.missing": _l("Enter the name."),
    "name.twice": _l("Same name at the same site as row %(row)s."),
    "name.namesake": _l("Same name at the same site as %(person)s, who already has an account."),
    "reading.missing": _l("No reading: lists in Japanese sort these people by their name."),
    "cell.too_long": _l("%(count)s characters; at most %(most)s are possible."),
    "cell.half_kana": _l("Half-width kana"),
    "cell.marks": _l("Invisible characters"),
    "login.missing": _l("Enter the e-mail address."),
    "login.no_address": _l("Enter an address such as name@site.example."),
    "login.taken": _l("This e-mail address already belongs to somebody."),
    "login.taken_by": _l("This e-mail address already belongs to %(person)s."),
    "login.twice": _l("Same e-mail address as row %(row)s."),
    "login.width": _l("Full-width letters"),
    "login.case": _l("Capitals do not matter"),
    "locale.unknown": _l("There is no language “%(word)s”."),
    "locale.unknown_near": _l("There is no language “%(word)s”. Nearest: %(near)s."),
    "roles.unknown": _l("There is no role “%(word)s”."),
    "roles.unknown_near": _l("There is no role “%(word)s”. Nearest: %(near)s."),
    "roles.not_grantable": _l("Your own role does not let you give: %(roles)s."),
    "roles.in_house_only": _l("For in-house people only: %(roles)s."),
    "site.missing": _l("Choose the site."),
    "site.ambiguous": _l("Several sites have this name: %(codes)s."),
    "site.unknown": _l("There is no site “%(word)s”."),
    "site.unknown_near": _l("There is no site “%(word)s”. Nearest: %(near)s."),
}
"""What the check of a list says of a cell, by the code of the finding."""

ENCODINGS = {
    "pasted": _l("pasted"),
    "utf-8": _l("UTF-8"),
    "utf-16": _l("UTF-16"),
    "cp932": _l("CP932 (Shift_JIS)"),
}
DELIMITERS = {"tab": _l("tabs"), "comma": _l("commas"), "semicolon": _l("semicolons")}
