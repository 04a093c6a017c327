"""What a till takes along to judge cards without network. The law of it is docs/offline.md."""

from base64 import b64encode
from collections.abc import Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import Connection
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.cards.roster import SALT_BYTES, SECRET_BYTES, RosterMarker
from loyalty.data_keys import derive_for
from loyalty.models import Card, Community, Honour, Shop
from loyalty.rules.card_number import SERIAL_DIGITS
from loyalty.rules.offline import DAYS_WITHOUT_NETWORK
from loyalty.services.cards.keys import jwk_of, list_published_keys
from loyalty.services.cards.revocations import find_latest_list
from loyalty.services.checkout.memory import Counter
from loyalty.services.checkout.sale import LIVING
from loyalty.services.community.names import names_of

SHAPE = 2
"""Moved on by whoever changes what a pack is made of: tills then take a new one."""

NEWEST = """
SELECT version,
       (SELECT max(number) FROM revocation_list WHERE community_id = %(community)s),
       (SELECT id FROM card WHERE community_id = %(community)s ORDER BY id DESC LIMIT 1)
  FROM directory_version WHERE community_id = %(community)s
"""


class Newest(NamedTuple):
    """The newest of all that a community's packs are made of."""

    version: int
    """Of the directory: name, zone and policy of the community, its honours, shops, terms, keys."""
    list_number: int | None
    """Of the revocation list. Whatever takes a card off the roster, or puts it back, publishes one
    in the same transaction.
    """
    card_id: UUID | None
    """Of the card issued last."""


def find_newest(connection: Connection[Any], community_id: UUID) -> Newest:
    """Return the newest of a community, by one query that reads three rows."""
    row = connection.execute(NEWEST, {"community": community_id}).fetchone()
    if row is None:
        raise LookupError("The directory of this community has lost its version; migrate.")
    return Newest(*row)


def make_pack_tag(newest: Newest, counter: Counter, *, today: date) -> str:
    """Return what a pack is known by, without making it: equal tags are of equal packs.

    A pack depends on its shape, on the newest of its community, on whose shop it is for, and on the
    day: cards run out, certifications end, and keys are left off.

    Args:
        newest: asked for before the pack is made, so that no pack is older than its tag says.
        counter: asked for after that.
        today: the community's.
    """
    parts = (SHAPE, counter.shop_id, today.isoformat(), *newest)
    return sha256("/".join(map(str, parts)).encode()).hexdigest()


def build_offline_pack(session: Session, counter: Counter, *, now: datetime) -> dict[str, Any]:
    """Return a till's pack as a JSON document: its community's keys, lists, policy, and no name.

    Cards that cannot be used any more are left off its roster.
    """
    community = session.get_one(Community, counter.till.community_id)
    revocations = find_latest_list(session, community)
    honours = session.scalars(
        select(Honour).where(Honour.community_id == community.id).order_by(Honour.number)
    ).all()
    marker = _get_marker(community.id)
    return {
        "community": {
            "slug": community.slug,
            "name": community.name,
            "timezone": community.timezone,
        },
        "shop": _describe_shop(session, counter, today=now.date()),
        "policy": _describe_policy(counter, community),
        "honours": {str(honour.number): honour.code for honour in honours},
        "honour_names": {honour.code: names_of(honour) for honour in honours},
        "keys": [
            jwk_of(published) for published in list_published_keys(session, community, now=now)
        ],
        "revocations": None if revocations is None else revocations.document,
        "roster_salt": b64encode(marker.salt).decode(),
        "roster": _list_roster(session, community, honours, marker, today=now.date()),
    }


def _describe_shop(session: Session, counter: Counter, *, today: date) -> dict[str, Any]:
    shop = session.get_one(Shop, (counter.till.community_id, counter.till.shop_id))
    until = counter.certified_until
    return {
        "name": shop.name,
        "plaque_number": shop.plaque_number,
        "certified": counter.certified_on(today),
        "certified_until": None if until is None else until.isoformat(),
        "terms": {counter.honours[honour]: pay for honour, pay in counter.terms.items()},
    }


def _describe_policy(counter: Counter, community: Community) -> dict[str, Any]:
    limits = counter.limits
    return {
        "rule_version": counter.rule_version,
        "rounding": counter.rounding,
        "limits": {
            "discountable_per_sale_fen": limits.discountable_per_sale,
            "uses_per_shop_day": limits.uses_per_shop_day,
            "uses_per_day": limits.uses_per_day,
            "saved_per_month_fen": limits.saved_per_month,
        },
        "excluded_categories": sorted(counter.excluded_categories),
        "offline": {
            "days": DAYS_WITHOUT_NETWORK,
            "sales": community.offline_sales_per_till,
            "saved_fen": community.offline_saved_per_till_fen,
        },
    }


def _get_marker(community_id: UUID) -> RosterMarker:
    return RosterMarker(
        derive_for("roster salt v1", community_id, length=SALT_BYTES),
        derive_for("roster secret v1", community_id, length=SECRET_BYTES),
    )


def _list_roster(
    session: Session,
    community: Community,
    honours: Sequence[Honour],
    marker: RosterMarker,
    *,
    today: date,
) -> list[dict[str, Any]]:
    """Return the marks of the cards that work or will, by honour, rate and validity."""
    codes = {honour.id: honour.code for honour in honours}
    terms = (Card.honour_id, Card.pay_permille, Card.valid_from, Card.valid_until)
    groups = session.execute(
        select(*terms, func.string_agg(Card.serial, ""))
        .where(
            Card.community_id == community.id,
            Card.state.in_(LIVING),
            Card.valid_until >= today,
        )
        .group_by(*terms)
    ).all()
    return [
        {
            "honour": honour,
            "pay_permille": pay,
            "valid_from": valid_from.isoformat(),
            "valid_until": valid_until.isoformat(),
            "hashes": "",
            "marks": marker.join_marks(_split_serials(serials)),
        }
        for honour, pay, valid_from, valid_until, serials in sorted(
            (codes[honour_id], *others) for honour_id, *others in groups
        )
    ]


def _split_serials(joined: str) -> list[str]:
    return [joined[at : at + SERIAL_DIGITS] for at in range(0, len(joined), SERIAL_DIGITS)]
