"""The secret behind the code that a resident's phone shows."""

from loyalty.cards.rotating import unseal_secret
from loyalty.models import OwnPage
from loyalty.services.errors import UnknownRecordError
from loyalty.services.work import ResidentWork


def get_secret(work: ResidentWork, *, sealing_key: bytes) -> tuple[str, bytes]:
    """Return the handle of the resident's page, and the secret with which its codes are made.

    Raises:
        UnknownRecordError: it was never activated.
    """
    page = work.find(OwnPage, work.actor.own_page_id)
    if page.handle is None or page.sealed_secret is None:
        raise UnknownRecordError("The page has not been activated.")
    return page.handle, unseal_secret(page.sealed_secret, page.id, sealing_key=sealing_key)
