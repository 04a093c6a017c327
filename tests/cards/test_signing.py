import gzip
import json
from pathlib import Path

import pytest
from itsdangerous import BadData, BadSignature

from loyalty.cards.keys import make_signing_key
from loyalty.cards.signing import Ed25519Algorithm, PurposeSigner, TokenSigner

VECTORS = Path(__file__).parents[3] / "shared" / "data" / "vectors"
PAYLOAD = b"eleven byte"
PURPOSE = b"a purpose\0"

needs_vectors = pytest.mark.skipif(
    not VECTORS.is_dir(), reason="the published vectors (../shared/data/vectors) are not here"
)


@needs_vectors
def test_every_wycheproof_signature_is_judged_as_published() -> None:
    groups = json.loads((VECTORS / "wycheproof_ed25519_test.json").read_text())["testGroups"]
    cases = [
        (bytes.fromhex(group["publicKey"]["pk"]), case)
        for group in groups
        for case in group["tests"]
    ]

    wrong = [
        case["tcId"]
        for public, case in cases
        if Ed25519Algorithm().verify_signature(
            public, bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"])
        )
        is not (case["result"] == "valid")
    ]

    assert len(cases) == 151
    assert wrong == []


@needs_vectors
def test_the_authors_own_signatures_are_reproduced() -> None:
    packed = (VECTORS / "ed25519_djb_sign.input.gz").read_bytes()
    lines = gzip.decompress(packed).decode().splitlines()

    for line in lines[::16]:
        secret, public, message, signed = (bytes.fromhex(part) for part in line.split(":")[:4])
        assert Ed25519Algorithm().get_signature(secret[:32], message) == signed[:64]
        assert Ed25519Algorithm().verify_signature(public, message, signed[:64])


def test_a_signature_for_one_purpose_is_none_for_another() -> None:
    key = make_signing_key()
    signature = PurposeSigner(key.private, purpose=PURPOSE).get_signature(PAYLOAD)

    assert PurposeSigner(key.public, purpose=PURPOSE).verify_signature(PAYLOAD, signature)
    assert not PurposeSigner(key.public, purpose=b"another\0").verify_signature(PAYLOAD, signature)


def test_the_newest_key_signs_and_every_key_reads() -> None:
    older, newer, stranger = (make_signing_key() for _ in range(3))
    both = TokenSigner([older.public, newer.public], purpose=PURPOSE)
    old_token = TokenSigner(older.private, purpose=PURPOSE).sign(PAYLOAD)
    new_token = TokenSigner([older.private, newer.private], purpose=PURPOSE).sign(PAYLOAD)

    assert both.unsign(old_token) == both.unsign(new_token) == PAYLOAD
    assert TokenSigner(newer.public, purpose=PURPOSE).unsign(new_token) == PAYLOAD
    with pytest.raises(BadSignature):
        both.unsign(TokenSigner(stranger.private, purpose=PURPOSE).sign(PAYLOAD))


def test_a_signature_has_one_spelling() -> None:
    key = make_signing_key()
    reader = PurposeSigner(key.public, purpose=PURPOSE)
    signature = PurposeSigner(key.private, purpose=PURPOSE).get_signature(PAYLOAD).decode()

    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    same_bytes = signature[:-1] + alphabet[alphabet.index(signature[-1]) + 1]
    for other in (
        same_bytes,
        signature + "==",
        signature + " ",
        "." + signature,
        "A",
        "é",
        "\ud800",
    ):
        assert not reader.verify_signature(PAYLOAD, other)


@pytest.mark.parametrize("text", ["", "A" * 119, "a" * 120, b"\xff" * 120, "\ud800" * 120])
def test_what_is_not_spelled_as_a_token_is_bad_data(text: str | bytes) -> None:
    with pytest.raises(BadData) as refusal:
        TokenSigner(make_signing_key().public, purpose=PURPOSE).unsign(text)
    assert not isinstance(refusal.value, BadSignature)
