"""Three faces under a plaque: one a day and device, and nobody behind them."""

from datetime import datetime, time, timedelta
from typing import Any

from flask import Blueprint, current_app, flash, redirect, request, url_for
from flask_babel import gettext
from itsdangerous import BadSignature, Signer
from werkzeug.exceptions import BadRequest

from loyalty.clock import community_now
from loyalty.database import transaction
from loyalty.pages.communities import community_here
from loyalty.pages.signing import signing_secrets
from loyalty.rules.certification import gives_discount
from loyalty.rules.satisfaction import Face
from loyalty.rules.verdict import Tone
from loyalty.services.shops.certification import find_certification_standing
from loyalty.services.shops.finding import get_shop_by_plaque
from loyalty.services.shops.satisfaction import PressFace, make_handle, press_face

faces = Blueprint("face_pages", __name__)

COOKIE = "today"
"""Random letters, signed, and gone when the day is over: nothing joins two days of a device."""


@faces.post("/p/<plaque_number>/face")
@faces.post("/<slug>/p/<plaque_number>/face")
def pressed(plaque_number: str, slug: str | None = None) -> Any:
    """Count a face for a shop that takes cards today, and thank."""
    wanted = request.form.get("face", "")
    handle = _handle_of_request() or make_handle()
    with transaction() as session:
        community = community_here(session, slug)
        now = community_now(community.timezone)
        shop = get_shop_by_plaque(session, community, plaque_number)
        if wanted not in set(Face):
            raise BadRequest
        counts = gives_discount(find_certification_standing(shop, today=now.date()).state)
        if counts:
            press_face(session, shop, PressFace(Face(wanted), handle), today=now.date())
    if counts:
        flash(gettext("记下了，谢谢。今天再按，就改成新的。"), Tone.YES)
    plaque = url_for("pages.plaque", slug=community.slug, plaque_number=shop.plaque_number)
    response = redirect(plaque)
    response.set_cookie(
        COOKIE,
        _signer().sign(handle).decode(),
        max_age=_seconds_left(now),
        httponly=True,
        samesite="Lax",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )
    return response


def _handle_of_request() -> str | None:
    """Return what this device holds for today; None if it holds nothing of ours."""
    try:
        return _signer().unsign(request.cookies.get(COOKIE, "")).decode()
    except (BadSignature, UnicodeDecodeError):
        return None


def _seconds_left(now: datetime) -> int:
    """Return how long the day goes on at the community."""
    midnight = datetime.combine(now.date() + timedelta(days=1), time.min, now.tzinfo)
    return int((midnight - now).total_seconds())


def _signer() -> Signer:
    return Signer(signing_secrets(), salt="loyalty face of a day")
