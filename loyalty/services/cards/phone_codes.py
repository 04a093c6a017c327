"""The secret behind the code on a resident's phone, and its end when a card is lost."""

import secrets
from uuid import UUID

from sqlalchemy import delete, select

from loyalty.cards.rotating import make_secret, seal_secret
from loyalty.models import Card, OwnPage, OwnPageSession
from loyalty.rules.card_number import HANDLE_DIGITS
from loyalty.services.actors import SignedInResident
from loyalty.services.work import SomebodysWork


def hold_page(work: SomebodysWork, resident_id: UUID) -> OwnPage | None:
    """Lock the page of a resident until the transaction ends; None if they have none.

    It is locked before any of their cards, as by a sale with the code of a phone.
    """
    page = work.select(OwnPage).where(OwnPage.resident_id == resident_id)
    locked = page.with_for_update(key_share=True, of=OwnPage)
    return work.session.scalar(locked.execution_options(populate_existing=True))


def hold_page_of_card(work: SomebodysWork, card_id: UUID) -> OwnPage | None:
    """Lock the page of a card's holder as `hold_page` does; None if there is none."""
    query = work.select(Card).with_only_columns(Card.resident_id).where(Card.id == card_id)
    resident_id = work.session.scalar(query)
    return None if resident_id is None else hold_page(work, resident_id)


def end_codes(work: SomebodysWork, page: OwnPage, *, sealing_key: bytes) -> None:
    """Let no till take what a phone shows by now, and sign out everybody but who acts.

    The page shows other codes to whoever signs in again.
    """
    if page.handle is not None:
        renew_secret(work, page, sealing_key=sealing_key)
    sign_out_others(work, page)


def sign_out_others(work: SomebodysWork, page: OwnPage) -> None:
    """Sign out whoever is signed in to a page, but for the one who acts."""
    own = work.actor.session_id if isinstance(work.actor, SignedInResident) else None
    work.session.execute(
        delete(OwnPageSession).where(
            OwnPageSession.community_id == work.community_id,
            OwnPageSession.own_page_id == page.id,
            OwnPageSession.id.is_distinct_from(own),
        )
    )


def renew_secret(work: SomebodysWork, page: OwnPage, *, sealing_key: bytes) -> None:
    """Give a page another secret under another handle: codes made with the ones before are dead."""
    page.handle = _make_handle(work)
    page.sealed_secret = seal_secret(make_secret(), page.id, sealing_key=sealing_key)
    page.used_step, page.used_till_id, page.used_up = None, None, False


def _make_handle(work: SomebodysWork) -> str:
    """Return a handle that no page of the community has."""
    while True:
        handle = f"{secrets.randbelow(10**HANDLE_DIGITS):0{HANDLE_DIGITS}}"
        taken = work.session.scalar(
            select(OwnPage.id).where(
                OwnPage.community_id == work.community_id, OwnPage.handle == handle
            )
        )
        if taken is None:
            return handle
