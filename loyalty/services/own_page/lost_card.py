"""A card that its holder reports lost."""

from uuid import UUID

from loyalty.models import Card
from loyalty.rules.card_action import CardAction
from loyalty.services.cards.acts import ActOnCard, act_on_card
from loyalty.services.errors import UnknownRecordError
from loyalty.services.work import ResidentWork

REASON = "lost"


def get_own_card(work: ResidentWork, card_id: UUID) -> Card:
    """Return a card of the resident.

    Raises:
        UnknownRecordError: they have no such card; another's counts as none.
    """
    card = work.find(Card, card_id)
    if card.resident_id != work.actor.resident_id:
        raise UnknownRecordError("You have no such card.")
    return card


def report_lost(work: ResidentWork, card_id: UUID, *, sealing_key: bytes) -> Card:
    """Suspend a card of the resident: no till takes it from now on, until staff say otherwise.

    What their phones show dies with it, and whoever else is signed in to their page is no longer.

    Raises:
        UnknownRecordError: they have no such card.
        CardStateError: it is suspended, stopped or expired already.
    """
    get_own_card(work, card_id)
    lost = ActOnCard(card_id, CardAction.SUSPEND, REASON)
    return act_on_card(work, lost, sealing_key=sealing_key)
