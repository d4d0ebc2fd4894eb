"""Keeps what features tell people, whatever their level."""

from __future__ import annotations

from lms.foundation import notices
from lms.notifications import actions

notices.keep_by(actions)
