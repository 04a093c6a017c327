"""The page that shows the code of the half minute, with network and without."""

import json
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from itertools import groupby
from pathlib import Path

from flask import Blueprint, Response, jsonify, render_template, url_for
from flask_babel import gettext

from loyalty.cards.barcode import modules_of_digits as bars_of
from loyalty.cards.qr import modules_of_digits as qr_of
from loyalty.cards.rotating import make_rotating_code, step_at
from loyalty.clock import community_now, utc_now
from loyalty.database import transaction
from loyalty.pages.own_page.signed_in import find_resident, keep_from_everybody, sealing_key
from loyalty.pages.preferences import language
from loyalty.services.own_page.rotating import get_secret
from loyalty.services.work import ResidentWork
from loyalty.words.messages import OTHER_PUSHED, PUSHED

code_pages = Blueprint("own_page_code", __name__, url_prefix="/me")

STATIC = Path(__file__).parents[1] / "static"
FILES = (
    *("ground.css", "parts.css", "own_page.css", "mark.svg"),
    *(f"own_page/{name}.js" for name in ("show", "bars", "qr", "rotating", "kept")),
)
"""What the page is made of, kept for when there is no network."""

WORKER = "own_page/worker.js"

QR_QUIET, BARS_QUIET = 4, 10
"""White around a code, in modules."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A code drawn for a browser that runs no script, or may keep no key."""

    digits: str
    qr_path: str
    qr_width: int
    bars_path: str
    bars_width: int


@code_pages.get("/code")
def shown() -> Response:
    """Show the page of the code: the same for everybody, but for what no script can draw."""
    key = _find_key()
    drawn = None if key is None else _draw(make_rotating_code(key[1], key[0], step_at(utc_now())))
    page = render_template("own_page/code.html", drawn=drawn)
    return keep_from_everybody(Response(page))


@code_pages.get("/code.json")
def key_of_code() -> Response:
    """Hand the device of whoever is signed in what makes the codes, and tell it the time."""
    key = _find_key()
    if key is None:
        return keep_from_everybody(Response(status=401))
    handle, secret = key
    now = int(utc_now().timestamp() * 1000)
    told = {"handle": handle, "secret": b64encode(secret).decode(), "now": now}
    return keep_from_everybody(jsonify(told))


@code_pages.get("/worker.js")
def worker() -> Response:
    """Send the worker that opens the page without network and shows what is told.

    With it come the list of what it keeps, and what is told in the words of the reader.
    """
    shell = {
        "version": _version(),
        "page": url_for("own_page_code.shown"),
        "files": [url_for("pages.static", filename=name) for name in FILES],
        "home": url_for("own_page.home"),
        "language": language().tag,
        "told": {kind: words.in_words() for kind, words in PUSHED.items()},
        "other": OTHER_PUSHED.in_words(),
    }
    code = (STATIC / WORKER).read_text(encoding="utf-8")
    response = Response(f"self.shell = {json.dumps(shell)};\n{code}", mimetype="text/javascript")
    response.cache_control.no_cache = True
    return response


@code_pages.get("/app.webmanifest")
def manifest() -> Response:
    """Say how the own page is put on a home screen, which some telephones ask for to be told."""
    mark = url_for("pages.static", filename="mark.svg")
    members = {
        "id": url_for("own_page.home"),
        "name": gettext("我的打折卡"),
        "lang": language().tag,
        "start_url": url_for("own_page.home"),
        "scope": url_for("own_page.home"),
        "display": "standalone",
        "icons": [{"src": mark, "sizes": "any", "type": "image/svg+xml"}],
    }
    return Response(json.dumps(members), mimetype="application/manifest+json")


def _find_key() -> tuple[str, bytes] | None:
    """Return handle and secret of whoever is signed in and has chosen a PIN."""
    found = find_resident()
    if found is None or found.activating:
        return None
    with transaction(found.community_id) as session:
        work = ResidentWork(session, found, community_now(found.timezone))
        return get_secret(work, sealing_key=sealing_key())


def _draw(digits: str) -> Drawn:
    rows = [bytes(row) for row in qr_of(digits)]
    squares = "".join(
        _run(left + QR_QUIET, y + QR_QUIET, width)
        for y, row in enumerate(rows)
        for left, width in _black_runs(row)
    )
    modules = bytes(map(int, bars_of(digits)))
    bars = "".join(_run(left + BARS_QUIET, 0, width) for left, width in _black_runs(modules))
    return Drawn(digits, squares, len(rows) + 2 * QR_QUIET, bars, len(modules) + 2 * BARS_QUIET)


def _run(x: int, y: int, width: int) -> str:
    return f"M{x} {y}h{width}v1h-{width}z"


def _black_runs(modules: bytes) -> Sequence[tuple[int, int]]:
    """Return where each black run of modules begins, and how long it is."""
    runs, place = [], 0
    for black, run in groupby(modules):
        length = len(list(run))
        if black:
            runs.append((place, length))
        place += length
    return runs


@cache
def _version() -> str:
    """Return the word that stands for the content of every file the page is made of."""
    template = Path(__file__).parents[1] / "templates" / "own_page" / "code.html"
    files = (template, *(STATIC / name for name in (*FILES, WORKER)))
    return sha256(b"".join(sha256(file.read_bytes()).digest() for file in files)).hexdigest()[:12]
