"""Sentences of sign-in and people."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

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
    "role.waits": Kind(
        _l("A role waits for your second look: %(role)s for %(code)s."), "people.show", ("code",), {"role": ROLES}
    ),
}

STATES = {"active": _l("Active"), "deactivated": _l("Deactivated")}

PROBLEMS = {
    "sign_in.wait": _l("Too many wrong passwords. Please wait %(minutes)s minutes, then try again."),
    "sign_in.refused": _l("This account cannot sign in. Please ask your trainer or the administrator."),
    "person.login_taken": _l("This e-mail address belongs to somebody already."),
    "person.no_address": _l("Enter an address such as name@site.example."),
    "person.not_yourself": _l(
        "Nobody changes their own roles or ends their own access. Please ask another administrator."
    ),
    "person.last_administrator": _l(
        "This is the only administrator who can sign in. Make somebody else an administrator first."
    ),
    "person.site_retired": _l("The site of this person is no longer in use. Move this person to another site first."),
    "person.role_not_grantable": _l("Your role cannot give this role."),
    "person.in_house_only": _l(
        "QA analyst, policy editor, localizer and administrator are roles for in-house people only."
    ),
    "person.may_more": _l("This person holds a role that yours cannot give. Please ask an administrator."),
    "person.unknown_role": _l("There is no such role. Nothing was changed."),
    "person.changed_meanwhile": _l(
        "Somebody else changed this person in the meantime. Reload the page to see what is there now."
    ),
    "password.wrong": _l("This is not your password. Tries left: %(left)s."),
    "role.not_waiting": _l("This role no longer waits: somebody has decided in the meantime, or taken it back."),
    "release.waits": _l("Whoever prepared this does not release it. Somebody else can: %(people)s."),
    "link.spent": _l("This link has been used already, or it has expired. Please ask for a new one."),
    "password.too_short": _l("Enter at least 12 characters."),
    "password.too_long": _l("Enter at most 128 characters."),
    "password.common": _l("This password is too easy to guess. Several unrelated words make a good one."),
    "password.like_login": _l("Choose a password that is not your e-mail address."),
}

SAMPLE_ACCOUNTS = {
    "joiner": (_l("New joiner"), _l("Tokyo A, in training. A checkpoint is due.")),
    "moderator": (_l("Moderator"), _l("Reads policy updates and takes quizzes.")),
    "trainer": (_l("Trainer"), _l("Takes two cohorts to their go-live.")),
    "qa": (_l("QA analyst"), _l("Quizzes, result analysis and reports.")),
    "editor": (_l("Policy editor"), _l("Writes and publishes policies.")),
    "localizer": (_l("Localizer"), _l("Keeps the Japanese texts current.")),
    "vendor": (_l("Vendor manager"), _l("Northwind only.")),
    "admin": (_l("Administrator"), _l("People, sites and roles.")),
}
