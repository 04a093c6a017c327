"""Whatever is done to what was recorded, the chain tells; what the law asks for breaks nothing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from loyalty.cards.audit_heads import read_head
from loyalty.models import AuditEvent, AuditLink, Community, Redemption
from loyalty.rules.audit_chain import CHAINED, NOT_CHAINED, LinkFacts, compute_link_head
from loyalty.rules.retention import LINKS_OF_SALES
from loyalty.services.audit_chain import links
from loyalty.services.audit_chain.faults import FaultKind, KnownHead, find_faults
from loyalty.services.audit_chain.links import publish_head
from loyalty.services.ledger.folding import find_fold_end
from loyalty.services.ledger.month_people import keep_month_people
from loyalty.services.privacy.retention import part_sales_from_cards
from tests.given import NOON, given_community
from tests.given_chains import given_link, given_record, tamper
from tests.kept_database import plain

WORDS = {
    "OWN": "community_id = :community",
    "IN_LAST_LINK": "id >= (SELECT until_id FROM audit_link"
    " WHERE community_id = :community AND number = 2)",
}
"""What the statements below say in short."""


def spell(statement: str) -> str:
    for word, condition in WORDS.items():
        statement = statement.replace(word, condition)
    return statement


@dataclass(frozen=True, slots=True)
class Recorded:
    """A community whose three sales are chained in three links, and what was published of them."""

    session: Session
    community: Community
    sales: list[UUID]
    document: dict[str, Any]

    @property
    def known(self) -> KnownHead:
        head, key_id, signature = read_head(self.document)
        return KnownHead(head.number, head.head, (head, key_id, signature))

    def faults(self, *known: KnownHead) -> list[FaultKind]:
        """What is found by whoever knows only what was published."""
        return [one.kind for one in find_faults(self.session, self.community, known)]

    def do(self, *statements: str, **values: object) -> None:
        own = {"community": self.community.id, "second": self.sales[1], "last": self.sales[2]}
        tamper(self.session, *map(spell, statements), **own, **values)


@pytest.fixture
def recorded(session: Session, community: Community) -> Recorded:
    sales = []
    for _ in range(3):
        sales += [one.id for one in given_record(session, community, 1)]
        assert not given_link(session, community)
    return Recorded(session, community, sales, publish_head(session, community))


def test_what_nobody_has_touched_is_right(recorded: Recorded) -> None:
    assert recorded.known.number == 3
    assert recorded.faults(recorded.known) == []


FORGED_SALE = """
INSERT INTO redemption
SELECT (jsonb_populate_record(t, jsonb_build_object(
          'id', substr(id::text, 1, 24) || '000000000000',
          'idempotency_key', gen_random_uuid()))).*
  FROM redemption AS t WHERE OWN AND id = :second
"""

TAMPERED = {
    "an amount is edited": (
        "UPDATE redemption SET saved_fen = 200, payable_fen = 800 WHERE OWN AND id = :second",
        FaultKind.ROWS_CHANGED,
    ),
    "a trace is edited": (
        "UPDATE audit_event SET actor_kind = 'staff' WHERE OWN AND subject_id = :second",
        FaultKind.ROWS_CHANGED,
    ),
    "a sale was made on another day": (
        "UPDATE redemption SET happened_on = happened_on - 1 WHERE OWN AND id = :second",
        FaultKind.ROWS_CHANGED,
    ),
    "a sale in the middle is deleted": (
        "DELETE FROM redemption WHERE OWN AND id = :second",
        FaultKind.ROWS_MISSING,
    ),
    "a trace in the middle is deleted": (
        "DELETE FROM audit_event WHERE OWN AND subject_id = :second",
        FaultKind.ROWS_MISSING,
    ),
    "the last sale is deleted": (
        "DELETE FROM redemption WHERE OWN AND id = :last",
        FaultKind.ROWS_MISSING,
    ),
    "a sale is put in where others were long ago": (
        FORGED_SALE,
        FaultKind.ROWS_ADDED,
    ),
    "a link in the middle is removed": (
        "DELETE FROM audit_link WHERE OWN AND number = 2",
        FaultKind.LINK_MISSING,
    ),
    "a link holds fewer rows": (
        "UPDATE audit_link SET entries = 0 WHERE OWN AND number = 2",
        FaultKind.LINK_CHANGED,
    ),
}


@pytest.mark.parametrize(("statement", "kind"), TAMPERED.values(), ids=TAMPERED)
def test_what_is_edited_deleted_or_put_in_is_found(
    recorded: Recorded, statement: str, kind: FaultKind
) -> None:
    recorded.do(statement)

    assert kind in recorded.faults(recorded.known)
    assert kind in recorded.faults(), "nothing from outside is needed for it"


def rewrite(recorded: Recorded) -> None:
    """Chain everything anew, as one who has the secret of the service, too."""
    recorded.do("DELETE FROM audit_link WHERE OWN")
    for _ in range(3):
        given_link(recorded.session, recorded.community)


def test_an_end_that_is_cut_off_with_its_links_is_found_by_the_published_head(
    recorded: Recorded,
) -> None:
    recorded.do(
        "DELETE FROM redemption WHERE OWN AND IN_LAST_LINK",
        "DELETE FROM audit_event WHERE OWN AND IN_LAST_LINK",
        "DELETE FROM audit_link WHERE OWN AND number = 3",
    )

    assert recorded.faults(recorded.known) == [FaultKind.HEAD_MISSING]
    assert recorded.faults() == [], "the control: from within it looks right"


def test_a_record_that_is_emptied_and_written_anew_is_found_by_the_published_head(
    recorded: Recorded,
) -> None:
    recorded.do(
        "DELETE FROM redemption WHERE OWN AND id = :second",
        "DELETE FROM audit_event WHERE OWN AND subject_id = :second",
    )
    rewrite(recorded)
    given_record(recorded.session, recorded.community)
    for number in range(3):
        given_link(recorded.session, recorded.community)
        given_record(recorded.session, recorded.community, number + 1)

    assert recorded.faults(recorded.known) == [FaultKind.HEAD_DIFFERS]
    assert recorded.faults() == [], "the control: from within it looks right"


def test_whoever_has_no_key_signs_no_link(recorded: Recorded) -> None:
    recorded.do("DELETE FROM redemption WHERE OWN AND id = :last")
    link = recorded.session.get_one(AuditLink, (recorded.community.id, 3))
    facts = {name: getattr(link, name) for name in LinkFacts.__slots__}
    counts, rows_hash = links.hash_rows(
        recorded.session,
        recorded.community.id,
        recorded.session.get_one(AuditLink, (recorded.community.id, 2)).until_id,
        link.until_id,
    )
    facts |= {"entries": counts["redemption"], "rows_hash": rows_hash}
    recorded.do(
        "UPDATE audit_link SET entries = 0, rows_hash = :rows_hash, head = :head"
        " WHERE OWN AND number = 3",
        rows_hash=rows_hash,
        head=compute_link_head(LinkFacts(**facts)),
    )

    assert recorded.faults() == [FaultKind.LINK_UNSIGNED]


def test_a_copy_that_nobody_signed_proves_nothing(recorded: Recorded) -> None:
    head, key_id, signature = read_head(recorded.document)
    forged = KnownHead(3, head.head, (head, key_id, "A" + signature[1:-1] + "A"))

    assert recorded.faults(forged) == [FaultKind.HEAD_UNSIGNED]


def test_a_copy_of_another_community_proves_nothing(recorded: Recorded) -> None:
    elsewhere = given_community(recorded.session)
    given_record(recorded.session, elsewhere)
    given_link(recorded.session, elsewhere)
    head, key_id, signature = read_head(publish_head(recorded.session, elsewhere))

    faults = recorded.faults(KnownHead(head.number, head.head, (head, key_id, signature)))

    assert faults == [FaultKind.HEAD_UNSIGNED, FaultKind.HEAD_DIFFERS]


def test_what_happens_next_and_elsewhere_changes_nothing(recorded: Recorded) -> None:
    elsewhere = given_community(recorded.session)
    for community in (recorded.community, elsewhere):
        given_record(recorded.session, community)

    assert recorded.faults(recorded.known) == []


def test_what_the_law_has_us_forget_breaks_nothing(recorded: Recorded) -> None:
    session, later = recorded.session, NOON + LINKS_OF_SALES
    keep_month_people(session, recorded.community, today=later.date())

    assert part_sales_from_cards(session, recorded.community.id, now=later) == 3
    assert recorded.faults(recorded.known) == []


def test_a_long_record_is_chained_in_parts(
    session: Session, community: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "MOST_AT_ONCE", 2)
    given_record(session, community, 5)
    end = uuid7()

    assert [given_link(session, community, end) for _ in range(4)] == [True, True, False, False]
    found = session.scalars(select(AuditLink).order_by(AuditLink.number)).all()
    assert [one.entries for one in found] == [2, 2, 1]
    assert list(find_faults(session, community)) == []


def test_every_column_is_chained_or_says_why_not() -> None:
    for model in (AuditEvent, Redemption):
        columns = set(model.__table__.columns.keys()) - {"community_id"}
        table = model.__tablename__
        assert columns == {*CHAINED[table], *NOT_CHAINED[table]}, table


@pytest.fixture
def writing(session: Session, community: Community, database: str) -> Iterator[Callable[[], None]]:
    """A trace that waits to be committed, while a later one is; what commits it."""
    given_record(session, community, 1)
    session.commit()
    with psycopg.connect(plain(database)) as other:
        other.execute("SELECT 1")
        other.execute(
            "INSERT INTO audit_event (community_id, id, at, action, actor_kind) VALUES"
            " (%s, %s, now(), 'sale.replayed', 'till')",
            (community.id, uuid7()),
        )
        given_record(session, community, 1)
        session.commit()
        yield other.commit


def test_what_is_committed_behind_others_is_chained_with_what_comes_next(
    session: Session, community: Community, writing: Callable[[], None]
) -> None:
    end = find_fold_end(session, waits=timedelta())
    given_link(session, community, end)
    session.commit()
    writing()
    given_link(session, community, find_fold_end(session, waits=timedelta()))

    assert list(find_faults(session, community)) == []
    events = session.scalars(select(AuditLink.events).order_by(AuditLink.number)).all()
    assert sum(events) == 3


def test_a_chain_that_does_not_look_who_is_writing_would_take_it_for_forged(
    session: Session, community: Community, writing: Callable[[], None]
) -> None:
    """The control."""
    given_link(session, community, uuid7())
    writing()

    assert [one.kind for one in find_faults(session, community)] == [FaultKind.ROWS_ADDED]


def test_no_two_links_have_one_number(recorded: Recorded) -> None:
    """Whoever continues a chain holds its lock; the database refuses who does not."""
    twice = "INSERT INTO audit_link SELECT * FROM audit_link WHERE community_id = :community"

    with pytest.raises(IntegrityError):
        recorded.session.execute(text(twice), {"community": recorded.community.id})
