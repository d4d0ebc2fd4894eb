"""The application, for gunicorn and the ``flask`` command."""

import gc
import sys

import config
from lms.app import create_app
from lms.serve import reason

try:
    settings = config.from_environment()
except (OSError, ValueError) as error:
    sys.exit(reason(error))

app = create_app(settings)
gc.freeze()  # what has been imported lives to the end: looking for garbage in it would stop all threads for 0.1 s
