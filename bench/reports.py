"""How long a report of many people takes in the background, and what a page waits for meanwhile.

    .venv/bin/python -m bench.reports [--database sqlite|postgresql] [--people 5000] [--items 1000] [--rows 5000]

The people are copies of those of the sample who took a quiz, each with an attempt of their own that is graded answer by
answer; ``--items`` copies its questions, too, so that everybody has answered so many. The report is asked for in the
browser's way and made by the job worker of a served installation; until its page says that it is ready, another page is
asked for again and again. ``--rows`` measures a PDF of a table with so many rows besides, since a table is what long
reports are made of.
"""

from __future__ import annotations

import argparse
import re
import secrets
import statistics
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import func, select

import config
from bench.house import postgresql, served_from
from lms.accounts import actions as accounts
from lms.accounts.core.sample_accounts import login_of
from lms.accounts.models import Person, WebSession
from lms.app import create_app
from lms.demo import loader
from lms.demo.settings import sample_password
from lms.demo.settings import today as sample_today
from lms.foundation import clock, pdf, transaction
from lms.foundation.db import Base, append_rows, db
from lms.foundation.sessions import stored_id
from lms.questions.models import Question, QuestionKey, QuestionVersion, SectionLink
from lms.quizzes.models import AnswerEvent, Assignment, Attempt, AttemptQuestion, GradingItem, GradingRun, Quiz

QUIZ = "harassment-checkpoint"
AT_ONCE = 5000
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def _rows(model: type[Base], *criteria: Any) -> list[dict[str, Any]]:
    table = model.__table__
    return [dict(row._mapping) for row in db.session.execute(select(table).where(*criteria))]


def _append(model: type[Base], rows: list[dict[str, Any]]) -> None:
    for first in range(0, len(rows), AT_ONCE):
        append_rows(model, rows[first : first + AT_ONCE])


def multiply_items(items: int) -> None:
    """Copy the questions of the quiz until everybody who took it has answered so many."""
    given = select(Assignment.id).join(Quiz).where(Quiz.code == QUIZ)
    ids = [row["id"] for row in _rows(Attempt, Attempt.assignment_id.in_(given))]
    runs = {row["id"]: row["attempt_id"] for row in _rows(GradingRun, GradingRun.attempt_id.in_(ids))}
    asked = _rows(AttemptQuestion, AttemptQuestion.attempt_id.in_(ids))
    graded = _rows(GradingItem, GradingItem.run_id.in_(list(runs)))
    log = _rows(AnswerEvent, AnswerEvent.attempt_id.in_(ids))
    used = {row["question_version_id"] for row in asked}
    versions = {row["id"]: row for row in _rows(QuestionVersion, QuestionVersion.id.in_(used))}
    questions = {row["id"]: row for row in _rows(Question)}
    keys, links = _rows(QuestionKey), _rows(SectionLink)
    last = max(row["position"] for row in asked)
    for copy in range(1, -(-items // len(used))):
        more_questions, more_versions = copy * (max(questions) + 1), copy * (max(versions) + 1) + MOST_VERSIONS
        found = list(versions.values())
        _append(Question, [_question(questions[row["question_id"]], more_questions, copy) for row in found])
        changed = [
            {**r, "id": r["id"] + more_versions, "question_id": r["question_id"] + more_questions} for r in found
        ]
        _append(QuestionVersion, changed)
        for model, rows in ((QuestionKey, keys), (SectionLink, links)):
            of = [{**r, "question_version_id": r["question_version_id"] + more_versions} for r in rows]
            _append(model, [new for new, r in zip(of, rows, strict=True) if r["question_version_id"] in used])
        shift = copy * last
        moved = [{**row, "position": row["position"] + shift} for row in asked]
        _append(
            AttemptQuestion, [{**r, "question_version_id": r["question_version_id"] + more_versions} for r in moved]
        )
        _append(GradingItem, [{**row, "position": row["position"] + shift} for row in graded])
        _append(AnswerEvent, [{**r, "position": r["position"] + shift, "epoch": r["epoch"] + 100 * copy} for r in log])


MOST_VERSIONS = 100_000
"""More than there are: the ids of copies begin after it."""


def _question(row: Mapping[str, Any], more: int, copy: int) -> dict[str, Any]:
    return {**row, "id": row["id"] + more, "code": f"{row['code']}-{copy}", "variant_of": None}


def multiply(people: int) -> int:
    """Copy those who took the quiz until there are so many attempts; gives how many there are."""
    given = select(Assignment.id).join(Quiz).where(Quiz.code == QUIZ)
    attempts = _rows(Attempt, Attempt.assignment_id.in_(given), Attempt.attempt_no == 1, Attempt.state == "graded")
    if not attempts:
        attempts = _rows(Attempt, Attempt.assignment_id.in_(given), Attempt.attempt_no == 1)
    ids = [row["id"] for row in attempts]
    runs = _rows(GradingRun, GradingRun.attempt_id.in_(ids))
    of_attempts = {model: _rows(model, model.attempt_id.in_(ids)) for model in (AttemptQuestion, AnswerEvent)}
    items = _rows(GradingItem, GradingItem.run_id.in_([row["id"] for row in runs]))
    takers = {row["id"]: row for row in _rows(Person, Person.id.in_([row["person_id"] for row in attempts]))}
    next_person = (db.session.scalar(select(func.max(Person.id))) or 0) + 1
    next_run = (db.session.scalar(select(func.max(GradingRun.id))) or 0) + 1
    for copy in range(1, -(-people // len(attempts))):
        person_ids = {old: next_person + n for n, old in enumerate(takers)}
        run_ids = {row["id"]: next_run + n for n, row in enumerate(runs)}
        next_person, next_run = next_person + len(takers), next_run + len(runs)

        def named(attempt_id: str, copy: int = copy) -> str:
            return f"{attempt_id[:31]}{copy:05}"

        _append(Person, [_person(row, person_ids[old]) for old, row in takers.items()])
        changed = [{**row, "id": named(row["id"]), "person_id": person_ids[row["person_id"]]} for row in attempts]
        _append(Attempt, changed)
        for model, rows in of_attempts.items():
            _append(model, [{**row, "attempt_id": named(row["attempt_id"])} for row in rows])
        _append(GradingRun, [{**r, "id": run_ids[r["id"]], "attempt_id": named(r["attempt_id"])} for r in runs])
        _append(GradingItem, [{**row, "run_id": run_ids[row["run_id"]]} for row in items])
    return db.session.scalar(select(func.count()).select_from(Attempt).where(Attempt.assignment_id.in_(given))) or 0


def _person(row: Mapping[str, Any], person_id: int) -> dict[str, Any]:
    return {**row, "id": person_id, "code": f"B{person_id:06}", "login": f"bench-{person_id}@kijun.example"}


def prepare(settings: config.Testing, people: int, items: int) -> tuple[str, int]:
    """Make the installation; gives the session of an analyst and the number of attempts."""
    app = create_app(settings)
    with app.app_context():
        from flask_migrate import upgrade  # noqa: PLC0415 - Alembic configures logging when it is imported

        upgrade()
        with transaction.unit():
            password_hash = accounts.hash_password(sample_password(), login=login_of("admin"))
            loader.load(sample_today(), seed="1", password_hash=password_hash)
        with transaction.unit():
            if items:
                multiply_items(items)
            count = multiply(people)
            analyst = db.session.query(Person).filter_by(login=login_of("qa")).one()
            sid, now = secrets.token_urlsafe(32), clock.now()
            row = WebSession(id_sha256=stored_id(sid), person_id=analyst.id, created_at=now, seen_at=now)
            db.session.add(row)
        db.session.remove()
        db.engine.dispose()
    return sid, count


def measure(base: str, sid: str) -> tuple[float, list[float]]:
    """Ask for the report and wait for it; gives the seconds, and those of each page that was asked for meanwhile."""
    with httpx.Client(base_url=base, timeout=120, trust_env=False, cookies={"sid": sid}) as client:
        address = f"/reports/new/analysis?quiz={QUIZ}"
        form = client.get(address)
        token = TOKEN.search(form.text)
        if form.status_code != 200 or token is None:
            raise SystemExit(f"{address}: {form.status_code}")
        parts = re.findall(r'name="parts"[^>]*value="([^"]+)"', form.text)
        fields = {"quiz": QUIZ, "cohort": "", "taken_in": "", "language": "en", "comment": "", "parts": parts}
        began = time.perf_counter()
        asked = client.post(address, data={**fields, "csrf_token": token[1]})
        if asked.status_code != 302:
            raise SystemExit(f"the report is not taken: {asked.status_code}")
        waits: list[float] = []
        while "<progress" in (page := client.get(asked.headers["Location"]).text) or 'data-state="waiting"' in page:
            first = time.perf_counter()
            if client.get("/").status_code != 200:
                raise SystemExit("a page is not answered")
            waits.append(time.perf_counter() - first)
        if client.get(f"{asked.headers['Location']}/file").content[:4] != b"%PDF":
            raise SystemExit(f"the report is not made: {page[:500]}")
        return time.perf_counter() - began, waits


def measure_table(rows: int) -> float:
    """The seconds of a PDF with one long table of eight columns, tagged as reports are."""
    cells = "".join(f"<td>0.{n}</td>" for n in range(7))
    head = "".join(f'<th scope="col">Head {n}</th>' for n in range(8))
    body = "".join(f'<tr><th scope="row">L{n:05}</th>{cells}</tr>' for n in range(rows))
    table = f'<table class="it"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
    document = f'<!doctype html><html lang="en"><head><title>t</title></head><body>{table}</body></html>'
    pdf.render("<!doctype html><html lang='en'><head><title>t</title></head><body><p>warm</p></body></html>")
    began = time.perf_counter()
    pdf.render(document)
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--people", type=int, default=5000)
    parser.add_argument("--items", type=int, default=0)
    parser.add_argument("--rows", type=int, default=0)
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kijun-bench-")))
        url = config.embedded_url(folder)
        if asked.database == "postgresql":
            url, _pid = stack.enter_context(postgresql(folder))
        settings = config.Testing(data_folder=folder, secret_key=secrets.token_hex(32), database_url=url)
        (folder / "secret_key").write_text(settings.secret_key)
        sid, count = prepare(settings, asked.people, asked.items)
        base, _pid = stack.enter_context(served_from(folder, url))
        seconds, waits = measure(base, sid)
    slowest = max(waits, default=0.0)
    print(f"{asked.database}: {count} attempts, report in {seconds:.1f} s")
    print(f"meanwhile {len(waits)} pages: median {statistics.median(waits or [0]):.3f} s, slowest {slowest:.3f} s")
    if asked.rows:
        print(f"PDF of a table of {asked.rows} rows: {measure_table(asked.rows):.1f} s")


if __name__ == "__main__":
    main()
