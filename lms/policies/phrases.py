"""Sentences and words of policies."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.foundation.notices import Kind
from lms.policies.core.check import Match
from lms.policies.core.staleness import Freshness
from lms.policies.core.translation import Translation
from lms.policies.core.version import Standing

NOTICES = {
    "policy.to_read": Kind(
        _l("A policy to read and confirm: %(policy_text)s v%(number)s is in force."),
        "policies.show",
        ("code",),
        is_required=True,
    ),
    "policy.announced": Kind(
        _l("%(policy_text)s v%(number)s takes effect on %(effective_at)s. Until then the version before applies."),
        "policies.show",
        ("code",),
    ),
    "policy.waits": Kind(
        _l("A policy is waiting for your second look: publish %(policy_text)s v%(number)s."),
        "policy_versions.show",
        ("code", "number"),
    ),
    "policy.to_translate": Kind(
        _l("A policy for you to translate: %(policy_text)s v%(number)s, due %(due_on)s."),
        "translation.show",
        ("code", "number"),
        is_required=True,
    ),
    "policy.decided": Kind(
        _l("%(policy_text)s v%(number)s, which you asked to publish, is published."),
        "policy_versions.show",
        ("code", "number"),
    ),
}

PROBLEMS = {
    "policy.has_errors": _l("The policy has errors and was not imported. They are listed below."),
    "policy.no_code": _l("Enter the policy's code: the file does not state it."),
    "policy.already_published": _l(
        "Version %(number)s is published and cannot be changed. Give the new text a new number."
    ),
    "policy.assignee_gone": _l("This person no longer takes part. Choose somebody else."),
    "policy.not_asked": _l("Nobody has asked to publish this draft, or it has changed since."),
    "policy.changed_meanwhile": _l(
        "Version %(number)s is in force now. Please read what it says before you confirm. Nothing was recorded."
    ),
    "policy.bad_code": _l("Use capitals, digits and hyphens for the policy's code (“%(policy)s”)."),
    "policy.other_code": _l("The Japanese file belongs to the policy “%(policy)s”, not to “%(expected)s”."),
    "policy.other_version": _l("The Japanese file belongs to version %(number)s, not to %(expected)s."),
    "policy.changed_by_another": _l("Somebody else changed this in the meantime."),
    "policy.bad_effective": _l("“%(value)s” is not a date and time; write local time and zone as in the example."),
    "policy.bad_terms": _l("These lines give no term: %(lines)s."),
    "policy.code_taken": _l("There is already a policy “%(policy)s”."),
    "policy.empty": _l("Version %(number)s has no section yet, so it cannot be published."),
    "policy.unknown": _l("There is no policy “%(policy)s”."),
    "policy.no_pair": _l("“%(path)s” is neither a folder with en.md nor one of a pair of files named .en. and .ja."),
    "policy.is_retired": _l("This policy is retired. Bring it back first."),
    "policy.no_file": _l("Choose the English file."),
}

FINDINGS = {
    "not-utf-8": _l("The file is not UTF-8 (first wrong byte: %(byte)s)."),
    "unknown-key": _l("Unknown key “%(key)s” in the front matter; it is kept."),
    "front-matter-syntax": _l("The front matter cannot be read."),
    "front-matter-value": _l("The value of “%(key)s” must be a single text."),
    "bad-version": _l("“%(value)s” is not a version; write major.minor, such as 4.2 (%(key)s)."),
    "bad-effective": _l(
        "“%(value)s” is not a date and time; write local time and zone, such as 2026-11-12T10:00 Asia/Tokyo."
    ),
    "bad-source-hash": _l("The value of “%(key)s” in section_sources is not a hash; the section counts as stale."),
    "other-locale": _l(
        "The file says that its language is “%(said)s”, but it was given as the one for “%(expected)s”."
    ),
    "other-than-source": _l("“%(key)s” is “%(said)s” here and “%(expected)s” in the English file."),
    "other-source-version": _l(
        "The translation was made from version %(made_from)s, and the English file is version %(number)s. A section"
        " counts as current only if the stored English text of %(made_from)s is the same."
    ),
    "left-out-section": _l("Section “%(key)s” was left out, in both languages."),
    "left-out-translation": _l("The Japanese text of section “%(key)s” was left out."),
    "left-out-file": _l("The Japanese file was left out."),
    "stale-sections": _l("Made from a different English text, so not current: %(keys)s."),
    "no-sections": _l("There is no section and no text."),
    "open-fence": _l(
        "The code block that begins here is never closed, so everything below it, including headings, is part of it."
    ),
    "repeated-key": _l("The key “%(key)s” appears twice; keys are unique in a policy."),
    "bad-sensitive-label": _l(
        "A sensitive block needs kind, degree (mild, medium, strong) and form (text, image, sound, video)."
    ),
    "sensitive-not-closed": _l("A sensitive block is not closed with “:::”."),
    "sensitive-not-opened": _l("There is no sensitive block for this “:::” to end."),
    "bad-sensitive-mark": _l(
        "A sensitive block begins with “::: sensitive” and ends with “:::”, in small letters at the very beginning of a"
        " line. In a text about such marks, quote them in a fenced code block."
    ),
    "heading-in-sensitive": _l("A section begins inside a sensitive block. End the block before it."),
    "older-held-back": _l(
        "Version %(number)s stays a draft: version %(newer)s is newer and in force. To publish it anyway, use the "
        "list of versions."
    ),
    "older-published": _l("Version %(number)s is published although version %(newer)s, which is newer, is in force."),
    "bad-ruby": _l(
        "These braces do not form a reading, and are shown as they are. Write {characters|kana}, with at least one "
        "Chinese character before the bar and only kana after it."
    ),
    "bad-glossary": _l("Entry %(number)s of the glossary is left out: it needs a term and a definition."),
    "heading-in-body": _l(
        "A heading begins here that would be a section of its own. Add a section for it, or begin it with five #."
    ),
    "uncertain-pair": _l("“%(title)s” could not be paired with certainty; it may belong to: %(candidates)s."),
}

FRESHNESS = {
    Freshness.CURRENT: _l("Current"),
    Freshness.STALE: _l("Stale"),
    Freshness.MISSING: _l("Missing"),
}
MATCHES = {
    Match.CURRENT: _l("current"),
    Match.MISSING: _l("missing"),
    Match.IDENTICAL: _l("same as English"),
    Match.EXTRA: _l("not in English"),
}
"""How a section stands in a translation, as a line of a command says it."""
STALE = _l("stale")
"""The same for one that says it was made from another text."""

STANDINGS = {
    Standing.IN_FORCE: _l("In force"),
    Standing.COMING: _l("Upcoming"),
    Standing.PAST: _l("Past"),
}
STANDING_STATES = {Standing.IN_FORCE: "is-pass", Standing.COMING: "is-info", Standing.PAST: "is-none"}

TRANSLATIONS = {
    Translation.CURRENT: _l("Current"),
    Translation.STALE: _l("Stale"),
    Translation.MISSING: _l("Missing in Japanese"),
    Translation.EXTRA: _l("Only in Japanese"),
    Translation.IDENTICAL: _l("Same as the English"),
}
TRANSLATION_STATES = {
    Translation.CURRENT: "is-pass",
    Translation.STALE: "is-risk",
    Translation.MISSING: "is-risk",
    Translation.EXTRA: "is-risk",
    Translation.IDENTICAL: "is-risk",
}

BENCH_STATES = {**TRANSLATION_STATES, Translation.MISSING: "is-none", Translation.EXTRA: "is-none"}
"""The same where missing ones are many and no alarm: in the strip of a translation."""

HINTS = {
    "numbers": (_l("Same numbers"), _l("Numbers differ")),
    "keys": (_l("Same sections named"), _l("Names of sections differ")),
    "links": (_l("Same links"), _l("Links differ")),
    "covers": (_l("Same covers"), _l("Covers of sensitive text differ")),
    "paragraphs": (_l("Same paragraphs"), _l("Paragraphs differ")),
    "items": (_l("Same paragraphs"), _l("Items of lists differ")),
    "length": (_l("Length as expected"), _l("Length as expected")),
    "length-short": (_l("Length as expected"), _l("Shorter than expected")),
    "length-long": (_l("Length as expected"), _l("Longer than expected")),
    "punctuation": (_l("Full-width punctuation"), _l("Half-width punctuation")),
    "style": (_l("One writing style throughout"), _l("Two writing styles")),
}
"""A check of a translation when it is well, and when it is not."""

HINT_FACTS = {
    "numbers": _l("source %(source)s, translation %(target)s"),
    "keys": _l("only in the source %(lacking)s, only in the translation %(surplus)s"),
    "links": _l("only in the source %(lacking)s, only in the translation %(surplus)s"),
    "covers": _l("source %(source)s, translation %(target)s; kind, degree and form stay as they are"),
    "paragraphs": _l("source %(source)s, translation %(target)s"),
    "items": _l("source %(source)s, translation %(target)s"),
    "punctuation": _l("found: %(found)s"),
    "style": _l("polite sentences %(polite)s, plain ones %(plain)s"),
}
"""What stands where, by the code of a check that is not well."""


def outcome(code: str, number: str, *, is_whole: bool, is_unchanged: bool = False) -> str:
    """What became of an import."""
    if is_unchanged:
        return str(_("Unchanged: %(code)s v%(number)s already has this text.", code=code, number=number))
    if is_whole:
        return str(_("%(code)s v%(number)s is imported.", code=code, number=number))
    return str(_("%(code)s v%(number)s is imported as a draft, without what was left out.", code=code, number=number))
