"""The figures of one quiz from its answer log and its keys, by the standard library: ``plain.py DATABASE QUIZ``.

It shares nothing with the product but the tables, so a wrong number cannot be wrong here in the same way. It grades the
last answer of each question itself (single choice, multiple response and case, the types of the sample).
"""

import json
import sqlite3
import statistics
import sys
from collections import Counter
from fractions import Fraction

FIRST_ATTEMPTS = """
SELECT a.person_id, q.code, v.type, v.body, k.key, coalesce(c.code, ''), (
    SELECT e.payload FROM answer_events e WHERE e.attempt_id = a.id AND e.position = p.position
    ORDER BY e.epoch DESC, e.seq DESC LIMIT 1)
FROM attempts a JOIN attempt_questions p ON p.attempt_id = a.id
JOIN question_versions v ON v.id = p.question_version_id JOIN questions q ON q.id = v.question_id
JOIN question_keys k ON k.question_version_id = v.id AND k.n = p.key_n
LEFT JOIN enrolments n ON n.person_id = a.person_id AND n.left_at IS NULL LEFT JOIN cohorts c ON c.id = n.cohort_id
WHERE a.id IN (SELECT first_value(b.id) OVER (PARTITION BY b.person_id ORDER BY b.opened_at)
               FROM attempts b JOIN quiz_versions w ON w.id = b.quiz_version_id JOIN quizzes z ON z.id = w.quiz_id
               WHERE z.code = ? AND b.purpose = 'assessed' AND b.state <> 'void' AND b.closed_at IS NOT NULL)
"""


def mark(kind, key, answer):
    def share(group, option):
        return Fraction(key["groups"][group][option]["fraction"]) if option else Fraction(0)

    if kind == "case":
        earned = {part: share(part, answer.get(part)) for part in key["weights"]}
        counted = {part for part in earned if earned["verdict"] > 0 or part in ("verdict", "section")}
        return sum(Fraction(key["weights"][part], 100) * earned[part] for part in counted)
    if kind == "multiple":
        right = sum(Fraction(option["fraction"]) > 0 for option in key["groups"]["options"].values())
        signs = [1 if share("options", option) > 0 else -1 for option in answer.get("options", ())]
        return max(Fraction(sum(signs), right), Fraction(0))
    return share("options", answer.get("option"))


def figures(database, quiz):
    marks, chosen, sections, cohorts = {}, {}, {}, {}
    for person, code, kind, body, key, cohort, payload in sqlite3.connect(database).execute(FIRST_ATTEMPTS, (quiz,)):
        answer = json.loads(payload or "{}")
        marks.setdefault(code, {})[person] = round(mark(kind, json.loads(key), answer) * 1000) / 1000
        chosen.setdefault(code, Counter()).update(answer.get("options", [answer.get("option")]))
        sections.setdefault(json.loads(body)["sections"][0], set()).add(code)
        cohorts.setdefault(cohort, set()).add(person)
    totals = {person: sum(of_item[person] for of_item in marks.values()) for person in set().union(*cohorts.values())}
    k, people = len(marks), sorted(totals)
    of_items = sum(statistics.variance(of_item.values()) for of_item in marks.values())
    return {
        "n": len(people),
        "mean": statistics.mean(totals.values()) / k,
        "alpha": k / (k - 1) * (1 - of_items / statistics.variance(totals.values())),
        "facility": {code: statistics.mean(of_item.values()) for code, of_item in marks.items()},
        "rest": {
            code: statistics.correlation([of_item[p] for p in people], [totals[p] - of_item[p] for p in people])
            for code, of_item in marks.items()
        },
        "chosen": {code: {option: n for option, n in counts.items() if option} for code, counts in chosen.items()},
        "sections": {
            section: {
                cohort: statistics.mean(marks[code][person] for code in codes for person in members)
                for cohort, members in cohorts.items()
            }
            for section, codes in sections.items()
        },
    }


if __name__ == "__main__":
    print(json.dumps(figures(*sys.argv[1:])))
