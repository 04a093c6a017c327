"""What whoever holds a card may see of it: is it valid, until when, what it gives. No name."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import lazy_gettext
from werkzeug.exceptions import NotFound

from loyalty.cards.barcode import draw_barcode_svg
from loyalty.cards.qr import draw_qr_svg
from loyalty.cards.token import make_card_url, read_claims
from loyalty.clock import as_local, utc_now
from loyalty.database import limit_to, transaction
from loyalty.models import Community
from loyalty.pages import preferences
from loyalty.pages.communities import community_here
from loyalty.pages.forms import Form, text_field
from loyalty.printing.card_sheet import Printing, picture_card, picture_sample
from loyalty.rules.browser import browser_of
from loyalty.rules.card_number import CodeKind, kind_of
from loyalty.rules.money import Permille
from loyalty.rules.verdict import MEANINGS, Tone
from loyalty.services.cards.check import CardCheck, check_card
from loyalty.services.cards.sheets import card_behind
from loyalty.services.community.policy import are_several
from loyalty.services.shops.finding import count_shops_that_give, find_rates_given
from loyalty.words.browsers import HOME_SCREEN
from loyalty.words.rates import span_in_words
from loyalty.words.verdicts import WORDS, VerdictWords

resident = Blueprint("resident", __name__)
resident.add_app_template_filter(lambda rates: span_in_words(*rates), "span")

LONGEST_NUMBER = 40


class NumberForm(Form):
    """The number as it is printed on the card; it travels in the body, never in an address."""

    number = text_field(lazy_gettext("卡号"), longest=LONGEST_NUMBER)


@dataclass(frozen=True, slots=True)
class ShownCard:
    """A card as its page shows it."""

    check: CardCheck
    words: VerdictWords
    community: Community | None
    """None if the code is no card of ours."""
    shops: int
    """How many shops take it today."""
    rates: tuple[Permille, Permille] | None
    """The lowest and the highest rate it pays there; None if the code is no card of ours."""
    now: datetime
    """On the community's wall clock; in UTC without a community."""

    @property
    def rates_differ(self) -> bool:
        """Whether some shops give another rate than others."""
        return self.rates is not None and self.rates[0] != self.rates[1]

    @property
    def is_good(self) -> bool:
        """Whether the card gives its discount now."""
        return self.words.tone is Tone.YES

    @property
    def may_be_printed(self) -> bool:
        """Whether its page offers it on paper."""
        return MEANINGS[self.check.verdict].may_be_printed


@resident.get("/c/<token>")
@resident.get("/C/<token>")
def card(token: str) -> Response:
    """Show what the card behind a QR is worth at this moment."""
    page = render_template(
        "resident/card.html",
        shown=_look_at(token),
        token=token,
        home_screen=HOME_SCREEN.get(browser_of(request.user_agent.string)),
    )
    return _private(page)


@resident.get("/card/sample.svg")
def card_sample() -> Response:
    """Draw a card that belongs to nobody, for those who have not seen one."""
    drawing = picture_sample(language=preferences.language().tag, day=utc_now().date())
    response = make_response(drawing)
    response.mimetype = "image/svg+xml"
    return response


@resident.route("/card", methods=["GET", "POST"])
@resident.route("/<slug>/card", methods=["GET", "POST"])
def card_form(slug: str | None = None) -> Response:
    """Ask for a card's number, and show what the card is worth."""
    form = NumberForm()
    with transaction() as session:
        named = slug is not None or are_several(session)
        community = community_here(session, slug) if named else None
    if form.validate_on_submit():
        shown = _look_at(form.number.data, community)
        return _private(render_template("resident/card.html", shown=shown, token=None))
    return _private(render_template("resident/card_form.html", form=form))


@resident.get("/c/<token>/print")
def card_print(token: str) -> Any:
    """Show the card in its size on paper; one that is dead says why instead."""
    shown = _genuine(token)
    if not shown.may_be_printed:
        return redirect(url_for("resident.card", token=token))
    return _private(render_template("resident/print.html", shown=shown, token=token))


@resident.get("/c/<token>/<any(front, back):side>.svg")
def card_picture(token: str, side: str) -> Response:
    """Draw one side of the card as it is printed, without a name."""
    community = _genuine(token).community
    if community is None:
        raise NotFound
    base_url = current_app.extensions["loyalty.settings"].base_url
    with transaction(community.id) as session:
        printed = card_behind(session, community.id, token)
        now = as_local(utc_now(), community.timezone)
        printing = Printing(preferences.language().tag, base_url, now)
        drawing = picture_card(session, community, printed, printing, back=side == "back")
    return _drawing(drawing)


@resident.get("/c/<token>/qr.svg")
def card_qr(token: str) -> Response:
    """Draw the card's QR."""
    _genuine(token)
    base_url = current_app.extensions["loyalty.settings"].base_url
    return _drawing(draw_qr_svg(make_card_url(base_url, token)))


@resident.get("/c/<token>/barcode.svg")
def card_barcode(token: str) -> Response:
    """Draw the card's number as a barcode."""
    _genuine(token)
    return _drawing(draw_barcode_svg(read_claims(token).number))


def _look_at(code: str, among: Community | None = None) -> ShownCard:
    with transaction() as session:
        now = utc_now()
        check = check_card(session, code, community=among, now=now)
        community, shops, rates = None, 0, None
        if check.community_id is not None and check.pay_permille and check.honour:
            limit_to(session, check.community_id)
            community = session.get_one(Community, check.community_id)
            now = as_local(now, community.timezone)
            today, pay = now.date(), Permille(check.pay_permille)
            shops = count_shops_that_give(session, community, today=today)
            rates = find_rates_given(session, community, pay, check.honour, today=today)
    return ShownCard(check, WORDS[check.verdict], community, shops, rates, now)


def _genuine(token: str) -> ShownCard:
    """Return the card of a token; what is no card of ours is not drawn, however it looks.

    A bare number is not drawn either: whoever has guessed one would get a card to show.
    """
    if kind_of(token) is not CodeKind.TOKEN:
        raise NotFound
    shown = _look_at(token)
    if not MEANINGS[shown.check.verdict].names_card:
        raise NotFound
    return shown


def _private(page: str) -> Response:
    """Return a page that nobody keeps, indexes, or learns the address of."""
    response = make_response(page)
    response.cache_control.no_store = True
    response.headers["X-Robots-Tag"] = "noindex"
    if request.method == "GET" and request.view_args:
        # Forms of an address without a token need the referrer for their guard.
        response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _drawing(svg: str) -> Response:
    response = _private(svg)
    response.mimetype = "image/svg+xml"
    return response
