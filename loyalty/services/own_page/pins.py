"""Choosing a PIN: it ends the activation, and begins the codes anew."""

from sqlalchemy import select

from loyalty.models import Card, OwnPage, OwnPageSession
from loyalty.rules.own_page import PinFault, find_pin_fault
from loyalty.rules.typed_text import clean_code_letters
from loyalty.services.cards.phone_codes import renew_secret, sign_out_others
from loyalty.services.errors import ActivationUsedError, NotAllowedError, PinRefusedError
from loyalty.services.own_page.hashing import hash_pin
from loyalty.services.work import Lock, ResidentWork


def choose_pin(work: ResidentWork, pin: str, *, sealing_key: bytes) -> None:
    """Keep the PIN of a resident who came in with an activation code, which is used up by it.

    Whoever else is signed in to the page is no longer, and phones that showed its code show one
    that no till takes: they may be in other hands.

    Raises:
        PinRefusedError: it is one that others would try.
        ActivationUsedError: the code was used meanwhile.
        NotAllowedError: the resident came in with a PIN.
    """
    if not work.actor.activating:
        raise NotAllowedError("A PIN is chosen with an activation code.")
    if fault := _find_fault(work, pin):
        raise PinRefusedError(fault)
    page = work.find(OwnPage, work.actor.own_page_id, lock=Lock.CHANGE)
    opened = _find_living_session(work, page)
    if opened is None or page.activation_used_at is not None:
        raise ActivationUsedError
    page.pin_hash = hash_pin(clean_code_letters(pin), page.id, sealing_key=sealing_key)
    page.activation_used_at = work.now
    page.failures, page.locked_until = 0, None
    renew_secret(work, page, sealing_key=sealing_key)
    sign_out_others(work, page)
    opened.activating = False
    work.note("own_page.activated", page)


def _find_living_session(work: ResidentWork, page: OwnPage) -> OwnPageSession | None:
    """Return the resident's session; none where another has chosen a PIN, or made a newer code."""
    return work.session.scalar(
        work.select(OwnPageSession).where(
            OwnPageSession.id == work.actor.session_id,
            OwnPageSession.created_at >= page.activation_made_at,
        )
    )


def _find_fault(work: ResidentWork, pin: str) -> PinFault | None:
    of_person = select(Card.serial).where(
        Card.community_id == work.community_id, Card.resident_id == work.actor.resident_id
    )
    return find_pin_fault(pin, frozenset(work.session.scalars(of_person)))
