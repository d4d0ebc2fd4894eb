"""Regrades: where a question was answered, the dry run of a correction, and the second person's decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms.accounts import queries as people
from lms.foundation import clock, spreadsheets
from lms.foundation.access import access, me, policy
from lms.foundation.errors import sentence
from lms.foundation.locale import LOCALES, localized, speaking
from lms.kit.problems import Conflict, Invalid, NotFound, Refused
from lms.policies import queries as policies
from lms.policies.queries import SectionText
from lms.questions import queries as questions
from lms.questions.models import Question, QuestionKey, QuestionVersion
from lms.questions.phrases import CORRECTIONS
from lms.quizzes.actions import regrading
from lms.quizzes.core.passing import shown_points
from lms.quizzes.core.regrading import BY_KEY, Method, RegradeState, full_options, methods_for
from lms.quizzes.models import Quiz, Regrade
from lms.quizzes.phrases import METHODS, PARTS
from lms.quizzes.queries import regrades
from lms.quizzes.queries.regrading import Change, Done, Papers, load_done, load_papers
from lms.regrades import phrases, queries, tables
from lms.regrades.forms import RegradeForm

blueprint = Blueprint("regrades", __name__, template_folder="templates")

MOST_SHOWN = 50
"""So many movers stand on the page; everybody is in the file."""


@blueprint.get("/questions/<bank>/<code>/regrade")
@policy("regrade.propose")
def choose(bank: str, code: str) -> str:
    """The quizzes in which a question has been answered, to choose one."""
    row = questions.get_question(code)
    if row.bank.code != bank:
        raise NotFound
    answered = regrades.list_answered(row.id)
    return render_template("regrades/choose.html", row=row, answered=answered)


@blueprint.route("/analysis/<quiz>/regrade/<code>", methods=["GET", "POST"])
@policy("regrade.propose")
def new(quiz: str, code: str) -> ResponseReturnValue:
    """The dry run: what is asked for, counted, until it is proposed."""
    subject = _subject(quiz, code)
    form = _form(subject)
    trial, status = _counted(subject, form), 200
    is_proposed = request.method == "POST" and request.form.get("step") == "propose"
    if is_proposed:
        status = 422
        if trial is not None and not form.errors:
            try:
                regrade = regrading.propose(subject.quiz, subject.version, form.proposal, by=current_user)
            except Invalid as problem:
                form.take_back(problem)
            except Conflict as problem:
                return _trial_page(subject, form, trial, behind=sentence(problem)), problem.status
            else:
                is_waiting = regrade.state == RegradeState.PROPOSED
                flash(_("Proposed. A second person applies it.") if is_waiting else _("The regrade is being applied."))
                return redirect(url_for("regrades.show", regrade_id=regrade.id))
    else:
        form.write_note(_usual_notes(subject))
    return _trial_page(subject, form, trial), status


@blueprint.get("/analysis/<quiz>/regrade/<code>/people.csv")
@policy("regrade.propose")
def trial_csv(quiz: str, code: str) -> Response:
    """Everybody whose score would change."""
    subject = _subject(quiz, code)
    form = _form(subject)
    trial = _counted(subject, form)
    everybody = queries.load_population(subject.quiz)
    moves = queries.moves_of(everybody, trial.changes if trial else [])
    return _csv(f"{quiz}-{code}-regrade", moves, everybody)


@blueprint.get("/regrades/<int:regrade_id>")
@policy("regrade.read")
def show(regrade_id: int) -> ResponseReturnValue:
    return _regrade_page(_regrade(regrade_id))


@blueprint.get("/regrades/<int:regrade_id>/people.csv")
@policy("regrade.read")
def people_csv(regrade_id: int) -> Response:
    """Everybody whose score changes, or has changed."""
    regrade = _regrade(regrade_id)
    everybody = queries.load_population(regrade.quiz)
    subject = _about(regrade.quiz, regrade.question_version, is_trial=regrade.state == RegradeState.PROPOSED)
    trial = _trial_of(regrade, subject)
    moves = queries.moves_of(everybody, _changes(regrade, trial))
    return _csv(f"{regrade.quiz.code}-{regrade.question_version.question.code}-regrade", moves, everybody)


@blueprint.post("/regrades/<int:regrade_id>")
@policy("regrade.apply")
def decide(regrade_id: int) -> ResponseReturnValue:
    """Apply a regrade that somebody else has proposed, or let it be."""
    regrade = _regrade(regrade_id)
    decision = request.form.get("decision", "")
    if decision not in {"apply", "decline"}:
        raise NotFound
    try:
        if decision == "apply":
            regrading.apply(regrade, by=current_user)
        else:
            regrading.decline(regrade, by=current_user)
    except Conflict as problem:
        page = _regrade_page(regrades.get_regrade(regrade_id), behind=sentence(problem))
        page.status_code = problem.status
        return page
    flash(_("The regrade is being applied.") if decision == "apply" else _("Nothing was regraded."))
    return redirect(url_for("regrades.show", regrade_id=regrade_id))


@dataclass(frozen=True, slots=True)
class _Subject:
    """What a page is about: the question version with its newest key; for a dry run the graded papers that have it."""

    quiz: Quiz
    row: Question
    version: QuestionVersion
    newest: QuestionKey
    papers: Papers | None
    sections: Mapping[str, SectionText]

    @property
    def section(self) -> SectionText | None:
        """The section that the question rests on first."""
        cited = self.version.body["sections"]
        return self.sections.get(cited[0]) if cited else None

    @property
    def options(self) -> list[str]:
        groups = self.version.body["groups"] if Method.NEW_KEY in methods_for(self.version.body) else {}
        return [f"{name}:{option['id']}" for name, options in groups.items() for option in options]

    def trial(self, method: Method, right: Mapping[str, list[str]], *, lowers_passes: bool) -> regrading.Trial:
        """What a correction of it would do."""
        if self.papers is None:
            raise NotFound
        return regrading.dry_run(self.papers, self.newest, method, right, lowers_passes=lowers_passes)


def _subject(quiz_code: str, code: str) -> _Subject:
    """For a QA analyst, from whom no key is withheld."""
    return _about(*regrades.get_answered(quiz_code, code, request.args.get("version", 0, type=int)))


def _about(quiz: Quiz, version: QuestionVersion, *, is_trial: bool = True) -> _Subject:
    return _Subject(
        quiz=quiz,
        row=version.question,
        version=version,
        newest=questions.load_newest_key(version.id),
        papers=load_papers(quiz.id, version) if is_trial else None,
        sections=policies.load_sections_in_force(clock.now()),
    )


def _form(subject: _Subject) -> RegradeForm:
    methods = methods_for(subject.version.body)
    asked = request.args.get("how", "")
    form = RegradeForm(
        how=asked if asked in {method.value for method in methods} else methods[0].value,
        right=[name for name in request.args.getlist("right") if name in subject.options],
        lowers_passes=bool(request.args.get("lowers_passes")),
    )
    form.offer(methods, subject.options)
    if form.method in BY_KEY and not form.right.data and request.method == "GET":
        form.right.data = _tempting(subject)
    return form


def _counted(subject: _Subject, form: RegradeForm) -> regrading.Trial | None:
    """The dry run of what the form asks for; None, with a message at its field, where that cannot be counted."""
    if request.form.get("step") == "propose":
        form.validate()
    if request.method == "GET" and form.method in BY_KEY and not form.right.data:
        return None  # nothing has been chosen yet
    try:
        return subject.trial(form.method, form.right_options, lowers_passes=bool(form.lowers_passes.data))
    except Invalid as problem:
        form.take_back(problem)
        return None


def _tempting(subject: _Subject) -> list[str]:
    """The wrong option that most people have chosen: what a correction is most likely to be about."""
    right = set(full_options(subject.newest.key).get("options", ()))
    choices = subject.papers.choices if subject.papers is not None else {}
    wrong = {option: count for option, count in choices.items() if option not in right}
    return [f"options:{max(wrong, key=lambda option: (wrong[option], option))}"] if wrong else []


def _usual_notes(subject: _Subject) -> dict[Method, dict[str, str]]:
    """The note that is proposed for each method, in both languages."""
    notes: dict[Method, dict[str, str]] = {method: {} for method in Method}
    section = subject.section
    for locale in LOCALES:
        with speaking(locale):
            title = (section.titles.get(locale) or section.title) if section else ""
            place = f"{section.number or ''} {title}".strip() if section else ""
            for method, texts in notes.items():
                texts[locale] = phrases.usual_note(localized(subject.quiz.title_text), place, method)
    return notes


def _regrade(regrade_id: int) -> Regrade:
    regrade = regrades.get_regrade(regrade_id)
    if questions.load_withheld([regrade.question_version.question], access()):
        raise Refused("question.is_withheld")
    return regrade


def _trial_of(regrade: Regrade, subject: _Subject) -> regrading.Trial | None:
    """What a regrade that waits would do."""
    if regrade.state != RegradeState.PROPOSED:
        return None
    return subject.trial(Method(regrade.method), regrade.right_options, lowers_passes=regrade.lowers_passes)


def _changes(regrade: Regrade, trial: regrading.Trial | None) -> Sequence[Change] | Sequence[Done]:
    """What a regrade would change, or has changed; nothing where it was let be."""
    if trial is not None:
        return trial.changes
    return load_done(regrade) if regrade.state in (RegradeState.APPLYING, RegradeState.DONE) else []


def _trial_page(subject: _Subject, form: RegradeForm, trial: regrading.Trial | None, *, behind: str = "") -> str:
    everybody = queries.load_population(subject.quiz)
    changes = trial.changes if trial else []
    able = people.load_able(regrading.APPLY)
    return render_template(
        "regrades/new.html",
        form=form,
        trial=trial,
        behind=behind,
        figures=queries.load_figures(subject.quiz, subject.row.code, everybody, changes) if changes else None,
        seconds=[code for person_id, code in able.items() if person_id != me().id],
        has_draft=questions.has_draft(subject.row.id),
        methods=methods_for(subject.version.body),
        after=full_options(trial.key) if trial and trial.key else {},
        **_shown(subject, changes, everybody),
    )


def _regrade_page(regrade: Regrade, *, behind: str = "") -> Response:
    subject = _about(regrade.quiz, regrade.question_version, is_trial=regrade.state == RegradeState.PROPOSED)
    everybody = queries.load_population(regrade.quiz)
    trial = _trial_of(regrade, subject)
    changes = _changes(regrade, trial)
    able = people.load_able(regrading.APPLY)
    page = render_template(
        "regrades/show.html",
        regrade=regrade,
        behind=behind,
        figures=queries.load_figures(regrade.quiz, subject.row.code, everybody, trial.changes) if trial else None,
        seconds=[code for person_id, code in able.items() if person_id != regrade.proposed_by],
        states=CORRECTIONS,
        may_decide=regrade.proposed_by != me().id or not set(able) - {me().id},
        after=_right_after(regrade, trial),
        **_shown(subject, changes, everybody),
    )
    response = make_response(page)
    if regrade.state == RegradeState.APPLYING:
        response.headers["Refresh"] = "2"  # works without script
    return response


def _right_after(regrade: Regrade, trial: regrading.Trial | None) -> Mapping[str, Sequence[str]]:
    """The options with full marks by the key of a regrade, or as it proposes; those chosen where it was let be."""
    if trial is not None:
        return full_options(trial.key) if trial.key else {}
    if regrade.key_n:
        pinned = (regrade.question_version_id, regrade.key_n)
        return full_options(questions.load_keys({pinned})[pinned])
    return regrade.right_options


def _cut(subject: _Subject, changes: Sequence[Change] | Sequence[Done]) -> int:
    """The cut score that people cross; 0 where nobody is concerned."""
    if subject.papers is not None:
        return subject.papers.cut_percent
    return max((change.cut_percent for change in changes if isinstance(change, Done)), default=0)


def _shown(
    subject: _Subject, changes: Sequence[Change] | Sequence[Done], everybody: queries.Population
) -> dict[str, Any]:
    moves = queries.moves_of(everybody, changes)
    movers = [move for move in moves if move.follows is not None]
    return {
        "subject": subject,
        "before": full_options(subject.newest.key) if subject.options else {},
        "counts": queries.counts_of(everybody, changes, moves),
        "movers": movers[:MOST_SHOWN],
        "more_movers": max(0, len(movers) - MOST_SHOWN),
        "attempts": len(subject.papers.rows) if subject.papers is not None else 0,
        "cohorts": everybody.cohorts,
        "cut_percent": _cut(subject, changes),
        "points": shown_points,
        "phrases": phrases,
        "parts_of": PARTS,
        "method_words": METHODS,
        "BY_KEY": BY_KEY,
    }


def _csv(name: str, moves: Sequence[queries.Move], everybody: queries.Population) -> Response:
    response = make_response(spreadsheets.as_csv(tables.people(moves, everybody.cohorts)))
    response.headers["Content-Type"] = spreadsheets.CSV_TYPE
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
