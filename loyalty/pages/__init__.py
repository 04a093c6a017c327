"""Server-rendered pages: public, resident and staff console."""

from typing import Any

from flask import Flask, request, url_for
from jinja2 import StrictUndefined

from loyalty.pages import preferences
from loyalty.pages.api_docs import api_docs
from loyalty.pages.charts import chart_library
from loyalty.pages.complaints import complaints
from loyalty.pages.faces import faces
from loyalty.pages.floor_plan import floor_plan
from loyalty.pages.honour_roll import honours
from loyalty.pages.late_forms import Guard, token_of_form
from loyalty.pages.matter import matters
from loyalty.pages.nominate import nominations
from loyalty.pages.notice import notices
from loyalty.pages.objections import objections
from loyalty.pages.own_page import OWN_PAGES
from loyalty.pages.pictures import pictures
from loyalty.pages.pledge import pledges
from loyalty.pages.privacy import privacy
from loyalty.pages.public import public
from loyalty.pages.resident import resident
from loyalty.pages.shop_application import shop_applications
from loyalty.pages.shop_notice import shop_notice
from loyalty.pages.staff import STAFF_PAGES
from loyalty.pages.staff.console import register_sign_in
from loyalty.pages.staff.kept_forms import answer_late_form
from loyalty.pages.staff.navigation import console_places
from loyalty.pages.stats import stats
from loyalty.pages.values import FILTERS

SHOP_PAGES = (complaints, faces, floor_plan, shop_notice, shop_applications, pledges)
SELECTION_PAGES = (notices, objections, nominations, matters, honours, stats)

NOT_OF_A_QUERY = ("_anchor", "_external", "_method", "_scheme", "endpoint")
"""What `url_for` would take for itself."""


def register_pages(app: Flask) -> None:
    """Add every page to the app. Each form is guarded by a token; the API has bearer tokens."""
    app.config |= {
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "WTF_CSRF_CHECK_DEFAULT": False,
        "WTF_CSRF_TIME_LIMIT": None,
    }
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.filters |= FILTERS
    app.context_processor(_frame)
    app.after_request(preferences.remember)
    register_sign_in(app)
    guard = Guard(app)
    app.jinja_env.globals |= {"csrf_token": token_of_form, "console_places": console_places}
    app.context_processor(lambda: {"csrf_token": token_of_form})
    for blueprint in (
        public,
        privacy,
        pictures,
        resident,
        *OWN_PAGES,
        *SELECTION_PAGES,
        *SHOP_PAGES,
        api_docs,
        chart_library,
        *STAFF_PAGES,
    ):
        app.register_blueprint(blueprint)

    @app.before_request
    def guard_forms() -> Any:
        if request.path.startswith("/api/"):
            return None
        return answer_late_form(guard) if request.method == "POST" else None


def _frame() -> dict[str, Any]:
    """Return what every page's frame shows: the reader's choices and the way to change them."""
    return {
        "language": preferences.language(),
        "languages": preferences.languages_here(),
        "choice": preferences.preference,
        "large": preferences.preference("text") == "large",
        "switched": _switched,
    }


def _switched(**choice: str) -> str:
    """Return the address of this page with one preference switched; of the doors if it has none."""
    if request.endpoint is None or request.method != "GET":
        endpoint, kept = "pages.welcome", {}
    else:
        endpoint, kept = request.endpoint, request.args.to_dict()
    values: dict[str, Any] = {
        **{name: value for name, value in kept.items() if name not in NOT_OF_A_QUERY},
        **choice,
        **(request.view_args or {}),
    }
    return url_for(endpoint, **values)
