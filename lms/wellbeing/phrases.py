"""Words of the wellbeing briefing, and of sensitive content as it is announced."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from lms.wellbeing.core.labels import Degree, Form

KINDS = {
    "insult": _l("Insults"),
    "threat": _l("Threats"),
    "unwanted-contact": _l("Unwanted contact"),
    "private-details": _l("Private details"),
    "group-targeting": _l("Group targeting"),
    "dare": _l("Risky dares"),
    "self-harm": _l("Self-harm, as a topic"),
}
"""The kinds that can be avoided, by the word of their label."""
OTHER_KIND = _l("Other sensitive content")

DEGREES = {Degree.MILD: _l("Mild"), Degree.MEDIUM: _l("Medium"), Degree.STRONG: _l("Strong")}
SPANS = {
    (Degree.MILD, Degree.MEDIUM): _l("Mild to medium"),
    (Degree.MILD, Degree.STRONG): _l("Mild to strong"),
    (Degree.MEDIUM, Degree.STRONG): _l("Medium to strong"),
    **{(degree, degree): word for degree, word in DEGREES.items()},
}
"""From how weak to how strong a kind of content is."""

FORMS = {
    Form.TEXT: _l("Written text"),
    Form.IMAGE: _l("Image (described in text)"),
    Form.SOUND: _l("Sound (described in text)"),
    Form.VIDEO: _l("Video (described in text)"),
}

CLOSED_FROM = {
    Degree.MILD: _l("All"),
    Degree.MEDIUM: _l("Medium and strong"),
    Degree.STRONG: _l("Only strong"),
}
"""What stays closed until it is opened."""

PROBLEMS: dict[str, Any] = {
    "wellbeing.first": _l("Please read the wellbeing briefing first. It takes about 3 minutes."),
    "contact.changed_meanwhile": _l("Somebody else changed this in the meantime."),
}
