"""The page of the till, its files, its worker and how it is installed."""

import json
from http import HTTPStatus
from pathlib import PurePath

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    make_response,
    render_template,
    request,
    send_from_directory,
    url_for,
)
from flask_babel import get_locale, gettext

from loyalty.rules.browser import MESSENGERS, browser_of
from loyalty.till import assets
from loyalty.till.words import words

till = Blueprint("till_page", __name__, url_prefix="/till", template_folder="templates")

YEAR_SECONDS = 365 * 24 * 3600
COLOUR = "#24508f"


@till.get("")
def page() -> Response:
    """Show the till; which shop it stands in is known to the device alone."""
    version = assets.version()
    told = render_template(
        "till/till.html",
        words=words(),
        version=version,
        in_messenger=browser_of(request.user_agent.string) in MESSENGERS,
        address=current_app.extensions["loyalty.settings"].base_url + url_for(".page"),
    )
    response = make_response(told)
    # The worker keeps no page but one of its own version, and no page of a hotel's network.
    response.headers["Till-Version"] = version
    response.cache_control.no_cache = True
    return response


@till.get("/assets/<version>/<path:name>")
def asset(version: str, name: str) -> Response:
    """Send a file of the till, which never changes under its address."""
    kind = assets.KINDS.get(PurePath(name).suffix)
    if version != assets.version() or kind is None:
        abort(HTTPStatus.NOT_FOUND)
    folder, file = assets.asset_file(name)
    response = send_from_directory(folder, file, mimetype=kind, max_age=YEAR_SECONDS)
    response.cache_control.public = True
    response.cache_control.immutable = True
    return response


@till.get("/worker.js")
def worker() -> Response:
    """Send the worker that opens the till without network, with the list of what it keeps."""
    names = assets.asset_names()
    shell = {
        "version": assets.version(),
        "page": url_for(".page"),
        "files": [
            *(asset_address(name) for name in names if not name.startswith(assets.HEAVY)),
            *(url_for("pages.static", filename=name) for name in assets.FRAME_FILES),
        ],
        "heavy": [asset_address(name) for name in names if name.startswith(assets.HEAVY)],
    }
    code = (assets.MODULES / assets.WORKER).read_text(encoding="utf-8")
    response = Response(f"self.shell = {json.dumps(shell)};\n{code}", mimetype="text/javascript")
    response.headers["Service-Worker-Allowed"] = url_for(".page")
    response.cache_control.no_cache = True
    return response


@till.get("/manifest.webmanifest")
def manifest() -> Response:
    """Say how the till is installed, in the reader's language."""
    icons = [
        {"src": asset_address(f"icon-{size}.png"), "sizes": f"{size}x{size}", "purpose": purpose}
        for size in (192, 512)
        for purpose in ("any", "maskable")
    ]
    members = {
        "id": url_for(".page"),
        "name": gettext("打折卡收银台"),
        "short_name": gettext("收银台"),
        "lang": str(get_locale()).replace("_", "-"),
        "start_url": url_for(".page"),
        "scope": url_for(".page"),
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": COLOUR,
        "icons": [{**icon, "type": assets.KINDS[".png"]} for icon in icons],
    }
    return Response(json.dumps(members), mimetype="application/manifest+json")


@till.app_template_global("till_asset")
def asset_address(name: str) -> str:
    """Return where a file of the till is, for templates too."""
    return url_for("till_page.asset", version=assets.version(), name=name)
