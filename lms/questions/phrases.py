"""Sentences and words of question banks."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from lms.questions.core.question import Difficulty, PartName, QuestionType

TYPES = {
    QuestionType.SINGLE: _l("Single choice"),
    QuestionType.MULTIPLE: _l("Multiple response"),
    QuestionType.CASE: _l("Case"),
}

DIFFICULTIES = {Difficulty.EASY: _l("Easy"), Difficulty.MEDIUM: _l("Medium"), Difficulty.HARD: _l("Hard")}

PARTS = {
    PartName.VERDICT: _l("Decision"),
    PartName.SECTION: _l("Section cited"),
    PartName.SEVERITY: _l("Severity"),
    PartName.ACTION: _l("Action"),
}

STATES = {
    "draft": _l("Draft"),
    "in_use": _l("In use"),
    "held": _l("Held"),
    "retired": _l("Retired"),
}

FINDINGS = {
    "format.not-read": _l("Files in the format “%(format)s” cannot be read yet."),
    "file.not-utf-8": _l("The file is not UTF-8 (first wrong byte: %(byte)s)."),
    "file.encoding-unknown": _l("The file is neither UTF-8, UTF-16 nor CP932."),
    "question.id-repeated": _l("The ID “%(question)s” stands twice in the file."),
    "file.no-questions": _l("There is no question in this file."),
    "yaml.too-deep": _l("The YAML is nested too deeply."),
    "yaml.syntax": _l("The YAML cannot be read: %(problem)s."),
    "yaml.mapping-expected": _l("Here a mapping (key: value) must stand."),
    "yaml.repeated-key": _l("The key “%(key)s” stands twice."),
    "yaml.word-expected": _l("“%(key)s” must be a single text."),
    "yaml.integer-expected": _l("“%(key)s” must be a whole number."),
    "yaml.unknown-word": _l("“%(value)s” is not known here (%(key)s); known are: %(known)s."),
    "yaml.text-by-locale-expected": _l("“%(key)s” must be a text per language, such as {en: …, ja: …}."),
    "yaml.list-expected": _l("“%(key)s” must be a list."),
    "yaml.unknown-key": _l("The key “%(key)s” is not known here; known are: %(known)s."),
    "yaml.missing-key": _l("“%(key)s” is missing."),
    "gift.brace-not-closed": _l("This “{” is never closed."),
    "gift.type-not-taken": _l("An item of the type “%(type)s” was left out; only choice questions are read."),
    "gift.formatting-dropped": _l("HTML was read as plain text."),
    "question.bad-fraction": _l("“%(value)s” is no fraction from -1 to 1."),
    "question.too-few-options": _l("A choice needs at least two options; here are %(options)s."),
    "question.no-right-answer": _l("No option is right."),
    "question.fractions-sum": _l("The fractions of the right options add up to %(sum)s, not to 1."),
    "question.part-missing": _l("The part “%(part)s” is missing."),
    "question.part-without-key": _l("No option of the part “%(part)s” is fully right."),
    "question.weights-sum": _l("The weights add up to %(sum)s, not to 100."),
    "question.language-missing": _l("A text is missing in the language “%(locale)s”."),
    "question.bad-section": _l("“%(section)s” is no section; write CODE/key."),
    "question.same-option-twice": _l("Two options say the same (%(group)s, %(locale)s)."),
    "question.same-id-twice": _l("Two options have the same id (%(group)s)."),
    "question.no-section": _l("The question cites no section."),
    "question.no-rationale": _l("Option %(option)s has no rationale."),
    "question.no-misconception": _l("Option %(option)s names no misconception."),
    "question.cue-word": _l("Option %(option)s has a word that gives the answer away."),
    "question.unknown_section": _l("There is no section “%(section)s”. Import its policy first."),
    "question.bad_code": _l(
        "“%(question)s” is no ID: up to 40 letters, digits, hyphens, dots and underscores, without spaces."
    ),
    "question.other_bank": _l("%(question)s belongs to another bank."),
}

PROBLEMS = {
    "bank.code_taken": _l("This code is taken. Choose another."),
    "question.unknown_section": FINDINGS["question.unknown_section"],
    "question.bad_code": FINDINGS["question.bad_code"],
    "question.other_bank": FINDINGS["question.other_bank"],
    "question.not_imported": _l("Nothing was imported."),
    "question.no_right": _l("Mark the right option."),
    "question.no_file": _l("Choose a file."),
    "question.code_taken": _l("This code is taken. Choose another."),
}
