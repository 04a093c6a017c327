"""What was meant for one caller is kept by nobody on the way."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.models import Community
from tests.given import given_shop, paired_till


@pytest.mark.parametrize("path", ["/residents", "/cards", "/community"])
def test_answers_to_staff_are_kept_nowhere(
    client: FlaskClient, staff: dict[str, str], path: str
) -> None:
    answer = client.get(f"/api/v1{path}", headers=staff)

    assert answer.headers["Cache-Control"] == "no-store"


def test_a_till_may_keep_its_pack_and_asks_before_it_uses_it(
    client: FlaskClient, session: Session, community: Community
) -> None:
    till = paired_till(session, given_shop(session, community))

    pack = client.get("/api/v1/till/offline-pack", headers=till)

    assert pack.headers["Cache-Control"] == "private, no-cache"


def test_what_is_for_everybody_may_be_kept(client: FlaskClient, community: Community) -> None:
    answer = client.get(f"/api/v1/public/{community.slug}/shops")

    assert "no-store" not in answer.headers.get("Cache-Control", "")
