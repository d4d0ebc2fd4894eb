"""Makes the database of an installation with the tests' own small organisation, before it is served.

python -m tests.browser.small
"""

from __future__ import annotations

import config
from lms.accounts import actions as accounts
from lms.accounts.core.sample_accounts import login_of
from lms.app import create_app
from lms.cli.demo import sample_password
from lms.demo import loader
from lms.demo.content import Content
from lms.demo.world import TOKYO
from lms.foundation import clock, transaction


def main() -> None:
    app = create_app(config.from_environment())
    with app.app_context():
        from flask_migrate import upgrade  # noqa: PLC0415 - Alembic configures logging when it is imported

        upgrade()
        with transaction.unit():
            today = clock.now().astimezone(TOKYO).date()
            password_hash = accounts.hash_password(sample_password(), login=login_of("admin"))
            small = Content(config.ROOT / "tests" / "organisation")
            loader.load(today, seed="1", password_hash=password_hash, content=small)


if __name__ == "__main__":
    main()
