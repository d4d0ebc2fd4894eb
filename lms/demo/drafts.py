"""Drafts that somebody is at work on: what an editor has changed in the source, and what is translated of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from lms.accounts.models import Person
from lms.demo.world import World
from lms.foundation.locale import SOURCE_LOCALE
from lms.policies import drafting, queries
from lms.policies.actions import assigning
from lms.policies.core.draft import Text
from lms.policies.models import PolicyVersion

TRANSLATED_AFTER = timedelta(hours=4)


def plan(world: World, entry: Mapping[str, Any]) -> None:
    """Let an editor begin the next version of a policy, and a localizer follow on the same day."""
    begun = world.at(world.workday(entry["begun_in_working_days"]), 11)
    world.plan(begun, partial(_begin, world, entry))
    world.plan(begun + TRANSLATED_AFTER, partial(_translate, world, entry))


def _begin(world: World, entry: Mapping[str, Any]) -> None:
    editor = world.people[entry["editor"]]
    draft = drafting.copy_version(_newest(entry), by=editor)
    for change in entry["changes"]:
        _rewrite(draft, change, SOURCE_LOCALE, editor)
    due_on = world.workday(entry["due_in_working_days"])
    order = assigning.Order("ja", world.people[entry["localizer"]], due_on)
    assigning.assign(draft, order, revision=0, by=editor)


def _translate(world: World, entry: Mapping[str, Any]) -> None:
    for change in entry["changes"]:
        if "ja" in change:
            _rewrite(_newest(entry), change, "ja", world.people[entry["localizer"]])


def _newest(entry: Mapping[str, Any]) -> PolicyVersion:
    return queries.list_versions(queries.get_module(entry["module"]))[0]


def _rewrite(draft: PolicyVersion, change: Mapping[str, Any], locale: str, by: Person) -> None:
    """Put other words in the place of some in a section; a translation counts as made from the source as it is now."""
    stored = drafting.load_texts(draft, change["section"])
    body = stored[locale].body
    for passage in change[locale]:
        if passage["instead_of"] not in body:
            raise ValueError(f"{change['section']} does not say {passage['instead_of']!r}")
        body = body.replace(passage["instead_of"], passage["write"])
    seen = {language: text.seen for language, text in stored.items()}
    texts = {locale: Text(stored[locale].title, body)}
    drafting.save_section(draft, change["section"], texts, seen, is_current=locale != SOURCE_LOCALE, by=by)
