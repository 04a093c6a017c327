"""Continuing the chain of what was recorded in every community, as the worker does each hour."""

from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.cards.keys import sealing_key_from
from loyalty.clock import community_now
from loyalty.commands.everywhere import do_everywhere
from loyalty.database import transaction
from loyalty.models import Community
from loyalty.rules.calendar import Month
from loyalty.services.audit_chain.links import WAITS, ChainKey, link_records
from loyalty.services.cards.keys import ensure_signing_key, unseal_private_key
from loyalty.services.community.policy import communities, locked_community
from loyalty.services.ledger.folding import find_fold_end
from loyalty.settings import Settings


def link_every_record(settings: Settings) -> None:
    """Continue the chains of all communities, each link in a transaction of its own.

    Where one fails the others are continued all the same; it is tried again with them.
    """
    with transaction() as session:
        served = [(one.id, one.slug) for one in communities(session)]
        until_id = find_fold_end(session, waits=WAITS)
    if until_id is not None:
        link = partial(_link, until_id, sealing_key_from(settings.secret_key))
        do_everywhere(served, link, failure="the chain of %s has not been continued")


def _link(until_id: UUID, sealing_key: bytes, community_id: UUID) -> bool:
    with transaction(community_id) as session:
        community = locked_community(session, community_id)
        now = community_now(community.timezone)
        get_key = partial(get_chain_key, session, community, sealing_key, now=now)
        return link_records(session, community, until_id, get_key, now=now)


def get_chain_key(
    session: Session, community: Community, sealing_key: bytes, *, now: datetime
) -> ChainKey:
    """Return the key with which a community signs at a moment: that of the month."""
    month = Month.of(now.date())
    key = ensure_signing_key(session, community, month, sealing_key=sealing_key, now=now)
    private = unseal_private_key(key, community, sealing_key=sealing_key)
    return ChainKey(key.key_id, private)
