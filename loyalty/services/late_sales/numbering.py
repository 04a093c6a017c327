"""The numbers under which a device has signed its late sales: what is missing, or doubled."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

from psycopg import Connection
from sqlalchemy import select

from loyalty.models import NumberedSale, Till
from loyalty.rules.offline import FIRST_PREVIOUS
from loyalty.rules.sale_case import CaseKind
from loyalty.services.actors import Till as Caller
from loyalty.services.late_sales.cases import open_case
from loyalty.services.late_sales.device_proof import device_key, proof_of
from loyalty.services.work import Work

DEVICE_KEY = "SELECT device_public_key FROM till WHERE community_id = %s AND id = %s"

NOTE_NUMBER = """
INSERT INTO numbered_sale (community_id, till_id, number, digest, previous, arrived_at)
VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Gap:
    """Numbers that have not arrived, both ends included."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Numbering:
    """What the numbers of one till tell."""

    till: Till
    arrived: int
    """How many sales arrived with a number and a sound signature."""
    highest: int
    """The highest number among them; 0 where none has arrived."""
    gaps: Sequence[Gap]
    """Missing below the highest: late, or lost with the device."""
    clones: Sequence[int]
    """Numbers under which two different sales arrived: the device was doubled."""
    broken: Sequence[int]
    """Numbers whose sale names another sale before it than the one that arrived."""


def note_proofs(
    connection: Connection[Any],
    till: Caller,
    items: Sequence[tuple[UUID, Mapping[str, Any]]],
    *,
    now: datetime,
) -> Collection[UUID]:
    """Note the numbers of the sales that a till's device has signed; return the others' keys.

    A case is opened about each of the others. A till without a key of its own proves nothing and
    need not.

    Args:
        items: late sales as uploaded, each with its idempotency key.
    """
    row = connection.execute(DEVICE_KEY, (till.community_id, till.till_id)).fetchone()
    if row is None or row[0] is None:
        return ()
    public_key = device_key(row[0])
    proofs = [(key, proof_of(item, public_key)) for key, item in items]
    proven = [proof for _, proof in proofs if proof]
    # In one order, so that two uploads of the same sales at once wait for each other in turn.
    own = till.community_id, till.till_id
    rows = sorted((*own, one.number, one.digest, one.previous, now) for one in proven)
    with connection.transaction():
        connection.cursor().executemany(NOTE_NUMBER, rows)
    unproven = {key for key, proof in proofs if proof is None}
    for key in unproven:
        open_case(connection, till, CaseKind.UNPROVEN, key, now=now)
    return unproven


def numbering_of(work: Work, till_id: UUID) -> Numbering:
    """Return what the numbers of one till's late sales tell.

    Raises:
        UnknownRecordError: the community has no such till.
    """
    till = work.find(Till, till_id)
    rows = work.session.execute(
        select(NumberedSale.number, NumberedSale.digest, NumberedSale.previous)
        .where(NumberedSale.community_id == work.community_id, NumberedSale.till_id == till_id)
        .order_by(NumberedSale.number)
    )
    return _numbering(till, [(number, digest, previous) for number, digest, previous in rows])


def _numbering(till: Till, signed: Sequence[tuple[int, bytes, bytes]]) -> Numbering:
    """Return the report on sales in the order of their numbers: (number, digest, previous)."""
    digests: dict[int, set[bytes]] = {0: {FIRST_PREVIOUS}}
    for number, digest, _ in signed:
        digests.setdefault(number, set()).add(digest)
    broken = {
        number
        for number, _, previous in signed
        if number - 1 in digests and previous not in digests[number - 1]
    }
    return Numbering(
        till=till,
        arrived=len(signed),
        highest=max(digests),
        gaps=[Gap(one + 1, next_ - 1) for one, next_ in pairwise(digests) if next_ > one + 1],
        clones=[number for number, known in digests.items() if len(known) > 1],
        broken=sorted(broken),
    )
