import hashlib
import json
import runpy
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.cards.keys import make_signing_key
from loyalty.cards.revocations import (
    PURPOSE,
    BadListError,
    ForgedListError,
    RevocationEntry,
    RevocationList,
    hash_serial,
    sign_list,
    verify_list,
)
from loyalty.cards.signing import PurposeSigner
from loyalty.cards.token import PURPOSE as CARD_PURPOSE
from loyalty.rules.card_state import CardState

KEY = make_signing_key()
ENTRIES = tuple(
    sorted(
        RevocationEntry(hash_serial("tianyuan", serial), state)
        for serial, state in {
            "000000000000": CardState.REVOKED,
            "123456789012": CardState.SUSPENDED,
            "999999999999": CardState.REVOKED,
        }.items()
    )
)
LIST = RevocationList("tianyuan", 7, "2026-12-01T08:00:00+08:00", ENTRIES)


def as_received(revocations: RevocationList = LIST) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(
        json.dumps(sign_list(revocations, KEY.key_id, KEY.private))
    )
    return document


DOCS = Path(__file__).parents[2] / "docs"
PUBLISHED = (DOCS / "revocation-list-vectors.json").read_text(encoding="utf-8")
READINGS = {"bad_list": BadListError, "forged": ForgedListError}


@pytest.mark.parametrize("vector", json.loads(PUBLISHED), ids=lambda vector: vector["name"])
def test_a_published_vector_is_read_as_it_says(vector: dict[str, Any]) -> None:
    public = bytes.fromhex(vector["public_key"])
    if vector["expect"] == "ok":
        assert asdict(verify_list(vector["document"], public)) | {"entries": ()} == {
            **vector["document"]["list"],
            "entries": (),
        }
        return
    with pytest.raises(READINGS[vector["expect"]]):
        verify_list(vector["document"], public)


def test_the_vectors_are_those_of_their_maker() -> None:
    maker = runpy.run_path(str(Path(__file__).with_name("make_revocation_vectors.py")))

    assert maker["text"]() == PUBLISHED


def test_a_list_is_signed_as_the_vectors_are() -> None:
    vector = next(one for one in json.loads(PUBLISHED) if one["name"] == "ordinary list")
    private = hashlib.sha256(b"loyalty vectors, december").digest()
    listed = verify_list(vector["document"], bytes.fromhex(vector["public_key"]))

    assert (
        json.loads(json.dumps(sign_list(listed, vector["key_id"], private))) == vector["document"]
    )


hashes = st.text("0123456789abcdef", min_size=16, max_size=16)
listed_states = st.sampled_from([CardState.REVOKED, CardState.SUSPENDED])


@given(
    number=st.integers(1, 10**9),
    issued_at=st.datetimes(timezones=st.timezones()),
    listed=st.dictionaries(hashes, listed_states, max_size=20),
)
def test_a_signed_list_reads_back(
    number: int, issued_at: datetime, listed: dict[str, CardState]
) -> None:
    entries = tuple(sorted(RevocationEntry(*entry) for entry in listed.items()))
    revocations = RevocationList("tianyuan", number, issued_at.isoformat(), entries)

    assert verify_list(as_received(revocations), KEY.public) == revocations


def test_a_list_without_cards_is_still_signed() -> None:
    empty = replace(LIST, entries=())

    assert verify_list(as_received(empty), KEY.public) == empty


def test_a_serial_is_listed_by_a_hash_of_its_community() -> None:
    # sha256("loyalty serial|tianyuan|123456789012"), recomputed with coreutils.
    assert hash_serial("tianyuan", "123456789012") == "931a844b90e827ae"
    assert hash_serial("boshan", "123456789012") != hash_serial("tianyuan", "123456789012")


def test_the_signed_bytes_are_as_published() -> None:
    signature = PurposeSigner(KEY.private, purpose=PURPOSE).get_signature(
        b'{"community":"tianyuan","entries":[{"serial_hash":"00000000000000ff","state":"revoked"}]'
        b',"issued_at":"2026-12-01T08:00:00+08:00","number":7}'
    )
    entries = (RevocationEntry("00000000000000ff", CardState.REVOKED),)

    assert as_received(replace(LIST, entries=entries))["signature"] == signature.decode()


@pytest.mark.parametrize(
    "changed",
    [
        {"community": "boshan"},
        {"number": 8},
        {"issued_at": "2026-12-02T08:00:00+08:00"},
        {"entries": []},
    ],
)
def test_a_changed_list_is_forged(changed: dict[str, Any]) -> None:
    document = as_received()
    document["list"] |= changed

    with pytest.raises(ForgedListError):
        verify_list(document, KEY.public)


def test_a_card_cannot_be_struck_off_the_list_by_hand() -> None:
    document = as_received()
    del document["list"]["entries"][1]

    with pytest.raises(ForgedListError):
        verify_list(document, KEY.public)


@given(bit=st.integers(0, 511))
def test_one_flipped_bit_of_the_signature_is_forged(bit: int) -> None:
    document = as_received()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    letters = list(document["signature"])
    place, bit_of_letter = divmod(bit, 6)
    letters[place] = alphabet[alphabet.index(letters[place]) ^ 32 >> bit_of_letter]
    document["signature"] = "".join(letters)

    with pytest.raises(ForgedListError):
        verify_list(document, KEY.public)


@pytest.mark.parametrize("signature", ["", "A", "é", "\ud800", "A" * 86, "A" * 88])
def test_a_signature_that_is_none_is_forged(signature: str) -> None:
    with pytest.raises(ForgedListError):
        verify_list(as_received() | {"signature": signature}, KEY.public)


def test_a_stranger_signs_no_list_of_ours() -> None:
    stranger = make_signing_key()
    document = sign_list(LIST, stranger.key_id, stranger.private)

    with pytest.raises(ForgedListError):
        verify_list(document, KEY.public)
    with pytest.raises(ForgedListError):
        verify_list(document | {"key_id": KEY.key_id}, KEY.public)


def test_a_list_that_names_another_key_than_its_own_is_forged() -> None:
    with pytest.raises(ForgedListError):
        verify_list(as_received() | {"key_id": make_signing_key().key_id}, KEY.public)


def test_a_list_is_signed_by_the_key_it_names() -> None:
    with pytest.raises(BadListError):
        sign_list(LIST, make_signing_key().key_id, KEY.private)


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"list": {}, "key_id": KEY.key_id, "signature": ""},
        as_received() | {"extra": 1},
        as_received() | {"key_id": 1},
        as_received() | {"signature": None},
        as_received() | {"list": as_received()["list"] | {"extra": 1}},
        as_received() | {"list": as_received()["list"] | {"number": "7"}},
        as_received() | {"list": as_received()["list"] | {"number": 7.0}},
        as_received() | {"list": as_received()["list"] | {"number": 0}},
        as_received() | {"list": as_received()["list"] | {"issued_at": "2026-12-01T08:00:00"}},
        as_received() | {"list": as_received()["list"] | {"issued_at": "yesterday"}},
        as_received() | {"list": as_received()["list"] | {"entries": "none"}},
        as_received() | {"list": as_received()["list"] | {"entries": ["one"]}},
    ],
)
def test_what_is_no_list_is_a_bad_list(document: dict[str, Any]) -> None:
    with pytest.raises(BadListError):
        verify_list(document, KEY.public)


@pytest.mark.parametrize(
    "entry",
    [
        {"serial_hash": "00000000000000ff"},
        {"serial_hash": "00000000000000ff", "state": "active"},
        {"serial_hash": "00000000000000ff", "state": "revoked", "why": "moved away"},
        {"serial_hash": "00000000000000FF", "state": "revoked"},
        {"serial_hash": "00000000000000f", "state": "revoked"},
        {"serial_hash": 255, "state": "revoked"},
    ],
)
def test_an_entry_says_a_hash_and_a_state_and_nothing_else(entry: dict[str, Any]) -> None:
    document = as_received()
    document["list"]["entries"] = [entry]

    with pytest.raises(BadListError):
        verify_list(document, KEY.public)


def test_an_active_card_cannot_be_listed() -> None:
    with pytest.raises(BadListError):
        RevocationEntry("00000000000000ff", CardState.ACTIVE)


@pytest.mark.parametrize("entries", [ENTRIES[::-1], ENTRIES[:1] * 2])
def test_a_list_is_sorted_and_names_each_card_once(entries: tuple[RevocationEntry, ...]) -> None:
    with pytest.raises(BadListError):
        replace(LIST, entries=entries)


def test_a_signature_of_a_card_never_makes_a_list() -> None:
    document = as_received()
    signed_as_card = PurposeSigner(KEY.private, purpose=CARD_PURPOSE).get_signature(
        json.dumps(document["list"], separators=(",", ":"), sort_keys=True)
    )

    with pytest.raises(ForgedListError):
        verify_list(document | {"signature": signed_as_card.decode()}, KEY.public)
