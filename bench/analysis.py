"""What a result analysis costs: the figures from many answers, the page of few and of many attempts, and the PDF.

    .venv/bin/python -m bench.analysis [figures] [page] [pdf]

All on PostgreSQL, each as a ratio in one run:

- *figures*: 20,000 attempts x 60 questions to the full item report, against reading the rows of all answers and one
  pass of NumPy over them (aim: at most 2), and against the same from the marked papers, of which the report is made;
- *page*: the page of 1,000 attempts x 40 questions against the page of 100, cold (what was kept is let go before each)
  and warm (aim: at most 1.3 cold);
- *pdf*: a report of 20 pages or more through the door to PDF, against WeasyPrint's own time for the same HTML in a
  process that has it loaded (aim: at most 1.15; by the clock, since the door waits for its child).

Figures and pages are counted in processor time of this process and the database.
"""

from __future__ import annotations

import argparse
import gc
import secrets
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import numpy as np
from flask import Flask
from sqlalchemy import select, text

import config
from bench.house import cpu_seconds_of, postgresql
from lms.accounts.core.sample_accounts import login_of
from lms.accounts.models import Person, WebSession
from lms.analysis import queries as analysis
from lms.analysis.core.responses import FloatArray
from lms.analysis.queries import figures as figure_queries
from lms.analysis.queries import results as result_queries
from lms.analysis.queries.evidence import load_evidence
from lms.app import create_app
from lms.demo import loader
from lms.demo.settings import today as sample_today
from lms.foundation import clock, pdf, transaction
from lms.foundation.db import db
from lms.foundation.sessions import stored_id
from lms.policies.queries import published
from lms.questions.models import Question, QuestionState
from lms.questions.queries import Current, load_current, load_keys
from lms.quizzes import actions as quizzes
from lms.quizzes.core.marked import BETWEEN, Line
from lms.quizzes.core.rules import Rules
from lms.quizzes.models import Attempt, GradingRun
from lms.quizzes.queries import get_quiz
from lms.reports import catalogue, rendering
from lms.reports.access import everybody
from lms.reports.core.scope import Request

ROUNDS, TURNS = 5, 15
PAGES, TIMES = 20, 3
PEOPLE_OF_PAGES = 100, 1000
PEOPLE = """
INSERT INTO people (code, login, name, reading, vendor_id, site_id, locale, created_at, wants_digest, briefed_version,
                    revision)
SELECT 'B' || n, 'bench-' || n || '@kijun.example', 'Bench ' || n, 'Bench ' || n, vendor_id, site_id,
       CASE n % 2 WHEN 0 THEN 'en' ELSE 'ja' END, created_at, true, 1, 1
FROM people CROSS JOIN generate_series(1, :people) AS n WHERE login = :like
ON CONFLICT DO NOTHING
"""
ENROLMENTS = """
INSERT INTO enrolments (cohort_id, person_id, enrolled_at)
SELECT (SELECT id FROM cohorts ORDER BY id LIMIT 1 OFFSET people.id % 6), people.id, people.created_at
FROM people WHERE login LIKE 'bench-%' ON CONFLICT DO NOTHING
"""
ATTEMPTS = """
INSERT INTO attempts (id, vendor_id, site_id, person_id, assignment_id, attempt_no, quiz_version_id, locale,
                      option_seed, purpose, state, writer_epoch, opened_at, deadline_at, grace_seconds, closed_at,
                      close_cause)
SELECT gen_random_uuid()::text, vendor_id, site_id, id, :assignment, 1, :version, locale, 'bench', 'assessed',
       'submitted', 1, created_at + interval '1 day', created_at + interval '2 days', 0,
       created_at + interval '1 day 20 minutes', 'submitted'
FROM people WHERE login LIKE 'bench-%' ORDER BY id LIMIT :people
"""
PAPERS = """
INSERT INTO attempt_questions (attempt_id, position, question_version_id, key_n, option_order, max_thousandths,
                               shown_at, is_flagged)
SELECT attempts.id, bench_items.position, question_version_id, key_n, '{}', 1000, opened_at, false
FROM attempts CROSS JOIN bench_items WHERE assignment_id = :assignment ORDER BY attempts.id, bench_items.position
"""
ANSWERED = """
CREATE TEMPORARY TABLE bench_answered ON COMMIT DROP AS
SELECT able.id AS attempt_id, position, question_version_id, key_n, is_right,
       CASE is_right WHEN 1 THEN right_option
       ELSE wrong_options[1 + able.person_id % cardinality(wrong_options)] END AS option
FROM (SELECT id, person_id, random() + random() + random() - 1.5 AS ability
      FROM attempts WHERE assignment_id = :assignment) AS able
CROSS JOIN LATERAL (
    SELECT bench_items.*, (random() < 1 / (1 + exp(-(2 * ability + difficulty))))::int AS is_right
    FROM bench_items WHERE able.id IS NOT NULL) AS answered
ORDER BY able.id, position
"""
INDEX = "CREATE INDEX ON bench_answered (attempt_id)"
RUNS = """
INSERT INTO grading_runs (attempt_id, run_no, engine_version, cause, score_thousandths, max_thousandths, passed,
                          created_at, published_at, marked_paper)
SELECT id, 1, '1', 'close', 0, 1000 * :items, random() < 0.7, closed_at, closed_at, (
    SELECT string_agg(concat_ws(',', question_version_id, key_n, 1000 * is_right, 1000,
                                CASE is_right WHEN 1 THEN 'right' ELSE 'wrong' END,
                                '{"option":"' || option || '"}'), chr(30) ORDER BY position)
    FROM bench_answered WHERE attempt_id = attempts.id)
FROM attempts WHERE assignment_id = :assignment ORDER BY id
"""
MARKS = """
INSERT INTO grading_items (run_id, position, key_n, awarded_thousandths, max_thousandths, outcome)
SELECT grading_runs.id, position, key_n, 1000 * is_right, 1000, CASE is_right WHEN 1 THEN 'right' ELSE 'wrong' END
FROM grading_runs JOIN bench_answered ON bench_answered.attempt_id = grading_runs.attempt_id
ORDER BY grading_runs.id, position
"""
LOG = """
INSERT INTO answer_events (attempt_id, epoch, seq, position, locale, payload, payload_sha256, server_at, in_grace)
SELECT attempts.id, 1, position, position, locale, json_build_object('option', option), repeat('0', 64), opened_at,
       false
FROM attempts JOIN bench_answered ON attempt_id = attempts.id ORDER BY attempts.id, position
"""
MARKS_READ = """
SELECT grading_items.run_id, grading_items.position, attempt_questions.question_version_id, grading_items.key_n,
       grading_items.awarded_thousandths, grading_items.max_thousandths, grading_items.outcome
FROM attempts JOIN grading_runs ON grading_runs.attempt_id = attempts.id
JOIN grading_items ON grading_items.run_id = grading_runs.id
JOIN attempt_questions ON attempt_questions.attempt_id = attempts.id
                      AND attempt_questions.position = grading_items.position
WHERE assignment_id = %s
"""
LOG_READ = """
SELECT answer_events.attempt_id, answer_events.position, answer_events.payload::text
FROM attempts JOIN answer_events ON answer_events.attempt_id = attempts.id WHERE assignment_id = %s
ORDER BY answer_events.attempt_id, epoch, seq
"""


@contextmanager
def house() -> Iterator[tuple[Flask, int]]:
    """An application with the sample on PostgreSQL, and the id of the database's first process."""
    with tempfile.TemporaryDirectory(prefix="kijun-bench-") as name, postgresql(Path(name)) as (url, postmaster):
        app = create_app(config.Testing(data_folder=Path(name), secret_key=secrets.token_hex(32), database_url=url))
        with app.app_context():
            from flask_migrate import upgrade  # noqa: PLC0415 - Alembic configures logging when it is imported

            upgrade()
            with transaction.unit():
                loader.load(sample_today(), seed="1", password_hash="", learners=0)
            gc.freeze()  # as wsgi.py does
            yield app, postmaster
            db.session.remove()
            db.engine.dispose()


def results(code: str, people: int, items: int) -> int:
    """A quiz of single-choice questions that so many people have taken; the id of its assignment.

    The rows are written by the database itself: answers by Rasch's model, wrong options in turn.
    """
    with transaction.unit():
        usable = db.session.query(Question).filter_by(state=QuestionState.IN_USE).order_by(Question.code).all()
        current = load_current(usable)
        chosen = [one for one in usable if current[one.id].version.body["type"] == "single"][:items]
        title = {"en": "Bench", "ja": "計測"}
        quizzes.publish_quiz(
            quizzes.PublishQuiz(code, title, [one.id for one in chosen], Rules(minutes=60, cut_percent=80)), by=None
        )
        now = clock.now()
        window = {"opens_at": now - timedelta(days=9), "due_at": now + timedelta(days=1)}
        assignment = quizzes.assign(get_quiz(code), [], **window, zone_name="Asia/Tokyo", by=None)
        assignment_id = int(assignment.id)
        known = {"assignment": assignment_id, "people": people, "items": items, "like": login_of("joiner")}
        version = db.session.execute(
            text("SELECT max(id) FROM quiz_versions WHERE quiz_id = :quiz"), {"quiz": assignment.quiz_id}
        ).scalar_one()
        _items([current[one.id] for one in chosen])
        db.session.execute(text("SET LOCAL statement_timeout = 0"))
        for statement in (PEOPLE, ENROLMENTS, ATTEMPTS, PAPERS, ANSWERED, INDEX, RUNS, MARKS, LOG):
            db.session.execute(text(statement), {**known, "version": version})
        db.session.execute(text("ANALYZE"))
    return assignment_id


def _items(chosen: Sequence[Current]) -> None:
    """The questions as a table of the database, for the statements that write results."""
    db.session.execute(
        text(
            "CREATE TEMPORARY TABLE IF NOT EXISTS bench_items (position int, question_version_id int, key_n int, "
            "difficulty float, right_option text, wrong_options text[])"
        )
    )
    db.session.execute(text("DELETE FROM bench_items"))
    keys = load_keys({(one.version.id, one.key_n) for one in chosen})
    for position, one in enumerate(chosen, start=1):
        version = one.version
        facts = keys[version.id, one.key_n]["groups"]["options"]
        right = next(option for option, fact in facts.items() if fact["fraction"] == "1")
        db.session.execute(
            text("INSERT INTO bench_items VALUES (:position, :version, :key, :difficulty, :right, :wrong)"),
            {
                "position": position,
                "version": version.id,
                "key": one.key_n,
                "difficulty": 1.5 - 2 * position / len(chosen),
                "right": right,
                "wrong": [option for option in facts if option != right],
            },
        )


def emptied() -> None:
    """Let go of all that an analysis keeps."""
    load_evidence.cache_clear()
    result_queries.kept.forget()
    figure_queries.kept.forget()
    published.kept.forget()


def processor(postmaster: int, work: Callable[[], object]) -> float:
    """Processor seconds of this process and the database for one piece of work."""
    before = time.process_time() + cpu_seconds_of(postmaster)
    work()
    return time.process_time() + cpu_seconds_of(postmaster) - before


def middle(postmaster: int, work: Callable[[], object], before: Callable[[], object] = lambda: None) -> float:
    """The median of some rounds; ``before`` is not counted."""
    found = []
    for _round in range(ROUNDS):
        before()
        found.append(processor(postmaster, work))
    return statistics.median(found)


def in_turn(postmaster: int, ask: Callable[[int], None], before: Callable[[], object]) -> list[float]:
    """The mean for each number of people, asked for in turn. The database's time is counted in steps of 10 ms, so it
    takes a mean of many.
    """
    found = dict.fromkeys(PEOPLE_OF_PAGES, 0.0)
    for _turn in range(TURNS):
        for people in PEOPLE_OF_PAGES:
            before()
            found[people] += processor(postmaster, partial(ask, people))
    return [seconds / TURNS for seconds in found.values()]


def one_pass(shares: FloatArray) -> None:
    """Facility and rest correlation of people x questions."""
    rests = shares.sum(axis=1, keepdims=True) - shares
    shares.mean(axis=0), [np.corrcoef(*pair) for pair in zip(shares.T, rests.T, strict=True)]


def read_and_pass(assignment_id: int) -> None:
    """The floor of the figures: the rows of all answers from the driver, a matrix, and one pass over it."""
    connection = db.engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("SET LOCAL statement_timeout = '60s'")
        cursor.execute(MARKS_READ, (assignment_id,))
        runs, positions, *_columns = zip(*cursor.fetchall(), strict=True)
        awarded = np.array(_columns[2], dtype=np.float64) / np.array(_columns[3], dtype=np.float64)
        cursor.execute(LOG_READ, (assignment_id,))
        answers = cursor.fetchall()
        cursor.close()
    finally:
        connection.close()
    _people, row = np.unique(np.array(runs), return_inverse=True)
    shares = np.zeros((row.max() + 1, max(positions)))
    shares[row, np.array(positions) - 1] = awarded
    one_pass(shares)
    if len(answers) != len(runs):
        raise SystemExit(f"{len(answers)} answers of {len(runs)}")


def split_and_pass(assignment_id: int) -> None:
    """A lower floor: the marked papers, which hold the same in one row for each attempt, and one pass."""
    query = select(GradingRun.marked_paper).join(Attempt).where(Attempt.assignment_id == assignment_id)
    with transaction.unit(write=False):
        papers = [paper.split(BETWEEN) for paper in db.session.scalars(query)]
    share = {line: Line.read(line).awarded_thousandths / 1000 for line in {line for paper in papers for line in paper}}
    one_pass(np.array([[*map(share.__getitem__, paper)] for paper in papers]))


def figures(postmaster: int) -> None:
    assignment_id = results("bench-figures", 20_000, 60)

    def report_all() -> None:
        with transaction.unit(write=False):
            analysis.load_analysis(get_quiz("bench-figures"), analysis.Filters())

    mine = middle(postmaster, report_all, emptied)
    print(f"figures, 20,000 x 60: {mine:.2f} s CPU")
    for name, floor in (("the rows", read_and_pass), ("the marked papers", split_and_pass)):
        least = middle(postmaster, partial(floor, assignment_id))
        print(f"  reading {name} and one pass {least:.2f} s: ratio {mine / least:.2f}")
    print("  aim: at most 2, of the rows")


def page(app: Flask, postmaster: int) -> None:
    sid = secrets.token_urlsafe(32)
    with transaction.unit():
        person = db.session.query(Person).filter_by(login=login_of("qa")).one()
        now = clock.now()
        db.session.add(WebSession(id_sha256=stored_id(sid), person_id=person.id, created_at=now, seen_at=now))
    for people in PEOPLE_OF_PAGES:
        results(f"bench-{people}", people, 40)
        db.session.remove()

    def ask(people: int) -> None:
        client = app.test_client()
        client.set_cookie("sid", sid)
        answer = client.get(f"/analysis/bench-{people}")
        if answer.status_code != 200:
            raise SystemExit(f"bench-{people}: {answer.status_code}")

    for people in PEOPLE_OF_PAGES:
        ask(people)
    for name, before in (("cold", emptied), ("warm", lambda: None)):
        few, many = in_turn(postmaster, ask, before)
        print(
            f"page, {name}: 100 x 40 {few * 1000:.0f} ms CPU, 1,000 x 40 {many * 1000:.0f} ms, ratio {many / few:.2f}"
        )
    print("  aim: at most 1.3 cold")


def paper() -> None:
    """A report with every question in its appendix, as often as makes a long one, by the clock, in turn with WeasyPrint
    alone.
    """
    from weasyprint import CSS, HTML  # noqa: PLC0415 - the engine is loaded here for its own time alone

    results("bench-pdf", 400, 60)
    request = Request(
        "analysis", {"quiz": "bench-pdf", "cohort": "", "taken_in": ""}, "en", clock.now(), "bench", "UTC"
    )
    with transaction.unit(write=False):
        head, body = rendering.html(catalogue.build(request, everybody())).split("<body>", 1)
    body, foot = body.rsplit("</body>", 1)
    html = f"{head}<body>{body * TIMES}</body>{foot}"
    base = pdf.STATIC.as_uri() + "/"

    def alone() -> int:
        sheet = CSS(string=pdf.REPORT_SHEET.read_text(), base_url=base)
        document = HTML(string=html, base_url=base).render(stylesheets=[sheet])
        document.write_pdf(pdf_variant="pdf/ua-1", pdf_tags=True)
        return len(document.pages)

    pages = alone()
    if pages < PAGES:
        raise SystemExit(f"{pages} pages are too few")
    pdf.render(html)  # starts the helper
    ratios, mine, own = [], [], []
    for _round in range(ROUNDS):
        began = time.perf_counter()
        pdf.render(html)
        between = time.perf_counter()
        alone()
        mine.append(between - began)
        own.append(time.perf_counter() - between)
        ratios.append(mine[-1] / own[-1])
    print(f"pdf, {pages} pages: {statistics.median(mine):.2f} s, WeasyPrint alone {statistics.median(own):.2f} s")
    print(f"  ratio {statistics.median(ratios):.2f} (aim: at most 1.15)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=["figures", "page", "pdf"])
    asked = parser.parse_args()
    with house() as (app, postmaster):
        if "figures" in asked.parts:
            figures(postmaster)
        if "page" in asked.parts:
            page(app, postmaster)
        if "pdf" in asked.parts:
            paper()


if __name__ == "__main__":
    main()
