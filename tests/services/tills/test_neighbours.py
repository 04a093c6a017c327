"""Each community has a version of its directory: what changes in one disturbs no other."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import Connection
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from loyalty.models import Community, DirectoryVersion, Redemption, Shop, ShopTerm
from loyalty.rules.calendar import Month
from loyalty.rules.discount import Basket
from loyalty.rules.money import Fen
from loyalty.services.checkout.appraisal import ShownCard
from loyalty.services.checkout.memory import Directory
from loyalty.services.checkout.redeeming import redeem
from loyalty.services.checkout.sale import RedeemCard, Sale
from loyalty.services.community.policy import move_directory
from loyalty.services.errors import BusyError, SignInError
from tests.given import (
    NOBODY,
    NOON,
    given_card,
    given_community,
    given_shop,
    given_signing_key,
    given_till,
    honour_of,
    paired_till,
)
from tests.kept_database import plain

EDIT = "UPDATE shop SET stall = coalesce(stall, '') || '1' WHERE id = %s"


class AmidEdits(psycopg.Cursor[Any]):
    """Somebody edits a shop before each statement of ours, and each is counted."""

    edited: UUID | None = None
    meanwhile: Connection[Any]
    count = 0

    def execute(self, *asked: Any, **how: Any) -> Any:
        AmidEdits.count += 1
        if AmidEdits.edited:
            AmidEdits.meanwhile.execute(EDIT, (AmidEdits.edited,))
        return super().execute(*asked, **how)


@dataclass
class Neighbours:
    """Our market and its neighbour's, and a worker of ours."""

    session: Session
    connection: Connection[Any]
    directory: Directory
    ours: Community
    theirs: Community
    shop: Shop
    their_shop: Shop
    token: str
    code: str

    def sell(self, happened_at: datetime | None = None) -> Sale:
        """Sell once with our card."""
        shown = ShownCard(self.code, Basket(Fen(100)))
        asked = RedeemCard(shown, NOBODY_ELSES.pop(), happened_at)
        return redeem(self.connection, self.directory, self.token, asked, now=NOON)

    def statements(self) -> int:
        """How many statements one sale takes."""
        AmidEdits.count = 0
        self.sell()
        return AmidEdits.count


NOBODY_ELSES = [UUID(int=UUID(NOBODY).int + place) for place in range(1000)]
"""Keys of sales, each used once."""


@pytest.fixture
def neighbours(session: Session, database: str) -> Iterator[Neighbours]:
    ours = given_community(session, uses_per_shop_day=None)
    theirs = given_community(session)
    shop, their_shop = given_shop(session, ours), given_shop(session, theirs)
    code = given_card(session, ours).token
    token = paired_till(session, shop)["Authorization"].removeprefix("Bearer ")
    with (
        psycopg.connect(plain(database), autocommit=True) as editor,
        # Nothing is prepared, so that each statement passes the cursor.
        psycopg.connect(
            plain(database), autocommit=True, cursor_factory=AmidEdits, prepare_threshold=None
        ) as connection,
    ):
        AmidEdits.meanwhile, AmidEdits.edited = editor, None
        yield Neighbours(
            session, connection, Directory(), ours, theirs, shop, their_shop, token, code
        )
        AmidEdits.edited = None


def test_whatever_a_neighbour_changes_meanwhile_no_sale_of_ours_is_refused(
    neighbours: Neighbours,
) -> None:
    AmidEdits.edited = neighbours.their_shop.id

    for _ in range(20):
        assert neighbours.sell().payable_fen == 85

    stall = neighbours.session.scalar(select(Shop.stall).where(Shop.id == neighbours.their_shop.id))
    assert len(stall or "") > 20


@pytest.mark.parametrize(
    "happened_at", [None, NOON - timedelta(days=1)], ids=["now", "by a clock of yesterday"]
)
def test_while_our_own_directory_never_stands_still_the_till_is_asked_to_send_again(
    neighbours: Neighbours, happened_at: datetime | None
) -> None:
    AmidEdits.edited = neighbours.shop.id

    with pytest.raises(BusyError):
        neighbours.sell(happened_at)

    assert neighbours.session.scalar(select(func.count()).select_from(Redemption)) == 0


def test_a_community_whose_directory_has_no_version_is_an_error_of_the_tables(
    neighbours: Neighbours,
) -> None:
    neighbours.sell()
    AmidEdits.meanwhile.execute(
        "DELETE FROM directory_version WHERE community_id = %s", (neighbours.ours.id,)
    )

    with pytest.raises(LookupError, match="lost its version"):
        neighbours.sell()


def test_a_neighbours_change_makes_a_worker_forget_nothing_of_ours(neighbours: Neighbours) -> None:
    neighbours.sell()
    remembered = neighbours.statements()

    AmidEdits.meanwhile.execute(EDIT, (neighbours.their_shop.id,))
    after_theirs = neighbours.statements()
    AmidEdits.meanwhile.execute(EDIT, (neighbours.shop.id,))
    after_ours = neighbours.statements()

    assert remembered == after_theirs == 1
    assert after_ours > 1


def test_every_worker_hears_of_our_change_at_its_next_call(neighbours: Neighbours) -> None:
    workers = [Directory(), Directory()]
    for neighbours.directory in workers:
        neighbours.sell()

    AmidEdits.meanwhile.execute("UPDATE till SET revoked_at = now()")

    for neighbours.directory in workers:
        with pytest.raises(SignInError):
            neighbours.sell()


CHANGES = (
    "UPDATE community SET name = name WHERE id = :community",
    (
        "INSERT INTO honour (id, community_id, code, name, number)"
        " VALUES (gen_random_uuid(), :community, 'other', '其他', 9)"
    ),
    "UPDATE honour SET name = name WHERE community_id = :community AND number = 1",
    "DELETE FROM honour WHERE community_id = :community AND number = 2",
    "UPDATE shop SET name = name WHERE community_id = :community",
    "UPDATE shop_term SET pay_permille = 810 WHERE shop_id = :shop",
    "DELETE FROM shop_term WHERE shop_id = :shop",
    "UPDATE till SET revoked_at = now() WHERE community_id = :community",
    "DELETE FROM till WHERE community_id = :community",
    "UPDATE signing_key SET created_at = now() WHERE community_id = :community",
    "DELETE FROM signing_key WHERE community_id = :community",
)


@pytest.mark.parametrize("change", CHANGES)
def test_each_change_moves_the_version_of_its_own_community_alone(
    session: Session, change: str
) -> None:
    ours, theirs = given_community(session), given_community(session)
    shops = [given_shop(session, one, terms=[agreed(session, one)]) for one in (ours, theirs)]
    for shop, one in zip(shops, (ours, theirs), strict=True):
        given_till(session, shop)
        given_signing_key(session, one, Month.of(date(2026, 12, 1)))
    before = versions(session)

    session.execute(text(change), {"community": ours.id, "shop": shops[0].id})

    moved = {one for one, version in versions(session).items() if version != before[one]}
    assert moved == {ours.id}


def test_where_no_trigger_moves_a_version_ours_is_moved_alone(session: Session) -> None:
    ours, _ = given_community(session), given_community(session)
    before = versions(session)

    move_directory(session, ours.id)

    assert versions(session) == {**before, ours.id: before[ours.id] + 1}


def test_a_version_comes_and_goes_with_its_community(session: Session) -> None:
    community = given_community(session)
    assert community.id in versions(session)

    for table in ("honour", "contribution_kind", "shop_series"):
        session.execute(text(f"DELETE FROM {table}"))  # noqa: S608  # of our own
    session.execute(text("DELETE FROM community"))

    assert versions(session) == {}


def agreed(session: Session, community: Community) -> ShopTerm:
    honour = honour_of(session, community)
    return ShopTerm(community_id=community.id, honour_id=honour.id, pay_permille=800)


def versions(session: Session) -> dict[UUID, int]:
    session.flush()
    return {one.community_id: one.version for one in session.scalars(select(DirectoryVersion))}
