"""The secret behind the code that a resident's phone shows."""

import secrets

from sqlalchemy import select

from loyalty.cards.rotating import make_secret, seal_secret, unseal_secret
from loyalty.models import OwnPage
from loyalty.rules.card_number import HANDLE_DIGITS
from loyalty.services.errors import UnknownRecordError
from loyalty.services.work import ResidentWork


def renew_secret(work: ResidentWork, page: OwnPage, *, sealing_key: bytes) -> None:
    """Give a page another secret under another handle: codes made with the ones before are dead."""
    page.handle = _make_handle(work)
    page.sealed_secret = seal_secret(make_secret(), page.id, sealing_key=sealing_key)
    page.used_step, page.used_till_id, page.used_up = None, None, False


def get_secret(work: ResidentWork, *, sealing_key: bytes) -> tuple[str, bytes]:
    """Return the handle of the resident's page, and the secret with which its codes are made.

    Raises:
        UnknownRecordError: it was never activated.
    """
    page = work.find(OwnPage, work.actor.own_page_id)
    if page.handle is None or page.sealed_secret is None:
        raise UnknownRecordError("The page has not been activated.")
    return page.handle, unseal_secret(page.sealed_secret, page.id, sealing_key=sealing_key)


def _make_handle(work: ResidentWork) -> str:
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
