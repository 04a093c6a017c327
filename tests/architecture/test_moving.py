"""What goes along when a community moves: each table, or a reason why not; all seals are known."""

from sqlalchemy import LargeBinary
from sqlalchemy.dialects.postgresql import JSONB

from loyalty.database import Model
from loyalty.models.sealed import is_sealed, list_sealed
from loyalty.services.privacy.moving import GIVEN_ANEW, LAST, SET_LAST, STAYS, list_moved
from loyalty.services.privacy.removing import OF_A_COMMUNITY
from loyalty.services.privacy.secret_seals import SEALS

IN_CLEAR = {
    "access_token.device_hash": "a hash",
    "access_token.token_hash": "a hash",
    "account_alert.device_hash": "a hash",
    "account_link.token_hash": "a hash",
    "evidence_file.content": "a file that staff read",
    "kept_answer.request_hash": "a hash",
    "numbered_sale.digest": "a hash",
    "numbered_sale.previous": "a hash",
    "own_page_session.token_hash": "a hash",
    "picture.content": "a picture that staff see",
    "redemption.request_hash": "a hash",
    "replaced_key.public_key": "is published",
    "request_count.asked": "a hash",
    "satisfaction.device": "a hash",
    "signing_key.public_key": "is published",
    "till.pairing_hash": "a hash",
    "till.token_hash": "a hash",
}
"""Columns of bytes that no key has sealed, and why."""

SEALED_WITH_THE_SECRET = {f"{one.model.__tablename__}.{one.column}" for one in SEALS}


def test_each_table_goes_along_or_has_its_reason() -> None:
    tables = Model.metadata.tables

    assert {one.name for one in list_moved()} | STAYS.keys() == tables.keys()
    assert {one.name for one in list_moved()} & STAYS.keys() == set()
    assert list_moved()[0].name == "community"
    for named in (*SET_LAST.items(), *((table, (column,)) for table, column in GIVEN_ANEW)):
        assert all(column in tables[named[0]].columns for column in named[1])
    assert set(LAST) <= tables.keys()


def test_nothing_refers_to_what_stays() -> None:
    """Whatever goes along would be refused at the other place for want of it."""
    for table in list_moved():
        for key in table.foreign_key_constraints:
            assert key.referred_table.name not in STAYS, table.name


def test_whatever_may_be_sealed_is_known_to_be_or_has_its_reason() -> None:
    of_bytes = {
        f"{table.name}.{column.name}"
        for table in Model.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary) and not is_sealed(table.name, column.name)
    }

    # What is kept of a PIN is a text.
    assert of_bytes | {"own_page.pin_hash"} == IN_CLEAR.keys() | SEALED_WITH_THE_SECRET
    assert IN_CLEAR.keys() & SEALED_WITH_THE_SECRET == set()


def test_what_is_opened_on_the_way_holds_no_numbers_that_change_their_form() -> None:
    """These rows are read and written again as JSON, in which 1.10 would become 1.1."""
    opened = {model.__tablename__ for model, _, _ in list_sealed()}
    opened |= {one.model.__tablename__ for one in SEALS}

    for name in opened - STAYS.keys():
        columns = Model.metadata.tables[name].columns
        assert not [one.name for one in columns if isinstance(one.type, JSONB)], name


def test_whoever_is_taken_out_leaves_no_table_behind() -> None:
    """What a table of the list removes with itself, its foreign keys say (ON DELETE CASCADE)."""
    removed = {model.__tablename__ for model in OF_A_COMMUNITY} | {"community"}
    while more := _removed_along(removed):
        removed |= more

    assert Model.metadata.tables.keys() - removed == {"request_count"}


def _removed_along(removed: set[str]) -> set[str]:
    return {
        table.name
        for table in Model.metadata.tables.values()
        for key in table.foreign_key_constraints
        if key.ondelete == "CASCADE" and key.referred_table.name in removed
    } - removed
