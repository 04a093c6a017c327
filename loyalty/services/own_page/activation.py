"""The codes that open an own page for the first time: made when a card is printed."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from loyalty.models import OwnPage
from loyalty.rules.own_page import make_activation_code
from loyalty.services.own_page.hashing import hash_code
from loyalty.services.work import Work


def make_activation_codes(work: Work, resident_ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Return a new activation code for each of some residents; the ones before them are dead.

    Whoever has a page keeps it, with their PIN: a code that nobody uses changes nothing.
    """
    codes = {resident_id: make_activation_code() for resident_id in sorted(set(resident_ids))}
    if not codes:
        return {}
    written = insert(OwnPage).values(
        [
            {
                "community_id": work.community_id,
                "resident_id": resident_id,
                "activation_hash": hash_code(code),
                "activation_made_at": work.now,
                "created_at": work.now,
            }
            for resident_id, code in codes.items()
        ]
    )
    renewed = {
        "activation_hash": written.excluded.activation_hash,
        "activation_made_at": written.excluded.activation_made_at,
        "activation_used_at": None,
    }
    keys = ["community_id", "resident_id"]
    work.session.execute(written.on_conflict_do_update(index_elements=keys, set_=renewed))
    work.note("own_page.codes_made", None, count=len(codes))
    return codes
