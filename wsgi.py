"""The application, for gunicorn and the ``flask`` command."""

import sys

import config
from lms.app import create_app
from lms.serve import reason

try:
    settings = config.from_environment()
except (OSError, ValueError) as error:
    sys.exit(reason(error))

app = create_app(settings)
