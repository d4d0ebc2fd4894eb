"""The administrator's pages: this installation, its background jobs, its sample."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms.audit import queries as audit
from lms.foundation import clock
from lms.foundation.access import access_for, policy
from lms.foundation.jobs import Job, JobState
from lms.foundation.journal import INSTALLATION_CHAIN
from lms.foundation.settings import sample_day
from lms.kit.problems import NotFound
from lms.system import actions, phrases, queries

blueprint = Blueprint("system", __name__, template_folder="templates")


@blueprint.get("/system")
@policy("system.read")
def index() -> str:
    chains = [INSTALLATION_CHAIN, *audit.load_vendors(access_for("journal.read"))]
    verdicts = audit.load_verdicts()
    return render_template(
        "system/index.html",
        installation=queries.load_installation(),
        failed=queries.count_failed(),
        broken=[verdict for verdict in verdicts.values() if verdict.broken_at],
        unchecked=[chain for chain in chains if chain not in verdicts],
        checked_at=min((verdict.checked_at for verdict in verdicts.values()), default=None),
        at=clock.now(),
    )


@blueprint.get("/system/jobs")
@policy("system.read")
def jobs() -> str:
    found = queries.load_jobs()
    listed = (*found.unfinished, *found.failed)
    return render_template(
        "system/jobs.html",
        jobs=found,
        phrases=phrases,
        why={job.id: _why(job) for job in listed if job.problem},
        given_up={job.id for job in found.failed if queries.problem_of(job).get("code") == "job.given_up"},
        shown=queries.SHOWN,
        at=clock.now(),
    )


@blueprint.post("/system/jobs/<int:job_id>/retry")
@policy("system.write")
def retry_job(job_id: int) -> ResponseReturnValue:
    actions.retry(queries.get_job(job_id), by=current_user)
    flash(_("The job will be tried again."))
    return redirect(url_for("system.jobs"))


@blueprint.post("/system/jobs/<int:job_id>/give-up")
@policy("system.write")
def give_up_job(job_id: int) -> ResponseReturnValue:
    actions.give_up(queries.get_job(job_id), by=current_user)
    flash(_("Job given up."))
    return redirect(url_for("system.jobs"))


@blueprint.post("/system/jobs/<int:job_id>/cancel")
@policy("system.write")
def cancel_job(job_id: int) -> ResponseReturnValue:
    actions.cancel(queries.get_job(job_id), by=current_user)
    flash(_("The job stops as soon as its worker notices."))
    return redirect(url_for("system.jobs"))


@blueprint.get("/system/sample")
@policy("system.read")
def sample() -> ResponseReturnValue:
    """What loading the sample again means; while it is loaded, how far it is."""
    loaded_for = sample_day()
    if loaded_for is None:
        raise NotFound
    job = queries.find_reload()
    is_under_way = job is not None and job.state in {JobState.WAITING, JobState.RUNNING}
    response = make_response(
        render_template(
            "system/sample.html",
            loaded_for=loaded_for,
            job=job,
            is_under_way=is_under_way,
            why=_why(job) if job is not None and job.state == JobState.FAILED else None,
            at=clock.now(),
        )
    )
    if is_under_way:
        response.headers["Refresh"] = "3"  # works without script
    return response


@blueprint.post("/system/sample")
@policy("system.write")
def reload_sample() -> ResponseReturnValue:
    actions.request_reload(by=current_user)
    return redirect(url_for("system.sample"))


def _why(job: Job) -> str:
    """Why a job failed, in words; an expected problem of its feature by its code."""
    problem = queries.problem_of(job)
    code = problem.get("code", "")
    return str(phrases.REASONS[code]) % problem if code in phrases.REASONS else code
