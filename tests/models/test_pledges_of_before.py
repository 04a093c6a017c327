"""What shops had signed before a community could write its own pledge."""

from uuid import uuid4

import psycopg

from loyalty.database import migrate
from loyalty.services.shops.pledges import FIRST_CLAUSES
from tests.kept_database import plain
from tests.models.test_migrations import COMMUNITY


def test_shops_that_had_signed_the_pledge_keep_the_clauses_of_that_day(empty: str) -> None:
    migrate(empty, revision="20261130_2240")
    with psycopg.connect(plain(empty)) as connection:
        community = uuid4()
        connection.execute(COMMUNITY, (community, "m", "2026-12-09T04:00:00Z"))
        for name, pledged_on in (("和平馕店", "2026-12-01"), ("老王豆腐", None)):
            connection.execute(
                "INSERT INTO shop (id, community_id, name, name_pinyin, category, series,"
                " pledged_on, state, opted_in_categories, created_at, updated_at) VALUES"
                " (gen_random_uuid(), %s, %s, '', '蔬菜', '蒲公英', %s, 'applied', '{}', now(),"
                " now())",
                (community, name, pledged_on),
            )

    migrate(empty, revision="20261130_2400")

    with psycopg.connect(plain(empty)) as connection:
        signed = connection.execute("SELECT name, pledge_number FROM shop").fetchall()
        clauses = connection.execute("SELECT number, clauses FROM pledge").fetchall()
    assert dict(signed) == {"和平馕店": 1, "老王豆腐": None}
    assert clauses == [(1, [{"zh_Hans": one} for one in FIRST_CLAUSES])]
