"""The published law of late sales agrees with its example, and both with our reader."""

import json
import re
import runpy
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from loyalty.cards.roster import MARK_BYTES, SALT_BYTES, SECRET_BYTES, RosterMarker
from loyalty.rules.card_number import SERIAL_DIGITS
from loyalty.rules.offline import (
    DAYS_WITHOUT_NETWORK,
    IMPOSSIBLE_WITHIN,
    PURPOSE,
    encode_for_signing,
)
from loyalty.services.checkout.guessing import MOST_UNKNOWN
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


def program_of(name: str, folder: Path) -> Callable[..., Any]:
    """Return the function of a name that a program in the law defines."""
    programs = re.findall(r"```python\n(.*?)```", LAW, flags=re.DOTALL)
    [program] = [one for one in programs if f"def {name}(" in one]
    script = folder / f"{name}.py"
    script.write_text(program, encoding="utf-8")
    defined: Callable[..., Any] = runpy.run_path(str(script))[name]
    return defined


def test_the_program_in_the_law_seals_what_our_reader_proves(tmp_path: Path) -> None:
    seal = program_of("seal", tmp_path)

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
    assert PACK["policy"]["offline"]["days"] == DAYS_WITHOUT_NETWORK


def test_the_program_in_the_law_finds_a_card_on_a_roster(tmp_path: Path) -> None:
    find = program_of("find", tmp_path)
    marker = RosterMarker(b"salt" * (SALT_BYTES // 4), b"s" * SECRET_BYTES)
    groups = [
        {"honour": honour, "marks": marker.join_marks([serial])}
        for honour, serial in (("star", "482109733510"), ("household_head", "482109733511"))
    ]
    ours = {"roster_salt": b64encode(marker.salt).decode(), "roster": groups}

    assert find(PACK, "12345678901244") == PACK["roster"][0]
    assert find(PACK, "12345678901341") is None
    assert find(ours, "48210973351100") == groups[1]
    twice = {**ours, "roster": [*groups, groups[0]]}
    assert find(twice, "48210973351000") is None


def test_the_numbers_in_the_law_are_those_of_the_rules() -> None:
    assert f"less than {IMPOSSIBLE_WITHIN.seconds} seconds" in LAW
    assert f"at most {MOST_QUARANTINED:,} are kept" in LAW
    assert f"has asked for {MOST_UNKNOWN} in a day" in LAW


def test_the_law_says_how_little_a_mark_tells() -> None:
    marks = 256**MARK_BYTES

    assert round(marks / 256 / 5_000, -2) == 3_400
    assert round(10**SERIAL_DIGITS * 256 / marks, -4) == 60_000
    assert "once in 3,400 times with 5,000 cards" in LAW
    assert "about 60,000 numbers fit each" in LAW
