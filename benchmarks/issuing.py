"""How long a round's cards take to be issued, beside signing them and COPY alone, in one run.

    .venv/bin/python -m benchmarks.issuing [--cards 100000] [--rounds 3]

A community of as many residents as cards has a confirmed round. In turn, each in a transaction that
is taken back, its cards are signed and stored by `sign_cards`, and as many are signed by the bare
library and copied into the same table, whose triggers, keys and indexes both go through. It ends
with 1 if ours takes more than 1.5 times as long.
"""

import time
from base64 import b32encode
from collections.abc import Callable, Sequence
from datetime import date
from statistics import median
from typing import Any
from uuid import UUID

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from psycopg import Connection
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from benchmarks.communities import empty_town
from benchmarks.figures import Figure, run
from loyalty.cards.token import PURPOSE
from loyalty.database import db
from loyalty.models import Card, Resident, Round
from loyalty.rules.calendar import Month
from loyalty.services.cards.signing import Award, sign_cards
from tests.given import NOON, SEALING_KEY, given_card, given_community, honour_of
from tests.kept_database import plain

MOST = 1.5

COPIES = """
INSERT INTO resident
SELECT (jsonb_populate_record(resident, jsonb_build_object('id', gen_random_uuid()))).*
  FROM resident, generate_series(1, :copies) WHERE resident.community_id = :community_id
"""

COPY = """
COPY card (community_id, id, resident_id, round_id, honour_id, serial, token, pay_permille,
           valid_from, valid_until, state, issued_at, version) FROM STDIN
"""


def measure(*, cards: int = 100_000, rounds: int = 3) -> list[Figure]:
    """Return how long both ways take in a community of its own, and how they compare."""
    with (
        empty_town() as (app, town),
        app.app_context(),
        psycopg.connect(plain(town)) as connection,
    ):
        return compare(db.session(), connection, cards, rounds)


def compare(session: Session, connection: Connection[Any], cards: int, rounds: int) -> list[Figure]:
    """Issue in both ways, in turn."""
    community = given_community(session)
    card = given_card(session, community)
    selection_round = session.get_one(Round, (community.id, card.round_id))
    session.execute(text(COPIES), {"copies": cards, "community_id": community.id})
    session.commit()
    session.execute(text("ANALYZE"))
    session.commit()
    honour = honour_of(session, community)
    own = (Resident.community_id == community.id, Resident.id != card.resident_id)
    people = session.scalars(select(Resident.id).where(*own)).all()
    last = Month(2026, 12).last
    awards = [Award(one, honour, 850, last) for one in people]

    def ours() -> None:
        sign_cards(session, selection_round, awards, sealing_key=SEALING_KEY, now=NOON)

    def bare() -> None:
        sign_and_copy(connection, card, people, last)

    pairs = [
        (timed(ours, session.rollback), timed(bare, connection.rollback)) for _ in range(rounds)
    ]
    ours_took, bare_took = median(one for one, _ in pairs), median(two for _, two in pairs)
    ratio = median(one / two for one, two in pairs)
    return [
        Figure(f"issuing {cards:,} cards", ours_took, "s"),
        Figure(f"signing and COPY of {cards:,} cards", bare_took, "s"),
        Figure("issuing / signing and COPY", ratio, "", MOST),
    ]


def sign_and_copy(
    connection: Connection[Any], like: Card, people: Sequence[UUID], last: date
) -> None:
    """Sign a payload for each person, and copy rows like one card into its table."""
    private = Ed25519PrivateKey.generate()
    with connection.cursor().copy(COPY) as copy:
        for place, person in enumerate(people):
            payload = place.to_bytes(11, "big")
            token = b32encode(payload + private.sign(PURPOSE + payload)).decode()
            copy.write_row(
                [
                    like.community_id,
                    uuid7(),
                    person,
                    like.round_id,
                    like.honour_id,
                    f"{place:012}",
                    token,
                    850,
                    like.valid_from,
                    last,
                    "issued",
                    NOON,
                    1,
                ]
            )


def timed(deed: Callable[[], None], take_back: Callable[[], None]) -> float:
    """Return the seconds that a deed takes, and take it back."""
    began = time.perf_counter()
    deed()
    took = time.perf_counter() - began
    take_back()
    return took


if __name__ == "__main__":
    run(measure, __doc__)
