"""Sentences and words of question banks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.foundation.findings import joined
from lms.foundation.notices import Kind
from lms.questions.core.checks import MOST_ANSWERS
from lms.questions.core.holds import HoldCause
from lms.questions.core.languages import PairBy
from lms.questions.core.question import Difficulty, PartName, QuestionType

TYPES = {
    QuestionType.SINGLE: _l("Single choice"),
    QuestionType.MULTIPLE: _l("Multiple response"),
    QuestionType.TRUE_FALSE: _l("True or false"),
    QuestionType.MATCHING: _l("Matching"),
    QuestionType.ORDERING: _l("Ordering"),
    QuestionType.NUMERIC: _l("Number"),
    QuestionType.SHORT_TEXT: _l("Short text"),
    QuestionType.CLOZE: _l("Text with gaps"),
    QuestionType.CASE: _l("Case"),
}

DIFFICULTIES = {Difficulty.EASY: _l("Easy"), Difficulty.MEDIUM: _l("Medium"), Difficulty.HARD: _l("Hard")}

HOLDS = {HoldCause.RULE_CHANGE: _l("A rule changed"), HoldCause.BY_HAND: _l("Held by hand")}

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

TEXTS = {
    "name": _l("Name"),
    "case": _l("Case"),
    "prompt": _l("Question asked"),
    "text": _l("Option"),
    "rationale": _l("Rationale"),
    "misconception": _l("Misconception"),
}
"""The texts of a question and of an option, by the name of their field."""

FACTS = {
    "sections": _l("Sections cited"),
    "difficulty": _l("Difficulty, expected"),
    "tags": _l("Tags"),
    "variant_of": _l("Tests the same as"),
    "sensitive": _l("Sensitive content"),
    "pairs": _l("Pairs"),
    "answers": _l("Accepted answers"),
    **{f"gap.{place}": _l("Gaps") for place in range(MOST_ANSWERS)},
    **{f"weight.{name}": label for name, label in PARTS.items()},
}
"""What else may differ between two versions."""

LANGUAGES = {"en": _l("English"), "ja": _l("Japanese"), "und": _l("language not stated")}

ITEM_TYPES = {"description": _l("text without answers"), "essay": _l("essay")}
"""What items of other formats are called that are not taken."""

FILE_FORMATS = {
    "aiken": "Aiken",
    "csv": "CSV",
    "gift": "GIFT",
    "json": "JSON",
    "moodle-xml": "Moodle XML",
    "qti": "QTI",
    "xlsx": "Excel (XLSX)",
    "yaml": "YAML",
}

GROUPS: Mapping[str, Any] = {
    "options": _l("The options"),
    "left": _l("What is matched"),
    "right": _l("What it is matched with"),
    "items": _l("The items, in the right order"),
    "answers": _l("Accepted answers"),
    "gaps": _l("Gaps"),
    **{name.value: label for name, label in PARTS.items()},
}
"""What the lists of a question are called; those of a gap have the name of their gap."""


EDITED: Mapping[str, Any] = {
    "left": _l("Each of these belongs to one on the right. Learners see them in another order."),
    "right": _l("More may be here than is needed. The IDs do not tell the pairs."),
    "items": _l("List them in the right order. Learners see them in another one, and the IDs do not tell."),
}
"""What the editor says of a list."""


def group_name(group: str) -> str:
    """What a list of options or answers is called."""
    if group.startswith("gap-"):
        return str(_("Gap %(gap)s", gap=group.removeprefix("gap-")))
    return str(GROUPS[group])


_WORDS: Mapping[str, Mapping[Any, Any]] = {
    "format": FILE_FORMATS,
    "group": GROUPS,
    "locale": LANGUAGES,
    "part": PARTS,
    "text": {"case": _l("Case"), "prompt": _l("Question asked")},
    "type": ITEM_TYPES,
}
"""What stands for the codes among the facts of a finding."""


class Worded:
    """A sentence with a word of the reader's language for each code among its facts."""

    def __init__(self, sentence: Any) -> None:
        self.sentence = sentence

    def __call__(self, finding: Mapping[str, Any] | None = None, /, **problem: Any) -> str:
        facts = problem if finding is None else finding
        words = {name: _word(name, fact) for name, fact in facts.items()}
        if "option" in facts and facts.get("group", "options") != "options":
            words["option"] = _("%(option)s (%(part)s)", option=facts["option"], part=words["group"])
        return str(self.sentence) % words


def _word(name: str, fact: Any) -> Any:
    if name == "group":
        return group_name(fact)
    known = _WORDS.get(name, {})
    return joined(tuple(known.get(part, part) for part in fact) if isinstance(fact, tuple) else known.get(fact, fact))


def _unread(facts: Mapping[str, Any]) -> str:
    """What is said of a file that no reader takes."""
    if facts["format"] not in FILE_FORMATS:
        return str(FINDINGS["file.no-questions"])
    return str(
        _(
            "Files in the format “%(format)s” cannot be read yet. Questions are read from YAML as in our banks, and "
            "from GIFT.",
            format=FILE_FORMATS[facts["format"]],
        )
    )


FINDINGS: Mapping[str, Any] = {
    "format.not-read": _unread,
    "file.not-utf-8": _l("The file is not UTF-8 (first wrong byte: %(byte)s)."),
    "file.encoding-unknown": _l("The file is neither UTF-8, UTF-16 nor CP932."),
    "file.nul": _l("The file contains a NUL byte: it is not text, or it is UTF-16 without a byte order mark."),
    "file.control-characters": _l("Control characters were left out (%(count)s in all)."),
    "question.same-twice": _l("The same question appears twice in the file; it is imported once."),
    "question.id-repeated": _l("The ID “%(question)s” appears twice in the file."),
    "file.no-questions": _l(
        "No question was found in this file. Questions are read from YAML as in our banks, and from GIFT."
    ),
    "yaml.too-deep": _l("The YAML is nested too deeply."),
    "yaml.syntax": _l(
        "The YAML cannot be read from here on. Look at colons, quotation marks, brackets and indents, here and in the "
        "line above."
    ),
    "yaml.mapping-expected": _l("A mapping (key: value) is expected here."),
    "yaml.repeated-key": _l("The key “%(key)s” appears twice."),
    "yaml.word-expected": _l("“%(key)s” must be a single text."),
    "yaml.integer-expected": _l("“%(key)s” must be a whole number."),
    "yaml.unknown-word": _l("“%(value)s” is not known here (%(key)s). Known values: %(known)s."),
    "yaml.text-by-locale-expected": _l("“%(key)s” must be a text per language, such as {en: …, ja: …}."),
    "yaml.list-expected": _l("“%(key)s” must be a list."),
    "yaml.unknown-key": _l("The key “%(key)s” is not known here. Known keys: %(known)s."),
    "yaml.control-character": _l("There is a character that is not allowed here."),
    "yaml.missing-key": _l("“%(key)s” is missing."),
    "gift.brace-not-closed": _l("This “{” is never closed."),
    "gift.type-not-taken": Worded(_l("An item of the type “%(type)s” was left out: no question here can hold it.")),
    "gift.pair-incomplete": _l("A matching was left out: each of its lines needs “->” and something behind it."),
    "gift.not-a-number": _l("A question was left out: “%(value)s” is not a number."),
    "gift.wildcard": _l(
        "A question was left out: the “*” in “%(value)s” stands for any text, and only listed answers can be accepted."
    ),
    "gift.no-answer": _l("A question was left out: it accepts no answer."),
    "gift.bare-answer": _l("The text between the braces was read as an accepted answer, although it lacks a “=”."),
    "gift.text-before-answers": _l("The text between “{” and the first answer was left out."),
    "gift.others-feedback-dropped": _l("The feedback for all other answers was left out."),
    "gift.second-brace": _l(
        "An item with a second “{” was left out. Put a blank line between questions, and write “\\{” in texts."
    ),
    "gift.media-dropped": _l("Pictures or other media were left out of this question."),
    "gift.weight-changed": _l("The weight %(weight)s%% was read as 100%%: no answer can earn or cost more."),
    "gift.formatting-dropped": _l("HTML was read as plain text."),
    "question.bad-fraction": _l("“%(value)s” is not a fraction from -1 to 1."),
    "question.too-few-options": _l("A choice needs at least two options; this one has %(options)s."),
    "question.no-right-answer": _l("No option is right."),
    "question.fractions-sum": _l("The fractions of the right options add up to %(sum)s, not to 1."),
    "question.part-missing": Worded(_l("The part “%(part)s” is missing.")),
    "question.part-without-key": Worded(_l("No option of the part “%(part)s” is fully right.")),
    "question.weights-sum": _l("The weights add up to %(sum)s, not to 100."),
    "question.language-missing": Worded(_l("A text is missing in %(locale)s.")),
    "question.prompt-empty": _l("The question has no text."),
    "question.option-empty": Worded(_l("Option %(option)s has no text.")),
    "question.bad-section": _l("“%(section)s” is not a section; write CODE/key."),
    "question.same-option-twice": Worded(_l("Two options say the same (%(group)s, %(locale)s).")),
    "question.same-id-twice": Worded(_l("Two options have the same id (%(group)s).")),
    "question.no-section": _l("The question cites no section."),
    "question.foreign-section": _l(
        "The section “%(section)s” is offered, but the question cites nothing from its policy."
    ),
    "question.unknown-locale": _l("The texts in the language “%(locale)s” are not shown anywhere."),
    "question.too-many-options": _l("A question can have up to %(most)s options; this one has %(options)s."),
    "question.text-too-long": _l("A text has %(length)s characters; at most %(most)s are possible."),
    "question.word-too-long": _l("An ID, tag or name has %(length)s characters; at most %(most)s are possible."),
    "question.control-character": _l("A text contains a character that is not allowed."),
    "question.drafts": _l(
        "Drafts: %(count)s. A question is a draft until it has both languages and a section, and nothing is missing."
    ),
    "question.waiting": _l(
        "Waiting for a second person: %(count)s. Somebody else has to put them into use, from the list of the bank."
    ),
    "question.is_retired": _l("%(question)s is retired. Bring it back before you change it."),
    "question.withheld": _l("%(question)s is in a quiz that you still have to take."),
    "question.has-draft": _l("Somebody else has a draft of %(question)s, which this file would replace."),
    "bank.other-code": _l("The file describes the bank %(described)s; the questions go into the bank %(bank)s."),
    "question.out-of-use": _l("%(question)s was in use and is a draft now: its new version is not finished."),
    "question.other-language": Worded(
        _l(
            "%(question)s also has texts in another language (%(locale)s), which this file would drop. "
            "Import it as the other language, paired by ID or order."
        )
    ),
    "question.pair-without-id": _l("This item has no ID. Pair by order."),
    "question.pair-unknown": _l("The bank has no question “%(question)s” to pair with."),
    "question.pair-count": _l(
        "Nothing was paired: the file has %(items)s to pair, and %(questions)s in the bank lack this language."
    ),
    "question.pair-language": _l(
        "%(question)s has texts whose language is not known. State the language when importing."
    ),
    "question.pair-other-type": _l("%(question)s is a question of another type."),
    "question.pair-other-options": _l(
        "%(question)s has a different number of options: %(options)s there, %(here)s here."
    ),
    "question.pair-other-key": _l("The key differs from that of %(question)s."),
    "question.not-true-and-false": _l("There must be two options with the IDs “true” and “false”, in this order."),
    "question.one-is-right": _l("One of the two options must be right."),
    "question.too-few-pairs": _l("A matching needs at least two pairs; this one has %(pairs)s."),
    "question.without-match": _l("Item %(item)s on the left belongs to nothing on the right."),
    "question.ids-tell-pairs": _l(
        "The IDs on both sides end alike and would give the pairs away. Use other IDs on the right."
    ),
    "question.too-few-items": _l("An ordering needs at least three items; this one has %(items)s."),
    "question.ids-tell-order": _l("The IDs count the items in order and would give it away. Use other IDs."),
    "question.no-full-answer": Worded(_l("No answer earns the whole point (%(group)s).")),
    "question.no-answer-in": Worded(_l("There is no accepted answer in %(locale)s that earns the whole point.")),
    "question.answer-empty": Worded(_l("Answer %(answer)s has no words (%(group)s).")),
    "question.answer-no-number": Worded(_l("Answer %(answer)s has no number (%(group)s).")),
    "question.answer-turned": Worded(_l("The range of answer %(answer)s ends before it begins (%(group)s).")),
    "question.no-gap": _l("The text has no gap."),
    "question.gap-not-in-text": Worded(_l("The text lacks the gap [[%(gap)s]] (%(locale)s).")),
    "question.gap-unknown": Worded(_l("[[%(gap)s]] is no gap of this question (%(locale)s).")),
    "question.gap-twice": Worded(_l("The gap [[%(gap)s]] is in the text twice (%(locale)s).")),
    "question.gap-weight": _l("The weight of the gap %(gap)s must lie between 1 and %(most)s."),
    "question.gap-options": _l("The gap %(gap)s needs at least two options."),
    "question.bad-gap": _l("“%(value)s” is not a name for a gap: use letters, digits, hyphens and underscores."),
    "question.not-a-number": _l("“%(value)s” is not a number."),
    "question.too-many-answers": _l("There can be up to %(most)s gaps, accepted answers, and words of an answer."),
    "question.no-reason": _l("There is no overall rationale, so learners do not see why."),
    "question.no-rationale": Worded(_l("Option %(option)s has no rationale.")),
    "question.no-misconception": Worded(_l("Option %(option)s names no misconception.")),
    "question.cue-word": Worded(_l("Option %(option)s has a word that gives the answer away.")),
    "question.numbers-differ": Worded(_l("%(text)s: the Japanese lacks numbers from the English (%(numbers)s).")),
    "question.option-numbers-differ": Worded(
        _l("Option %(option)s: the Japanese lacks numbers from the English (%(numbers)s).")
    ),
    "question.lengths-differ": Worded(
        _l("%(text)s: one language is much longer than the other. Do both say the same?")
    ),
    "question.negative-plain": Worded(
        _l("A negative word in the question (%(locale)s) is not emphasised: write <em>not</em>.")
    ),
    "question.key-longest": Worded(_l("Option %(option)s is the key and by far the longest (%(locale)s).")),
    "question.unknown_section": _l("There is no section “%(section)s”. Import its policy first."),
    "question.bad_code": _l(
        "“%(question)s” is not an ID: use up to 40 letters, digits, hyphens, dots and underscores, without spaces."
    ),
    "question.bad_variant": _l("“%(question)s” is not the ID of a question. Enter one such as HAR-014."),
    "question.other_bank": _l("%(question)s belongs to another bank."),
}


def outcome(created: int, revised: int, unchanged: int, *, is_trial: bool = False) -> str:
    """What an import did, or would do."""
    counts = {"new": created, "revised": revised, "same": unchanged}
    if is_trial:
        return str(_("Would be imported: %(new)s new, %(revised)s revised, %(same)s unchanged.", **counts))
    return str(_("Imported: %(new)s new, %(revised)s revised, %(same)s unchanged.", **counts))


PAIRINGS = {
    "": _l("No: new or revised questions"),
    PairBy.ID: _l("Yes, by ID"),
    PairBy.ORDER: _l("Yes, in the order of the file"),
}

CORRECTIONS = {
    "proposed": _l("Waiting for a second person"),
    "applying": _l("Being applied"),
    "done": _l("Applied"),
    "declined": _l("Declined"),
    "withdrawn": _l("Taken back"),
}
"""What has become of a correction of results, by its state."""

NOTICES = {
    "question.waits": Kind(
        _l("Questions of %(bank_text)s are waiting for your second look."), "questions.bank", ("code",)
    ),
    "question.released": Kind(
        _l("Questions of %(bank_text)s that you sent have been put into use by %(by)s."),
        "questions.bank",
        ("code",),
    ),
    "question.declined": Kind(
        _l("The draft of %(code)s that you sent was discarded by %(by)s."), "question.show", ("bank", "code")
    ),
    "question.held": Kind(
        _l("%(policy_text)s v%(number)s changed a rule. Questions of %(bank_text)s are held until confirmed."),
        "questions.bank",
        ("code",),
    ),
    "question.retired": Kind(
        _l("%(code)s, whose draft you sent, was retired by %(by)s."), "question.show", ("bank", "code")
    ),
}

PROBLEMS = {
    "bank.bad_code": _l("Use up to 40 capitals, digits and hyphens for the code of a bank."),
    "bank.bad_title": _l("Enter a title of up to %(most)s characters, without control characters."),
    "bank.unknown_module": _l("There is no policy “%(module)s”. Import it first."),
    "bank.code_taken": _l("This code is taken. Choose another."),
    "question.unknown_section": FINDINGS["question.unknown_section"],
    "question.bad_code": FINDINGS["question.bad_code"],
    "question.bad_variant": FINDINGS["question.bad_variant"],
    "question.hold_reason": _l("Say in a few words why. At most %(most)s characters."),
    "question.not_in_use": _l("Only a question in use can be held."),
    "question.not_held": _l("This question is not held any more."),
    "question.other_bank": FINDINGS["question.other_bank"],
    "question.same-id-twice": FINDINGS["question.same-id-twice"],
    "question.too-many-options": FINDINGS["question.too-many-options"],
    "question.text-too-long": FINDINGS["question.text-too-long"],
    "question.word-too-long": FINDINGS["question.word-too-long"],
    "question.control-character": FINDINGS["question.control-character"],
    "bank.changed": _l("Somebody else changed this bank in the meantime. Reload the page to see what is there now."),
    "bank.is_retired": _l("This bank is retired. Bring it back before you write questions for it."),
    "question.changed": _l(
        "Somebody else changed this question in the meantime. Reload the page to see what is there now."
    ),
    "question.has-draft": FINDINGS["question.has-draft"],
    "question.is_retired": FINDINGS["question.is_retired"],
    "question.is_withheld": _l("This question is in a quiz that you still have to take."),
    "question.no_draft": _l("This question no longer has a draft. Look at its page."),
    "question.not_finished": _l("The draft has errors. They are listed under Checks."),
    "question.bad_percent": _l("Enter a number from -100 to 100."),
    "question.bad_share": _l("Enter a number from 0 to 100."),
    "question.bad_gap_weight": _l("Enter a whole number from 1 to 100."),
    "question.not_a_number": _l("Enter a number in digits, such as 30 or 2.5."),
    "question.too-many-answers": FINDINGS["question.too-many-answers"],
    "question.bad_weight": _l("Enter a whole number from 0 to 100."),
    "question.not_imported": _l("Nothing was imported."),
    "question.no_file": _l("Choose a file."),
    "question.code_taken": _l("This code is taken. Choose another."),
}
