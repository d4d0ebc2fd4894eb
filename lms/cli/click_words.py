"""What Click says by itself, so that it stands in our catalogue too: Click asks the standard library for its words.

Only what our commands can make it say is listed.
"""

from __future__ import annotations

import gettext

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext

import config

WORDS = (
    _l("Aborted!"),
    _l("Choose from:\n\t{choices}"),
    _l("Commands"),
    _l("Error: {message}"),
    _l("Invalid value for {param_hint}: {message}"),
    _l("Invalid value: {message}"),
    _l("Missing argument"),
    _l("Missing command."),
    _l("Missing option"),
    _l("No such command {name!r}."),
    _l("No such option {name!r}."),
    _l("Option {name!r} does not take a value."),
    _l("Options"),
    _l("Positional arguments"),
    _l("Show this message and exit."),
    _l("Try '{command} {option}' for help."),
    _l("Usage:"),
    _l("default: {default}"),
    _l("directory"),
    _l("file"),
    _l("path"),
    _l("required"),
    _l("whole number"),
    _l("{name} {filename!r} does not exist."),
    _l("{name} {filename!r} is a directory."),
    _l("{name} {filename!r} is a file."),
    _l("{name} {filename!r} is not readable."),
    _l("{name} {filename!r} is not writable."),
    _l("{value!r} is not a valid {number_type}."),
    _l("{value} is not in the range {range}."),
    lazy_ngettext("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)", 1),
    lazy_ngettext("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})", 1),
    lazy_ngettext("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments.", 1),
    lazy_ngettext(
        "{value!r} does not match the format {format}.", "{value!r} does not match the formats {formats}.", 1
    ),
    lazy_ngettext("{value!r} is not {choice}.", "{value!r} is not one of {choices}.", 1),
)


def lend() -> None:
    """Let the standard library find our catalogue; it follows the environment, and so do Click's words."""
    gettext.bindtextdomain("messages", str(config.ROOT / "translations"))
