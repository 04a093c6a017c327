"""`loyalty community`: one community as one file, put in beside others whole or not at all."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import click
import psycopg
import pytest
import time_machine
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.clock import utc_now
from loyalty.commands.community import EXPORTED
from loyalty.commands.community_arrival import note_move
from loyalty.commands.session import opened
from loyalty.data_keys import hold_data_keys
from loyalty.embedded import embedded_database, leave_embedded_database
from loyalty.models import Area, Card, Community, MessageHook, OwnPage, Redemption, Resident, Shop
from loyalty.models.sealed import index_of
from loyalty.roles import let_service_in
from loyalty.services.checkout.memory import Directory
from loyalty.services.messages.hooks import open_signing_key
from loyalty.services.own_page.hashing import pin_matches
from loyalty.services.privacy.resealing import refuse_other_keys
from tests.commands.moving_service import (
    THEIR_KEY,
    THEIRS,
    Source,
    imports,
    opened_in,
    rows_of,
    slugs,
    types,
    without_own,
)
from tests.given import NOON, SEALING_KEY, SECRET, given_account
from tests.given_own_pages import PIN
from tests.given_sales import given_redemption, sell
from tests.kept_database import plain
from tests.present import present
from tests.serving import new_data_folder


def test_all_of_it_arrives_in_an_empty_installation(source: Source) -> None:
    hold_data_keys([THEIRS])
    before, plain_before = (
        rows_of(source.database, source.community_id),
        opened_in(source.database, source.community_id),
    )

    with new_data_folder() as folder:
        told = imports(None, folder, source)

        assert told.exit_code == 0, told.output
        assert re.search(r"leaves as it was at .*, every sum equal\.", told.output)
        assert re.search(r"Chain of what was recorded: head 1:[0-9a-f]{64}, 0 faults", told.output)
        assert "People who were erased, on the list of this service, too: 1." in told.output
        url = embedded_database(folder)
        hold_data_keys([SECRET])
        after, plain_after = rows_of(url, source.community_id), opened_in(url, source.community_id)
        with opened(url) as session:
            refuse_other_keys(session)
            page = present(session.scalars(select(OwnPage)).first())
            assert pin_matches(PIN, page.pin_hash, page.id, sealing_keys=[SEALING_KEY])
        with psycopg.connect(plain(let_service_in(url))) as service:
            rights = "SELECT " + ", ".join(
                f"has_table_privilege('redemption', '{verb}')" for verb in ("INSERT", "DELETE")
            )
            assert service.execute(rights).fetchone() == (True, False)
        erasures = (folder / "erasures.jsonl").read_text("utf-8")
        leave_embedded_database(folder)

    assert without_own(after) == without_own(before)
    assert plain_after == plain_before
    assert [name for name, rows in before.items() if not rows] == []
    assert str(source.community_id) in erasures
    assert str(source.other_id) not in erasures


def test_it_stands_beside_another_which_stays_as_it_is(
    source: Source, database: str, tmp_path: Path, beside: Community
) -> None:
    before = rows_of(database, beside.id)

    told = imports(database, tmp_path, source)
    again = imports(database, tmp_path, source)

    assert told.exit_code == 0, told.output
    assert rows_of(database, beside.id) == before
    assert slugs(database) == ["leaves", "stays"]
    assert again.output == "Error: The community stands here already, as leaves.\n"
    with opened(database) as session:
        numbers = session.scalars(select(Community.number)).all()
    assert len(set(numbers)) == 2
    verified = types(database, tmp_path, "audit", "verify", source.slug)
    assert verified.output.startswith("1 links are right."), verified.output


def test_who_comes_with_it_opens_no_account_that_is_here(
    session: Session, source: Source, database: str, tmp_path: Path, beside: Community
) -> None:
    home = {"home_community_id": source.community_id, "home_account_id": uuid4()}
    account = given_account(session, beside, password_hash=None, totp_secret=None, **home)
    session.commit()

    told = imports(database, tmp_path, source)

    assert told.exit_code == 0, told.output
    session.refresh(account)
    assert (account.home_community_id, account.home_account_id) == (None, None)


@pytest.fixture
def arrived(source: Source, database: str, tmp_path: Path, beside: Community) -> UUID:
    """The id of the community that has come to stand beside another one."""
    told = imports(database, tmp_path, source)
    assert told.exit_code == 0, (told.output, beside.slug)
    return source.community_id


@pytest.mark.usefixtures("clock")
def test_cards_and_tills_of_before_sell_and_people_are_found_by_what_is_sealed(
    arrived: UUID, source: Source, app: Flask, client: FlaskClient, session: Session
) -> None:
    app.extensions["loyalty.directory"] = Directory(SEALING_KEY)
    till = dict(source.till)

    answer = client.post("/api/v1/validations", headers=till, json={"code": source.card})
    sold = sell(client, till, source.card)

    assert answer.status_code == 200, answer.json
    assert session.get_one(Redemption, (arrived, UUID(sold))).saved_fen > 0
    phone = index_of(Resident, "phone", "+8613800138000", community_id=arrived)
    found = select(Resident).where(Resident.community_id == arrived, Resident.phone_key == phone)
    assert len(session.scalars(found).all()) == 1


def test_without_the_row_of_the_till_its_token_opens_nothing(
    source: Source, client: FlaskClient, beside: Community
) -> None:
    """The control: nothing of it is here yet, though its number is another community's."""
    answer = client.post(
        "/api/v1/validations", headers=dict(source.till), json={"code": source.card}
    )

    assert (answer.status_code, beside.slug) == (401, "stays")


def test_nothing_of_another_community_is_in_the_file(source: Source) -> None:
    content = b"".join(part.content for part in source.parts())

    assert str(source.community_id).encode() in content
    assert source.slug.encode() in content
    assert str(source.other_id).encode() not in content
    assert source.other_slug.encode() not in content
    assert THEIRS.encode() not in content
    assert THEIR_KEY.hex().encode() not in content
    for text in (source.slug, "community.json", "张小明"):
        assert text.encode() not in source.file.read_bytes()


@pytest.fixture
def later(clock: time_machine.Traveller) -> time_machine.Traveller:
    """The clock, after all that the community has recorded."""
    clock.move_to(NOON + timedelta(days=60))
    return clock


def test_a_community_is_taken_out_once_it_was_written_and_its_name_typed_again(
    source: Source,
    database: str,
    tmp_path: Path,
    beside: Community,
    later: time_machine.Traveller,
    *,
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert imports(database, tmp_path, source).exit_code == 0
    with opened(database) as writing:
        writing.add(Area(community_id=beside.id, name="北区"))
    before = rows_of(database, beside.id)

    def erases(*words: str, answers: str = "leaves\n") -> Result:
        return types(database, tmp_path, "community", "erase", "leaves", *words, answers=answers)

    never = erases()
    mistyped = erases("--without-export", answers="stays\n")
    assert slugs(database) == ["leaves", "stays"]
    later.shift(1)
    words = ("community", "export", "leaves", str(tmp_path / "file"), *source.key)
    assert types(database, tmp_path, *words).exit_code == 0
    done = erases()

    assert "run first: loyalty community export leaves FILE" in never.output
    assert "nothing was changed" in mistyped.output
    assert done.exit_code == 0, done.output
    assert re.search(r"leaves \(田园市场\) goes for good: \d+ residents, \d+ cards", done.output)
    assert f"community leaves ({source.community_id}) was taken out: " in caplog.text
    assert "田园市场" not in caplog.text
    assert rows_of(database, beside.id) == before
    assert {name for name, rows in rows_of(database, source.community_id).items() if rows} == set()
    with opened(database) as reading:
        assert reading.scalars(select(Shop.community_id)).unique().all() == [beside.id]


def test_what_was_written_before_it_came_or_recorded_since_is_in_no_file(
    source: Source, database: str, tmp_path: Path, later: time_machine.Traveller
) -> None:
    """It came with the trace of a file that the place before had written."""

    def types_of_it(*words: str) -> Result:
        return types(database, tmp_path, "community", words[0], "leaves", *words[1:])

    def notes(action: str, moment: datetime) -> None:
        with opened(database) as writing:
            community = writing.get_one(Community, source.community_id)
            note_move(writing, community, action, now=moment)

    assert imports(database, tmp_path, source).exit_code == 0
    notes(EXPORTED, utc_now() - timedelta(hours=1))
    before = types_of_it("erase")
    later.shift(1)
    notes(EXPORTED, utc_now())
    right_after = types_of_it("erase")
    later.shift(1)
    notes("area.created", utc_now())
    with opened(database) as writing:
        own = Card.community_id == source.community_id
        card = present(writing.scalars(select(Card).where(own)).first())
        shop = Shop.community_id == source.community_id
        bought_at = present(writing.scalars(select(Shop).where(shop)).first())
        given_redemption(writing, card, bought_at, at=utc_now())
    since = types_of_it("erase")
    later.shift(1)
    assert types_of_it("export", str(tmp_path / "file"), *source.key).exit_code == 0
    again = types_of_it("erase")

    assert "No file of leaves was written within 7 days" in before.output
    assert "goes for good" in right_after.output
    assert "1 in the book, 1 in the list of who did what; run first" in since.output
    assert "loyalty community export leaves FILE" in since.output
    assert "goes for good" in again.output


def test_what_is_recorded_while_the_name_is_typed_keeps_the_community(
    source: Source,
    database: str,
    tmp_path: Path,
    later: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert imports(database, tmp_path, source).exit_code == 0
    later.shift(1)
    words = ("community", "export", "leaves", str(tmp_path / "file"), *source.key)
    assert types(database, tmp_path, *words).exit_code == 0
    later.shift(1)

    def answers(*_: object, **__: object) -> str:
        with opened(database) as writing:
            community = writing.get_one(Community, source.community_id)
            note_move(writing, community, "area.created", now=utc_now())
        return "leaves"

    monkeypatch.setattr(click, "prompt", answers)
    kept = types(database, tmp_path, "community", "erase", "leaves")

    assert "0 in the book, 1 in the list of who did what; run first" in kept.output
    assert slugs(database) == ["leaves"]


SHUT = ("message_hook.sealed_secret", "own_page.sealed_secret", "staff_account.totp_secret")


@pytest.mark.usefixtures("arrived")
def test_values_that_nobody_can_open_are_told_and_do_not_keep_the_rest(
    source: Source, database: str, tmp_path: Path
) -> None:
    with psycopg.connect(plain(database)) as connection:
        for table, column in (one.split(".") for one in SHUT):
            flipped = f"set_byte({column}, 20, 255 - get_byte({column}, 20))"
            connection.execute(
                f"UPDATE {table} SET {column} = {flipped} WHERE community_id = %s",  # noqa: S608  # ours
                (source.community_id,),
            )
    file = tmp_path / "again.community"

    words = ("community", "export", "leaves", str(file), *source.key)
    written = types(database, tmp_path, *words)
    gone = ("community", "erase", "leaves", "--without-export")
    assert types(database, tmp_path, *gone, answers="leaves\n").exit_code == 0
    told = imports(database, tmp_path, source, file)

    assert (written.exit_code, told.exit_code) == (0, 0), (written.output, told.output)
    for place in SHUT:
        lost = rf"no other service could open them: [1-9]\d* of {place}\."
        assert re.search(lost, written.output)
        assert re.search(lost, told.output)
    assert "a link of loyalty join-link" in told.output
    with opened(database) as session:
        hook = session.scalars(
            select(MessageHook).where(MessageHook.community_id == source.community_id)
        ).first()
        assert open_signing_key(present(hook), sealing_key=SEALING_KEY)
        own = OwnPage.community_id == source.community_id
        pages = select(OwnPage.handle, OwnPage.sealed_secret).where(own)
        assert set(session.execute(pages).all()) == {(None, None)}
