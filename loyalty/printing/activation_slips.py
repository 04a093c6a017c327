"""What the slips say that open residents' own pages; each print makes new codes."""

from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext

from loyalty.models import Card, Community
from loyalty.reports.activation_slips import ActivationSlip, draw_slip_sheet
from loyalty.rules.card_number import last4
from loyalty.rules.own_page import format_activation_code
from loyalty.services.community.policy import community_of
from loyalty.services.own_page.activation import make_activation_codes
from loyalty.services.work import Work


def make_slips(work: Work, cards: Sequence[Card], *, base_url: str) -> Sequence[ActivationSlip]:
    """Return a slip for each holder of some cards, in their order, with a code nobody had before.

    The codes that were printed for them earlier are dead from now on.
    """
    community = community_of(work.session, work.actor)
    codes = make_activation_codes(work, [card.resident_id for card in cards])
    first = {card.resident_id: card for card in reversed(cards)}
    return [
        _slip(community, first[resident_id], codes[resident_id], base_url=base_url)
        for resident_id in dict.fromkeys(card.resident_id for card in cards)
    ]


def make_slips_for_each(
    work: Work, cards: Sequence[Card], *, base_url: str
) -> Sequence[ActivationSlip | None]:
    """Return the slips beside the cards; None beside the second card of one holder."""
    slips = iter(make_slips(work, cards, base_url=base_url))
    first = {card.resident_id: card.id for card in reversed(cards)}
    return [next(slips) if first[card.resident_id] == card.id else None for card in cards]


def print_slips(
    work: Work, cards: Sequence[Card], *, base_url: str, language: str, drawn_at: datetime
) -> bytes:
    """Return the slips of some cards as a PDF, without the cards."""
    slips = make_slips(work, cards, base_url=base_url)
    return draw_slip_sheet(slips, title=gettext("激活条"), language=language, drawn_at=drawn_at)


def _slip(community: Community, card: Card, code: str, *, base_url: str) -> ActivationSlip:
    address = f"{base_url}/{community.slug}/me"
    return ActivationSlip(
        title=gettext("%(community)s · 我的页面的激活码", community=community.name),
        code=format_activation_code(code),
        card=gettext("卡号末四位 %(last4)s", last4=last4(card.serial)),
        address=address,
        steps=(
            gettext("1. 扫右边的码，或打开网址："),
            address,
            gettext("2. 输入卡号和激活码，给自己设6位密码。"),
            gettext("激活码只能用一次，不要给别人看。"),
        ),
    )
