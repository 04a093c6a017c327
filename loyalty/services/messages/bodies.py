"""What a message says, as JSON: to a resident, to a browser, to a program, or a try."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from loyalty.clock import as_local
from loyalty.models import Card, Community, Honour, Message, Redemption, Shop
from loyalty.rules.messages import MessageKind


def write_body(session: Session, message: Message, reference: str | None) -> bytes:
    """Return a message as JSON: it names the reader by the receiver's own reference, and nobody.

    Args:
        reference: None for a try, and for a browser, which has one reader.
    """
    community = session.get_one(Community, message.community_id)
    told: dict[str, Any] = {
        "id": str(message.id),
        "type": message.kind,
        "community": community.slug,
    }
    if message.event is not None:
        told |= message.event
    else:
        told |= {
            "made_at": _write(message.made_at, community),
            "recipient": reference,
            "data": _DATA[MessageKind(message.kind)](session, message, community),
        }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _tell_sale(session: Session, message: Message, community: Community) -> dict[str, Any]:
    sale = session.get_one(Redemption, (community.id, message.sale_id))
    shop = session.get_one(Shop, (community.id, sale.shop_id))
    return {
        "happened_at": _write(sale.happened_at, community),
        "shop": shop.name,
        "saved_fen": sale.saved_fen if sale.with_amount else None,
    }


def _tell_card(session: Session, message: Message, community: Community) -> dict[str, Any]:
    card = session.get_one(Card, (community.id, message.card_id))
    honour = session.get_one(Honour, (community.id, card.honour_id))
    return {
        "honour": honour.name,
        "valid_from": card.valid_from.isoformat(),
        "valid_until": card.valid_until.isoformat(),
        "telephone": community.telephone,
    }


def _tell_nothing(_: Session, __: Message, ___: Community) -> dict[str, Any]:
    return {}


_DATA = {
    MessageKind.CARD_USED: _tell_sale,
    MessageKind.CARD_WAITING: _tell_card,
    MessageKind.TEST: _tell_nothing,
}


def _write(moment: datetime, community: Community) -> str:
    return as_local(moment, community.timezone).isoformat(timespec="seconds")
