"""Static files: sent under names that carry their hash, so that a browser may keep them for a year.

They are compressed once, at set-up (``flask static build``); without that they are sent as they are.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from pathlib import Path

from flask import Flask, Response, current_app, request

from lms.foundation.access import policy
from lms.foundation.transaction import without_database
from lms.kit.problems import NotFound

STATIC = Path(__file__).resolve().parent.parent / "static"
PUBLIC_SUFFIXES = frozenset({".css", ".js", ".svg", ".woff2"})
COMPRESSED_SUFFIXES = frozenset({".css", ".js", ".svg"})
YEAR_SECONDS = 31536000
_URL = re.compile(r"""url\("\.\./([^")]+)"\)""")

mimetypes.add_type("font/woff2", ".woff2")
mimetypes.add_type("text/javascript", ".js")


class Assets:
    """The public files below ``static/``, by name and by hashed name."""

    def __init__(self, folder: Path, compressed: Path) -> None:
        self.folder = folder
        self.compressed = compressed
        self.hashed: dict[str, str] = {}
        self.names: dict[str, str] = {}
        self.sheets: dict[str, bytes] = {}
        found = [path for path in folder.rglob("*") if path.suffix in PUBLIC_SUFFIXES and path.is_file()]
        # style sheets last: they name other files, whose hashes must be known
        for path in sorted(found, key=lambda path: (path.suffix == ".css", path)):
            self._add(path)

    def _add(self, path: Path) -> None:
        name = path.relative_to(self.folder).as_posix()
        content = path.read_bytes()
        if path.suffix == ".css":
            content = self.sheets[name] = self._with_hashed_urls(content.decode())
        digest = hashlib.sha256(content).hexdigest()[:10]
        hashed = f"{name.removesuffix(path.suffix)}.{digest}{path.suffix}"
        self.hashed[name], self.names[hashed] = hashed, name

    def _with_hashed_urls(self, sheet: str) -> bytes:
        def hashed(match: re.Match[str]) -> str:
            return f'url("/static/{self.hashed[match[1]]}")' if match[1] in self.hashed else match[0]

        return _URL.sub(hashed, sheet).encode()

    def content(self, name: str) -> bytes:
        """What is sent for a name."""
        return self.sheets[name] if name in self.sheets else (self.folder / name).read_bytes()

    def url(self, name: str) -> str:
        """The address of a file; an unknown name is a mistake of ours and raises ``KeyError``."""
        return f"/static/{self.hashed[name]}"

    def build(self) -> int:
        """Compress what gains from it; returns how many files were written."""
        self.compressed.mkdir(parents=True, exist_ok=True)
        wanted = {f"{hashed.replace('/', '--')}.gz": name for hashed, name in self.names.items()}
        wanted = {file: name for file, name in wanted.items() if Path(name).suffix in COMPRESSED_SUFFIXES}
        for stale in {path.name for path in self.compressed.iterdir()} - wanted.keys():
            (self.compressed / stale).unlink()
        written = 0
        for file, name in wanted.items():
            target = self.compressed / file
            if not target.exists():
                draft = target.with_suffix(".part")
                draft.write_bytes(gzip.compress(self.content(name), compresslevel=9, mtime=0))
                draft.rename(target)
                written += 1
        return written

    def response(self, hashed: str) -> Response:
        """The file of a hashed name, compressed where there is a compressed copy and the reader takes it."""
        name = self.names.get(hashed)
        if name is None:
            raise NotFound
        squeezed = self.compressed / f"{hashed.replace('/', '--')}.gz"
        use_squeezed = request.accept_encodings["gzip"] > 0 and squeezed.exists()
        body = squeezed.read_bytes() if use_squeezed else self.content(name)
        response = Response(body, mimetype=mimetypes.guess_type(name)[0])
        if use_squeezed:
            response.headers["Content-Encoding"] = "gzip"
        if Path(name).suffix in COMPRESSED_SUFFIXES:
            response.vary.add("Accept-Encoding")
        response.headers["Cache-Control"] = f"public, max-age={YEAR_SECONDS}, immutable"
        return response


def bind(app: Flask) -> None:
    """Serve the files, and give templates ``asset(name)``."""
    assets = Assets(STATIC, app.config["KIJUN"].data_folder / "static")
    app.extensions["kijun.assets"] = assets
    app.jinja_env.globals["asset"] = assets.url

    @app.get("/static/<path:hashed>")
    @policy("static.read")
    @without_database
    def static_file(hashed: str) -> Response:
        return assets.response(hashed)

    @app.get("/favicon.ico")
    @policy("static.read")
    @without_database
    def favicon() -> Response:
        return assets.response(assets.hashed["icon.svg"])


def assets() -> Assets:
    """The static files of the running app."""
    found: Assets = current_app.extensions["kijun.assets"]
    return found
