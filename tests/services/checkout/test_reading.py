"""What a code names, read once and remembered; and what of it is not kept."""

from collections.abc import Iterable

import psycopg
import pytest
from sqlalchemy.orm import Session

from loyalty.models import Card
from loyalty.rules.card_number import normalise, number_of
from loyalty.rules.verdict import Verdict
from loyalty.services.checkout import reading
from loyalty.services.checkout.memory import Directory
from loyalty.services.checkout.reading import read_code
from tests.given import NOON, given_card, given_community
from tests.kept_database import plain


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts of which was asked what they are."""
    found: list[str] = []

    def note(text: str) -> str:
        found.append(text)
        return normalise(text)

    monkeypatch.setattr(reading, "normalise", note)
    return found


def test_a_token_is_read_once_under_each_version_of_the_directory(
    session: Session, database: str, looked_at: list[str]
) -> None:
    community = given_community(session)
    card = given_card(session, community)
    session.commit()
    directory = Directory()
    with psycopg.connect(plain(database), autocommit=True) as connection:
        for version in (1, 1, 2, 2):
            directory.met(community.id, version)
            code = read_code(connection, directory, card.token, community.id, at=NOON)
            assert code == card.serial

    assert looked_at == [card.token] * 2


def test_a_code_that_one_community_knows_stays_a_strangers_in_another(
    session: Session, database: str
) -> None:
    ours, theirs = given_community(session), given_community(session)
    card = given_card(session, ours)
    session.commit()
    directory = Directory()
    with psycopg.connect(plain(database), autocommit=True) as connection:
        found = [
            read_code(connection, directory, card.token, community.id, at=NOON)
            for community in (ours, theirs, ours, theirs)
        ]

    assert found == [card.serial, Verdict.OTHER_COMMUNITY] * 2


@pytest.fixture
def card(session: Session) -> Card:
    """A card of a community."""
    made = given_card(session, given_community(session))
    session.commit()
    return made


def read_each(database: str, card: Card, codes: Iterable[str]) -> tuple[list[object], Directory]:
    """Read codes one after the other in the card's community; return what each names."""
    directory = Directory()
    with psycopg.connect(plain(database), autocommit=True) as connection:
        found = [
            read_code(connection, directory, code, card.community_id, at=NOON) for code in codes
        ]
    return [*found], directory


def test_nothing_is_kept_of_a_payment_code_nor_of_a_number(
    card: Card, database: str, looked_at: list[str]
) -> None:
    shown = ["134567890123456789", number_of(card.serial)]

    _, directory = read_each(database, card, shown * 2)

    assert looked_at == shown * 2
    assert "134567890123456789" not in str(vars(directory))


def test_nothing_is_kept_of_what_stands_around_a_token(
    card: Card, database: str, looked_at: list[str]
) -> None:
    shown = f"王小明 https://card.example.org/C/{card.token}"

    found, directory = read_each(database, card, [shown] * 2)

    assert found == [card.serial] * 2
    assert looked_at == [shown] * 2
    assert "王小明" not in str(vars(directory))


def test_of_the_spellings_of_one_card_the_first_is_kept(
    card: Card, database: str, looked_at: list[str]
) -> None:
    spellings = [f"https://{host}.example.org/C/{card.token}" for host in "abc"]

    found, _ = read_each(database, card, spellings * 2)

    assert found == [card.serial] * 6
    assert looked_at == [*spellings, *spellings[1:]]
