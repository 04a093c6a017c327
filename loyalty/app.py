"""Wires the service together and does nothing else."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask, Request, Response, current_app, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_babel import Babel
from werkzeug.exceptions import NotFound
from werkzeug.middleware.proxy_fix import ProxyFix

from loyalty.api import register_api
from loyalty.api.checkout.lane import FAILURE, HotLane
from loyalty.api.problems import answer_error
from loyalty.buffering import REFUSAL, SMALL
from loyalty.cards.keys import sealing_key_from
from loyalty.clock import utc_now
from loyalty.data_keys import hold_data_keys
from loyalty.database import (
    HOT,
    db,
    engine_options,
    forget_connections,
    hot_engine_options,
    is_away,
    is_overtaken,
)
from loyalty.embedded import embedded_database
from loyalty.pages import register_pages
from loyalty.pages.headers import headers_everywhere, security_headers
from loyalty.pages.passed_on import tidy_addresses
from loyalty.pages.preferences import SOURCE, reader_locale
from loyalty.pages.problems import answer_page
from loyalty.rate_limits import limit_rates
from loyalty.replication import is_unreplicated
from loyalty.request_counts import Counted, RequestCounts, folder_of_counts
from loyalty.roles import let_service_in
from loyalty.services.checkout.memory import Directory
from loyalty.services.errors import BusyError
from loyalty.services.replica import REPLICA
from loyalty.session_cookies import SealingSerializer
from loyalty.settings import Settings
from loyalty.till import register_till

LARGEST_JSON = SMALL
LARGEST_UPLOAD = 8 * 1024 * 1024
LARGEST_PICTURES = 48 * 1024 * 1024
"""Five photos from a phone with what is typed, so that too large a one is told in its form."""
LARGEST_COMPLAINT = 12 * 1024 * 1024
"""One photo with what is typed, from anybody."""
LARGE_PATHS = (
    "/api/v1/imports/",
    "/api/v1/pictures",
    "/api/v1/redemptions/sync",
    "/api/v1/card-sheets",
    "/staff/imports/",
    "/staff/card-sheets",
)
"""Where a table is uploaded, five hundred sales at once, or more cards named than are printed."""

STAFF_PATHS = "/staff/"
PATHS_WITH_PICTURES = ("/inspection", "/floor-plan", "/evidence")
"""How addresses of staff's forms end in which pictures are added."""

PATH_OF_COMPLAINTS = "/complaint"
"""How the address of the public's form with a picture ends."""

LARGE_PATHS_OF_A_ROUND = ("/nominations/file", "/hand-out")
"""How addresses end to which a list of nominees is uploaded, or ticks for all cards are sent."""

SIGN_IN = "/staff/sign-in"

MACHINES_PATHS = ("/api/", "/.well-known/", "/keys/", "/revocations/")
"""How paths begin where programs ask, which are answered with problems; people get pages."""

WATCHERS_PATHS = frozenset({"/livez", "/readyz", "/metrics"})
"""Where programs ask, too; a community's pages may begin alike."""

TRANSLATIONS = Path(__file__).with_name("translations")


class SessionsOfPeople(SecureCookieSessionInterface):
    """Cookies of sessions, for pages alone: no program sends one or is given one."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return the session of a request; None for a program's, which can keep nothing."""
        return None if is_for_machines(request.path) else super().open_session(app, request)

    def get_signing_serializer(self, app: Flask) -> Any:
        """Return what writes sessions into cookies: sealed, where Flask only signs them."""
        settings: Settings = app.extensions["loyalty.settings"]
        return SealingSerializer(settings.secret_key, settings.former_secrets(utc_now()))


class Service(Flask):
    """A Flask whose views all answer in the thread that asks."""

    session_interface = SessionsOfPeople()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the view itself, which is no coroutine; Flask asks a dozen times a request."""
        return func


def create_app(settings: Settings) -> Flask:
    """Return the service, ready to answer."""
    app = Service(__name__, static_folder=None)
    hold_data_keys(settings.data_secrets)
    url = settings.database_url or let_service_in(embedded_database(settings.data_dir))
    kept: Any = {"threads": settings.threads, "pooled": settings.pooled}
    app.config |= {
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(**kept),
        "SQLALCHEMY_BINDS": {
            HOT: {"url": url, **hot_engine_options(**kept)},
            **_reports_bind(settings, **kept),
        },
        "MAX_CONTENT_LENGTH": LARGEST_JSON,
    }
    app.extensions["loyalty.settings"] = settings
    app.extensions["loyalty.directory"] = Directory(sealing_key_from(settings.secret_key))
    app.extensions["loyalty.largest_body"] = largest_body
    db.init_app(app)
    app.before_request(_refuse_what_has_failed)
    app.before_request(_refuse_unwritable_paths)
    app.before_request(_allow_large_uploads)
    app.register_error_handler(Exception, _answer_error)
    Babel(
        app,
        default_locale=SOURCE,
        default_translation_directories=str(TRANSLATIONS),
        locale_selector=reader_locale,
    )
    register_api(app)
    register_pages(app)
    register_till(app)
    https = settings.base_url.startswith("https:")
    _guard_answers(app, https=https)
    limit_rates(app, enabled=settings.limit_rates)
    _stand_before(app, settings, https=https)
    return app


def _stand_before(app: Flask, settings: Settings, *, https: bool) -> None:
    """Let pass before Flask what need not reach it, and count whatever is answered."""
    read = _behind_proxies(tidy_addresses(app.wsgi_app), settings.trusted_proxies)
    lane = HotLane(app, read, headers_everywhere(https=https))
    counts = RequestCounts(folder_of_counts(settings.data_dir))
    app.extensions["loyalty.request_counts"] = counts
    app.wsgi_app = Counted(lane, counts)  # type: ignore[method-assign]  # as Flask documents it


def _guard_answers(app: Flask, *, https: bool) -> None:
    """Tell browsers what to refuse, and whose the cookie of a session is."""
    app.config["SESSION_COOKIE_SECURE"] = https
    # Browsers take one of this name from this very host alone, and send it nowhere else.
    app.config["SESSION_COOKIE_NAME"] = "__Host-session" if https else "session"
    app.after_request(security_headers(https=https))


def _reports_bind(settings: Settings, **kept: Any) -> dict[str, Any]:
    """Return the engine of the replica, on which every transaction can only read."""
    if settings.reports_database_url is None:
        return {}
    only_read = {"execution_options": {"postgresql_readonly": True}}
    return {REPLICA: {"url": settings.reports_database_url, **engine_options(**kept), **only_read}}


def largest_body(path: str) -> int:
    """Return how many bytes a request may bring to a path."""
    if path.startswith(STAFF_PATHS) and path.endswith(PATHS_WITH_PICTURES):
        return LARGEST_PICTURES
    if path.endswith(PATH_OF_COMPLAINTS):
        return LARGEST_COMPLAINT
    if path.startswith(LARGE_PATHS) or path.endswith(LARGE_PATHS_OF_A_ROUND):
        return LARGEST_UPLOAD
    # Signing in may carry a form along, whose fields have longer names there.
    return 2 * LARGEST_JSON if path == SIGN_IN else LARGEST_JSON


def is_for_machines(path: str) -> bool:
    """Whether programs ask at a path, and no people."""
    return path in WATCHERS_PATHS or path.startswith(MACHINES_PATHS)


def _refuse_what_has_failed() -> None:
    """Tell why a request did not arrive in whole, or could not be answered before Flask."""
    if refusal := request.environ.get(REFUSAL) or request.environ.get(FAILURE):
        raise refusal


def _behind_proxies(application: Any, proxies: int) -> Any:
    """Take the client's address from the headers of that many proxies; believe no one without."""
    if proxies == 0:
        return application
    return ProxyFix(application, x_for=proxies, x_proto=proxies, x_host=0, x_port=0, x_prefix=0)


def _refuse_unwritable_paths() -> None:
    """No record is named with a NUL, which the database cannot even be asked about."""
    if "\0" in request.path:
        raise NotFound


def _allow_large_uploads() -> None:
    request.max_content_length = largest_body(request.path)


def _answer_error(error: Exception) -> Response:
    # Flask wraps what goes wrong beside a view: in another handler, or when a session is kept.
    cause = getattr(error, "original_exception", None) or error
    if is_away(cause):
        current_app.logger.warning("the database is away: %s", type(cause).__name__)
        if not is_unreplicated(cause):
            forget_connections()
        cause = BusyError("The database does not answer just now; send the same request again.")
    elif is_overtaken(cause):
        current_app.logger.warning("somebody else was faster", exc_info=cause)
        cause = BusyError("What this belongs to has been removed meanwhile; read it again.")
    return answer_error(cause) if is_for_machines(request.path) else answer_page(cause)
