"""Copying a list: every page that marks one gives its rows as tab-separated text when its address asks for them."""

from __future__ import annotations

from flask import Flask, Response, request

from lms.kit.shown_rows import as_tsv, rows_of

ASKED = "tsv"


def bind(app: Flask) -> None:
    """Answer ``?as=tsv``; ``&rows=`` names one of several lists. Bound behind what compresses, so asked before it."""

    @app.after_request
    def give_rows(response: Response) -> Response:
        if request.args.get("as") != ASKED or response.status_code != 200 or response.mimetype != "text/html":
            return response
        rows = rows_of(response.get_data(as_text=True), request.args.get("rows", ""))
        if rows is not None:
            response.set_data(as_tsv(rows))
            response.content_type = "text/plain; charset=utf-8"
        return response
