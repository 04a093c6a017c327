from base64 import urlsafe_b64decode

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.cards.revocations import verify_list
from loyalty.cards.token import verify_token
from loyalty.rules.calendar import Month
from loyalty.services.cards.revocations import publish_revocations
from tests.given import NOON, SEALING_KEY, given_card, given_community, given_signing_key

KEYS = "/.well-known/loyalty-keys.json"


def raw_keys(client: FlaskClient) -> dict[str, bytes]:
    """Return the published raw keys by their ids, as an outsider reads them."""
    keys = client.get(KEYS).json["keys"]
    return {key["kid"]: urlsafe_b64decode(key["x"] + "=") for key in keys}


def test_an_outsider_checks_a_card_with_the_published_key(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session)
    card = given_card(session, community)
    session.commit()

    keys = client.get(KEYS).json["keys"]

    (december,) = [key for key in keys if key["month"] == "2026-12"]
    assert (december["kty"], december["crv"], december["use"]) == ("OKP", "Ed25519", "sig")
    assert december["community"] == community.slug
    assert december["timezone"] == "Asia/Shanghai"
    assert verify_token(card.token, raw_keys(client)[december["kid"]]).serial == card.serial


def test_no_private_half_is_published(client: FlaskClient, session: Session) -> None:
    given_card(session, given_community(session))
    session.commit()

    members = {member for key in client.get(KEYS).json["keys"] for member in key}

    assert members == {"kty", "crv", "use", "kid", "x", "community", "month", "timezone"}


def test_an_outsider_checks_the_latest_revocation_list(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session)
    publish_revocations(session, community, sealing_key=SEALING_KEY, now=NOON)
    given_card(session, community, state="revoked")
    publish_revocations(session, community, sealing_key=SEALING_KEY, now=NOON)
    session.commit()

    document = client.get(f"/revocations/{community.slug}.json").json

    published = verify_list(document, raw_keys(client)[document["key_id"]])
    assert (published.number, published.community) == (2, community.slug)
    assert [entry.state for entry in published.entries] == ["revoked"]


def test_a_communitys_keys_are_those_of_the_whole_set_that_are_its_own(
    client: FlaskClient, session: Session
) -> None:
    ours, theirs = given_community(session), given_community(session)
    given_card(session, ours)
    given_card(session, theirs)
    session.commit()

    own = client.get(f"/keys/{ours.slug}.json").json["keys"]

    assert own == [key for key in client.get(KEYS).json["keys"] if key["community"] == ours.slug]
    assert {key["month"] for key in own} == {"2026-12"}


def test_a_community_without_cards_has_no_keys_yet(client: FlaskClient, session: Session) -> None:
    slug = given_community(session).slug
    session.commit()

    assert client.get(f"/keys/{slug}.json").json == {"keys": []}


@pytest.mark.parametrize("path", [KEYS, "/keys/{slug}.json", "/revocations/{slug}.json"])
def test_an_unchanged_document_is_not_sent_again(
    client: FlaskClient, session: Session, path: str
) -> None:
    community = given_community(session)
    publish_revocations(session, community, sealing_key=SEALING_KEY, now=NOON)
    session.commit()
    url = path.format(slug=community.slug)

    first = client.get(url)
    same = client.get(url, headers={"If-None-Match": first.headers["ETag"]})
    publish_revocations(session, given_community(session), sealing_key=SEALING_KEY, now=NOON)
    publish_revocations(session, community, sealing_key=SEALING_KEY, now=NOON)
    given_signing_key(session, community, Month.of(NOON.date()).plus(1))
    session.commit()
    changed = client.get(url, headers={"If-None-Match": first.headers["ETag"]})

    assert first.headers["Cache-Control"] == "public, max-age=60"
    assert (first.status_code, same.status_code, changed.status_code) == (200, 304, 200)
    assert same.data == b""


@pytest.mark.parametrize("folder", ["keys", "revocations"])
@pytest.mark.parametrize("slug", ["nowhere", "%00", "a%2Fb", "' OR 1=1 --"])
def test_what_nobody_has_published_is_unknown(client: FlaskClient, slug: str, folder: str) -> None:
    answer = client.get(f"/{folder}/{slug}.json")

    assert answer.status_code == 404
