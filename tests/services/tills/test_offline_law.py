"""The published law of late sales agrees with its example, and both with our reader."""

import json
import re
import runpy
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from loyalty.cards.revocations import hash_serial
from loyalty.rules.offline import (
    DAYS_WITHOUT_NETWORK,
    IMPOSSIBLE_WITHIN,
    PURPOSE,
    encode_for_signing,
)
from loyalty.services.late_sales.device_proof import device_key, proof_of
from loyalty.services.late_sales.quarantine import MOST_QUARANTINED

LAW = (Path(__file__).parents[3] / "docs" / "offline.md").read_text(encoding="utf-8")
PACK, UPLOAD = (
    json.loads(example) for example in re.findall(r"```json\n(.*?)```", LAW, flags=re.DOTALL)
)
[PUBLIC_KEY] = re.findall(r"^    ([\w-]{87})$", LAW, flags=re.MULTILINE)
[SIGNED] = re.findall(r"^    (\{.*\})$", LAW, flags=re.MULTILINE)
PRIVATE_KEY = ec.derive_private_key(
    int.from_bytes(sha256(b"loyalty example device").digest()), ec.SECP256R1()
)


def test_the_example_is_proven_by_our_reader() -> None:
    first, second = (proof_of(item, device_key(PUBLIC_KEY)) for item in UPLOAD["items"])

    assert first is not None
    assert second is not None
    assert (first.number, second.number) == (1, 2)
    assert (first.previous, second.previous) == (bytes(32), first.digest)
    assert PURPOSE + SIGNED.encode("ascii") == encode_for_signing(UPLOAD["items"][0])


def test_the_key_of_the_example_is_the_one_it_names() -> None:
    assert PRIVATE_KEY.public_key() == device_key(PUBLIC_KEY)


def test_the_program_in_the_law_seals_what_our_reader_proves(tmp_path: Path) -> None:
    [program] = re.findall(r"```python\n(.*?)```", LAW, flags=re.DOTALL)
    script = tmp_path / "seal.py"
    script.write_text(program, encoding="utf-8")
    seal = runpy.run_path(str(script))["seal"]

    previous = "0" * 64
    for number, example in enumerate(UPLOAD["items"], start=1):
        item = {name: value for name, value in example.items() if name != "device"}
        sealed, digest = seal(item, number, previous, PRIVATE_KEY)
        proof = proof_of(sealed, device_key(PUBLIC_KEY))
        assert proof is not None
        assert proof.digest.hex() == digest
        assert sealed["device"]["previous"] == example["device"]["previous"]
        previous = digest


def test_the_pack_in_the_law_is_one_of_ours() -> None:
    hashed = bytes.fromhex(hash_serial("tianyuan", "123456789012"))

    assert PACK["roster"][0]["hashes"] == b64encode(hashed).decode()
    assert PACK["policy"]["offline"]["days"] == DAYS_WITHOUT_NETWORK


def test_the_numbers_in_the_law_are_those_of_the_rules() -> None:
    assert f"less than {IMPOSSIBLE_WITHIN.seconds} seconds" in LAW
    assert f"at most {MOST_QUARANTINED:,} are kept" in LAW
