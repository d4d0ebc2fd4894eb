"""The tracker of corrective actions: the list, opening one from a finding, and the page of each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms.accounts import queries as people
from lms.accounts.core.roles import Role
from lms.accounts.phrases import ROLES
from lms.followup import actions, phrases, queries
from lms.followup.core.effect import Figure
from lms.followup.core.kinds import METHODS, About, ActionKind, figure_of, offered
from lms.followup.core.states import PENDING, ActionState
from lms.followup.core.wishes import due_day
from lms.followup.forms import ChangeForm, OpenForm
from lms.followup.models import CorrectiveAction
from lms.followup.queries import Listed, Wanted
from lms.followup.queries.opening import Named, Owner, get_named, list_owners, named_of
from lms.foundation import clock
from lms.foundation.access import access, access_for, may, me, policy
from lms.foundation.errors import sentence
from lms.kit.ordering import Order
from lms.kit.problems import Invalid, NotFound, Refused
from lms.policies import queries as policies
from lms.questions import queries as questions
from lms.sites.core.year import today_at

blueprint = Blueprint("followup", __name__, template_folder="../templates")


@blueprint.get("/actions")
@policy("followup.read")
def index() -> str:
    """The actions that the address asks for; without ``state`` those that are not over."""
    wanted = Wanted(
        state=request.args.get("state", ""),
        kind=request.args.get("kind", ""),
        quiz=request.args.get("quiz", ""),
        is_own=request.args.get("owner") == "me",
    )
    order = Order.of(request.args.get("sort", ""), queries.sorted_by())
    listed, part = queries.list_actions(access(), wanted, order, request.args.get("page", 1, type=int), _today())
    return render_template(
        "followup/index.html",
        listed=listed,
        part=part,
        wanted=wanted,
        order=order,
        quizzes=queries.list_quizzes(access()),
        sections=policies.load_sections_in_force(clock.now()),
        named=people.load_named(one.action.person_id for one in listed if one.action.person_id),
        sees_figures=sees_figures,
        phrases=phrases,
    )


@blueprint.route("/actions/new", methods=["GET", "POST"])
@policy("followup.open")
def new() -> ResponseReturnValue:
    """Open an action on a finding, which the address names: its kind, and what it is on."""
    about = About(
        *(request.args.get(name, "") for name in ("quiz", "question", "section", "cohort", "person")),
    )
    finding, asked = request.args.get("finding", ""), request.args.get("kind", "")
    named = get_named(about, access())
    kinds = offered(finding, about)
    if (finding and finding not in phrases.FINDINGS) or not kinds:
        raise NotFound
    return _opening(named, finding, ActionKind(asked) if asked in kinds else kinds[0], kinds)


@blueprint.route("/actions/practice/<code>/<person>", methods=["GET", "POST"])
@policy("followup.practice")
def new_practice(code: str, person: str) -> ResponseReturnValue:
    """Offer somebody practice on what they missed in a quiz; for whoever may see that person's result."""
    named = get_named(About(code, person=person), access())
    return _opening(named, "", ActionKind.PRACTICE, [ActionKind.PRACTICE])


def _opening(named: Named, finding: str, kind: ActionKind, kinds: Sequence[ActionKind]) -> ResponseReturnValue:
    """The form of an action of a kind, among those that fit what it is on."""
    about = named.about
    form, owners = OpenForm(due_on=due_day(kind, _today())), list_owners(kind, named)
    owners.sort(key=lambda owner: kind is ActionKind.PRACTICE and owner.person.id != me().id)
    form.offer(_choices(owners))
    if form.is_sent_and_valid():
        try:
            action = actions.open_action(form.draft(kind, finding), named, by=current_user)
        except Invalid as problem:
            _take_back(form, problem)
        except Refused as problem:
            form.note.errors = [sentence(problem)]
        else:
            flash(_("Action opened."))
            return redirect(url_for("followup.show", action_id=action.id))
    page = render_template(
        "followup/new.html",
        form=form,
        named=named,
        about=about,
        finding=finding,
        kind=kind,
        kinds=kinds,
        figure=figure_of(kind, about),
        is_named=bool(people.load_named([named.person.id])) if named.person else False,
        section=policies.load_sections_in_force(clock.now()).get(about.section),
        phrases=phrases,
    )
    return (page, 422) if request.method == "POST" else page


@blueprint.route("/actions/<int:action_id>", methods=["GET"])
@policy("followup.read")
def show(action_id: int) -> ResponseReturnValue:
    return _page(queries.get_listed(access(), action_id, _today()))


@blueprint.post("/actions/<int:action_id>")
@policy("followup.write")
def change(action_id: int) -> ResponseReturnValue:
    """Change state, owner, due day or note; a conflict shows both."""
    action = queries.get_action(access(), action_id)
    named = named_of(action)
    form = _form(action, list_owners(ActionKind(action.kind), named))

    def save() -> None:
        actions.change(action, form.wish, named, revision=form.revision.data, by=current_user)

    if form.is_sent_and_valid() and form.is_saved(save, action, _entered):
        flash(_("Action changed."))
        return redirect(url_for("followup.show", action_id=action.id))
    return _page(queries.get_listed(access(), action_id, _today()), form), form.status


def sees_figures(action: CorrectiveAction) -> bool:
    """Whether whoever asks may see an action's figures: analysts may, and the trainers of the cohort they are of."""
    return may("analysis.read") or action.cohort_id is not None


def _page(listed: Listed, form: ChangeForm | None = None) -> str:
    action = listed.action
    is_withheld = bool(action.question and questions.load_withheld([action.question], access_for("question.read")))
    return render_template(
        "followup/show.html",
        listed=listed,
        action=action,
        form=form or _form(action, list_owners(ActionKind(action.kind), named_of(action))),
        baseline=Figure.read(action.baseline),
        is_pending=action.state in PENDING,
        is_named=bool(people.load_named([action.person_id])) if action.person_id else False,
        section=policies.load_sections_in_force(clock.now()).get(action.section.full_name) if action.section else None,
        tells_key=may("question.read") and not is_withheld,
        sees_figures=sees_figures(action),
        may_write=may("followup.write"),
        regrade=_regrade(action),
        phrases=phrases,
    )


def _regrade(action: CorrectiveAction) -> str | None:
    """The dry run of what the finding suggests, for those who propose regrades."""
    if action.question is None or not may("regrade.propose"):
        return None
    if action.kind not in (ActionKind.REGRADE, ActionKind.HOLD):
        return None
    option = action.evidence.get("facts", {}).get("option")
    method = "drop" if action.kind == ActionKind.HOLD else METHODS.get(action.finding)
    right = f"options:{option}" if option and method in ("accept", "new_key") else None
    version = action.question_version.n if action.question_version else None
    return url_for(
        "regrades.new", quiz=action.quiz.code, code=action.question.code, how=method, right=right, version=version
    )


def _form(action: CorrectiveAction, owners: list[Owner]) -> ChangeForm:
    form = ChangeForm(**_entered(action), revision=action.revision)
    pairs = _choices(owners)
    if action.owner_id not in dict(pairs):  # whoever owns it may keep it
        pairs.insert(0, (action.owner_id, action.owner.code))
    form.offer(ActionState(action.state), pairs)
    return form


def _entered(action: CorrectiveAction) -> dict[str, Any]:
    return {
        "state": action.state,
        "owner": action.owner_id,
        "due_on": action.due_on,
        "note": action.note,
        "reason": action.reason,
    }


def _choices(owners: list[Owner]) -> list[tuple[int, str]]:
    """By code: the names of staff are shown to few."""
    shown = [
        (
            owner.person.id,
            _("%(code)s, %(role)s", code=owner.person.code, role=ROLES[Role(owner.hands.value)]),
        )
        for owner in owners
    ]
    return [(key, str(label)) for key, label in shown]


def _take_back(form: OpenForm, problem: Invalid) -> None:
    """A problem with the kind, which stands in the address, or with the reason of a hold, which is the note."""
    if problem.field in ("kind", "reason"):
        form.note.errors = [*form.note.errors, sentence(problem)]
    else:
        form.take_back(problem)


def _today() -> date:
    return today_at(me().zone_name, clock.now())
