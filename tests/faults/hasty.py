"""The negative control: a server that says "saved" before it has saved. Gunicorn reads this file as its settings.

It is the same server with the same faults, so a harness that finds nothing lost here would find nothing anywhere.
"""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

AFTERTHOUGHT_SECONDS = 0.3

Environ = dict[str, Any]
Start = Callable[..., Any]


class Hasty:
    """Acknowledges every answer at once, and takes it to the application a little later."""

    def __init__(self, app: Callable[[Environ, Start], Iterable[bytes]]) -> None:
        self.app = app

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        if not environ["PATH_INFO"].endswith("/events"):
            return self.app(environ, start)
        sent = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        document = json.loads(sent)
        stamps = [[document["epoch"], event["seq"]] for event in document["events"]]
        body = json.dumps({"acked": stamps, "quarantined": []}).encode()
        start("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        later = threading.Timer(AFTERTHOUGHT_SECONDS, self._save, ({**environ, "wsgi.input": io.BytesIO(sent)},))
        later.daemon = True
        later.start()
        return [body]

    def _save(self, environ: Environ) -> None:
        answer = self.app(environ, lambda *_told: None)
        if isinstance(answer, Iterator):
            list(answer)


def post_worker_init(worker: Any) -> None:
    """Gunicorn's hook: put it before the application of a worker that has just begun."""
    worker.wsgi = Hasty(worker.wsgi)
