import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.cards.keys import (
    SealError,
    derive_public_key,
    key_id_of,
    make_jwk,
    make_signing_key,
    seal,
    sealing_key_from,
    unseal,
)

SEALING_KEY = sealing_key_from("a secret of the installation, long enough")


def test_a_new_key_is_new_and_names_itself() -> None:
    first, second = make_signing_key(), make_signing_key()

    assert first.private != second.private
    assert first.public == derive_public_key(first.private)
    assert first.key_id == key_id_of(first.public)


def test_a_key_unpacks_to_its_id_and_both_halves() -> None:
    key = make_signing_key()
    key_id, public_raw, private_raw = key

    assert (key_id, public_raw, private_raw) == (key.key_id, key.public, key.private)
    assert len(public_raw) == len(private_raw) == 32


def test_a_printed_key_shows_no_private_half() -> None:
    key = make_signing_key()

    assert repr(key) == f"SigningKey({key.key_id})"


def test_the_key_id_is_the_start_of_the_hash_of_the_public_half() -> None:
    # SHA-256 of 32 zero bytes begins 66687a.
    assert key_id_of(bytes(32)) == "66687a"


@given(private=st.binary(min_size=32, max_size=32))
def test_what_was_sealed_opens_again(private: bytes) -> None:
    sealed = seal(private, sealing_key=SEALING_KEY, community="tianyuan", month="2026-12")

    assert private not in sealed
    assert unseal(sealed, sealing_key=SEALING_KEY, community="tianyuan", month="2026-12") == private


def test_a_key_that_was_sealed_in_2026_opens_for_ever() -> None:
    """Whatever changes here makes the keys of every installation unopenable.

    Made with nothing of this project: HKDF-SHA256 of the secret with the info "loyalty sealing key
    v1", and AES-256-GCM with the nonce 00 01 … 0b over the private half 00 01 … 1f.
    """
    sealed = bytes.fromhex(
        "000102030405060708090a0bae14fb70da378ecff9644c83b4037e48a2e7"
        "fe843e55a631805bbbc0ee3e305cec6bc07777dc25f5cdaa9d3af94f5490"
    )

    opened = unseal(sealed, sealing_key=SEALING_KEY, community="tianyuan", month="2026-12")

    assert opened == bytes(range(32))


def test_a_key_sealed_twice_looks_different() -> None:
    private = make_signing_key().private
    seals = {
        seal(private, sealing_key=SEALING_KEY, community="tianyuan", month="2026-12")
        for _ in range(2)
    }

    assert len(seals) == 2


@pytest.mark.parametrize(
    ("secret", "community", "month"),
    [
        ("another secret of the installation, also long", "tianyuan", "2026-12"),
        ("a secret of the installation, long enough", "boshan", "2026-12"),
        ("a secret of the installation, long enough", "tianyuan", "2027-01"),
    ],
)
def test_a_sealed_key_opens_for_nobody_else(secret: str, community: str, month: str) -> None:
    sealed = seal(bytes(32), sealing_key=SEALING_KEY, community="tianyuan", month="2026-12")

    with pytest.raises(SealError):
        unseal(sealed, sealing_key=sealing_key_from(secret), community=community, month=month)


@given(bit=st.integers(0, 60 * 8 - 1))
def test_one_flipped_bit_of_a_sealed_key_is_noticed(bit: int) -> None:
    sealed = seal(bytes(32), sealing_key=SEALING_KEY, community="tianyuan", month="2026-12")
    damaged = (int.from_bytes(sealed, "big") ^ 1 << bit).to_bytes(60, "big")

    with pytest.raises(SealError):
        unseal(damaged, sealing_key=SEALING_KEY, community="tianyuan", month="2026-12")


@pytest.mark.parametrize("length", [0, 12, 59, 61])
def test_a_sealed_key_of_another_length_is_damaged(length: int) -> None:
    with pytest.raises(SealError):
        unseal(bytes(length), sealing_key=SEALING_KEY, community="tianyuan", month="2026-12")


def test_the_published_key_is_a_json_web_key_without_its_private_half() -> None:
    # The key of RFC 8032, section 7.1, test 1, which RFC 8037 spells in its appendix A.
    public = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")

    assert make_jwk(public, key_id_of(public)) == {
        "kty": "OKP",
        "crv": "Ed25519",
        "use": "sig",
        "kid": "21fe31",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    }
