"""Logging: one JSON object a line, with the request's path and the person's code, never names, answers or tokens."""

from __future__ import annotations

import json
import logging
import sys

from flask import Flask, has_request_context, request

from lms.foundation import clock


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON, so that nothing a person typed can forge a second line."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "at": clock.now().isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if has_request_context():
            entry |= {"method": request.method, "endpoint": request.endpoint or ""}
        if record.exc_info:
            entry["trace"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)


def bind(app: Flask) -> None:
    """Send the application's log to standard error."""
    logger = logging.getLogger("kijun")
    if not logger.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(JsonLines())
        logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = app.testing
    app.logger = logger
