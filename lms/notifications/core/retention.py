"""How long notices and mails are kept, class by class; a job lets go of what is older."""

from __future__ import annotations

from datetime import timedelta

NOTICE_READ = timedelta(days=90)
"""A notice, counted from when it was read. What is unread stays: nobody loses what they have not seen."""
DIGEST_DAY = timedelta(days=90)
"""That a person's daily mail of a day was written."""
MAIL_TEXT = timedelta(days=30)
"""The text of a mail, counted from when it was written; long enough to look into what was not delivered."""
MAIL = timedelta(days=365)
"""That a mail was written: to whom, its subject and what became of it, as long as other logs."""
