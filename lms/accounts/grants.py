"""Who may do what, and how far: the access matrix as data.

A route names one of these actions; what is not listed is refused. Two marks may stand with a scope: ``step_up`` (the
person has confirmed their password shortly before) and ``second_person`` (who prepared a thing does not release it).
"""

from __future__ import annotations

from lms.accounts.core.roles import Role
from lms.foundation.access import ANONYMOUS, Grant, Grants, Reach, Scope

_OPEN: Reach = {ANONYMOUS: Scope.ALL}
_OWN: Reach = {role.value: Scope.OWN for role in Role}
_EVERYBODY: Reach = {role.value: Scope.ALL for role in Role}

GRANTS: Grants = {
    # open to everybody
    "static.read": _OPEN,
    "health.read": _OPEN,
    "session.create": _OPEN,
    "link.redeem": _OPEN,
    "statement.read": _OPEN,
    "feed.read": _OPEN,  # guarded by the signature in its address
    # everybody who is signed in
    "session.end": _OWN,
    "session.confirm": _OWN,
    "home.read": _OWN,
    "search.read": _OWN,  # each kind of thing under the action that reads it
    "profile.write": _OWN,
    "notice.read": _OWN,
    "wellbeing.read": _OWN,
    "wellbeing.write": _OWN,
    "help.list": {Role.ADMIN: Scope.ALL},
    "help.write": {Role.ADMIN: Grant(Scope.ALL, step_up=True)},
    # people
    "person.list": {
        Role.TRAINER: Scope.COHORT,
        Role.QA: Scope.ALL,
        Role.EDITOR: Scope.ALL,
        Role.LOCALIZER: Scope.ALL,
        Role.VENDOR_MANAGER: Scope.VENDOR,
        Role.ADMIN: Scope.ALL,
    },
    "person.names": {
        **_OWN,
        Role.TRAINER: Scope.COHORT,
        Role.VENDOR_MANAGER: Scope.VENDOR,
        Role.ADMIN: Scope.ALL,
    },
    "person.write": {Role.VENDOR_MANAGER: Scope.VENDOR, Role.ADMIN: Scope.ALL},
    "person.admit": {Role.VENDOR_MANAGER: Scope.VENDOR, Role.ADMIN: Grant(Scope.ALL, step_up=True)},
    "accommodation.write": {Role.ADMIN: Grant(Scope.ALL, step_up=True)},  # what it rests on is read with it
    "role.grant": {
        Role.VENDOR_MANAGER: Scope.VENDOR,
        Role.ADMIN: Grant(Scope.ALL, step_up=True, second_person=True),
    },
    "site.list": {Role.ADMIN: Scope.ALL},
    "site.write": {Role.ADMIN: Grant(Scope.ALL, step_up=True)},
    "site.read": {Role.ADMIN: Scope.ALL, Role.VENDOR_MANAGER: Scope.VENDOR, Role.TRAINER: Scope.SITE},
    # the installation
    "mail.read": {Role.ADMIN: Grant(Scope.ALL, step_up=True)},
    "mail.send": {Role.ADMIN: Grant(Scope.ALL, step_up=True)},
    # policies
    "policy.read": _EVERYBODY,
    "policy.acknowledge": _OWN,
    "policy.draft": {Role.EDITOR: Scope.ALL, Role.LOCALIZER: Scope.ALL, Role.QA: Scope.ALL, Role.ADMIN: Scope.ALL},
    "policy.write": {Role.EDITOR: Scope.ALL},
    "policy.translate": {Role.EDITOR: Scope.ALL, Role.LOCALIZER: Scope.ALL},
    "policy.publish": {
        Role.EDITOR: Grant(Scope.ALL, step_up=True, second_person=True),
        Role.QA: Grant(Scope.ALL, step_up=True, second_person=True),  # what an editor has asked for
    },
    # questions and quizzes
    "question.read": {Role.QA: Scope.ALL, Role.EDITOR: Scope.ALL},
    "question.write": {Role.QA: Scope.ALL, Role.EDITOR: Scope.ALL},
    "question.publish": {
        Role.QA: Grant(Scope.ALL, second_person=True),
        Role.EDITOR: Grant(Scope.ALL, second_person=True),
    },
    "quiz.write": {Role.QA: Scope.ALL},
    "quiz.read": {Role.QA: Scope.ALL, Role.EDITOR: Scope.ALL},
    "assignment.write": {Role.TRAINER: Scope.COHORT, Role.QA: Scope.ALL},
    "campaign.write": {Role.QA: Scope.ALL},
    "campaign.read": {Role.QA: Scope.ALL, Role.TRAINER: Scope.COHORT, Role.VENDOR_MANAGER: Scope.VENDOR},
    "excuse.write": {Role.QA: Scope.ALL, Role.TRAINER: Scope.COHORT, Role.VENDOR_MANAGER: Scope.VENDOR},
    "attempt.write": {
        Role.LEARNER: Scope.OWN,
        Role.TRAINER: Scope.OWN,
        Role.QA: Scope.OWN,
        Role.EDITOR: Scope.OWN,
        Role.LOCALIZER: Scope.OWN,
    },
    "attempt.watch": {Role.TRAINER: Scope.COHORT, Role.ADMIN: Scope.ALL},  # who is at it, without answers or score
    "attempt.extend": {Role.TRAINER: Grant(Scope.COHORT, step_up=True), Role.ADMIN: Grant(Scope.ALL, step_up=True)},
    "late.read": {Role.TRAINER: Scope.COHORT, Role.QA: Scope.ALL, Role.ADMIN: Scope.ALL},  # QA by code
    "late.propose": {Role.TRAINER: Scope.COHORT, Role.QA: Scope.ALL, Role.ADMIN: Scope.ALL},
    "late.decide": {Role.QA: Scope.ALL, Role.ADMIN: Grant(Scope.ALL, second_person=True)},
    "void.propose": {Role.TRAINER: Scope.COHORT, Role.ADMIN: Scope.ALL},
    "void.decide": {Role.ADMIN: Grant(Scope.ALL, step_up=True, second_person=True)},
    "result.read": {
        Role.LEARNER: Scope.OWN,
        Role.TRAINER: Scope.OWN,
        Role.QA: Scope.OWN,
        Role.EDITOR: Scope.OWN,
        Role.LOCALIZER: Scope.OWN,
    },
    "result.list": {  # score and outcome of others, without their answers
        Role.TRAINER: Scope.COHORT,
        Role.QA: Scope.ALL,  # by code
        Role.VENDOR_MANAGER: Scope.VENDOR,
        Role.ADMIN: Scope.ALL,
    },
    "result.export": {  # as files, with names
        Role.LEARNER: Scope.OWN,
        Role.TRAINER: Scope.COHORT,
        Role.VENDOR_MANAGER: Grant(Scope.VENDOR, step_up=True),
        Role.ADMIN: Grant(Scope.ALL, step_up=True),
    },
    "regrade.read": {Role.QA: Scope.ALL, Role.EDITOR: Scope.ALL},  # by code
    "regrade.propose": {Role.QA: Scope.ALL},
    "regrade.apply": {
        Role.QA: Grant(Scope.ALL, second_person=True),
        Role.EDITOR: Grant(Scope.ALL, second_person=True),
    },
    # cohorts
    "cohort.read": {
        Role.TRAINER: Scope.COHORT,
        Role.QA: Scope.ALL,  # by code: the page asks for person.names as well
        Role.VENDOR_MANAGER: Scope.VENDOR,
        Role.ADMIN: Scope.ALL,
    },
    "cohort.write": {Role.TRAINER: Scope.COHORT, Role.ADMIN: Scope.ALL},
    "attendance.write": {Role.TRAINER: Scope.COHORT, Role.ADMIN: Scope.ALL},
    "attendance.check_in": {Role.LEARNER: Scope.OWN},
    "plan.write": {Role.TRAINER: Scope.ALL, Role.ADMIN: Scope.ALL},
    # analysis
    "analysis.read": {Role.QA: Scope.ALL, Role.EDITOR: Scope.ALL},
    "report.read": _OWN,  # those that one has asked for
    "followup.open": {Role.QA: Scope.ALL, Role.EDITOR: Scope.ALL},
    "followup.practice": {Role.TRAINER: Scope.COHORT, Role.QA: Scope.ALL},  # for one person, on their own result
    "followup.read": {  # own: what one has opened or is to do
        Role.QA: Scope.ALL,
        Role.EDITOR: Scope.OWN,
        Role.LOCALIZER: Scope.OWN,
        Role.TRAINER: Scope.COHORT,
    },
    "followup.write": {
        Role.QA: Scope.ALL,
        Role.EDITOR: Scope.OWN,
        Role.LOCALIZER: Scope.OWN,
        Role.TRAINER: Scope.COHORT,
    },
    "report.write": {Role.QA: Scope.ALL},  # the analysis of results; the others by name or by code
    "report.golive": {
        Role.TRAINER: Scope.COHORT,
        Role.QA: Scope.ALL,
        Role.VENDOR_MANAGER: Grant(Scope.VENDOR, step_up=True),
        Role.ADMIN: Grant(Scope.ALL, step_up=True),
    },
    "report.transcript": {
        **_OWN,
        Role.TRAINER: Scope.COHORT,
        Role.QA: Scope.ALL,
        Role.VENDOR_MANAGER: Grant(Scope.VENDOR, step_up=True),
        Role.ADMIN: Grant(Scope.ALL, step_up=True),
    },  # one's own in any case
    "report.acknowledgements": {
        Role.TRAINER: Scope.COHORT,
        Role.QA: Scope.ALL,
        Role.EDITOR: Scope.ALL,  # numbers only: see reports.access
        Role.VENDOR_MANAGER: Grant(Scope.VENDOR, step_up=True),
        Role.ADMIN: Grant(Scope.ALL, step_up=True),
    },
    "report.campaign": {
        Role.TRAINER: Scope.COHORT,
        Role.QA: Scope.ALL,
        Role.VENDOR_MANAGER: Grant(Scope.VENDOR, step_up=True),
    },
    "report.monthly": {Role.QA: Scope.ALL, Role.VENDOR_MANAGER: Scope.VENDOR, Role.ADMIN: Scope.ALL},
    "production.read": {Role.QA: Scope.ALL, Role.EDITOR: Scope.ALL, Role.TRAINER: Scope.COHORT},  # no person is named
    "production.write": {Role.QA: Scope.ALL},
    # running the installation
    "journal.read": {**_OWN, Role.VENDOR_MANAGER: Scope.VENDOR, Role.ADMIN: Scope.ALL},  # own: one's sign-ins
    "journal.export": {
        Role.VENDOR_MANAGER: Grant(Scope.VENDOR, step_up=True),
        Role.ADMIN: Grant(Scope.ALL, step_up=True),
    },
    "journal.check": {Role.ADMIN: Scope.ALL},
    "system.read": {Role.ADMIN: Scope.ALL},
    "system.write": {Role.ADMIN: Grant(Scope.ALL, step_up=True)},
}
