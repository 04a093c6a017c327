"""Writes docs/rotating-code-vectors.json: what every program must make of the same secrets.

Run it as ``python -m tests.cards.make_rotating_vectors`` from the root of the repository.
"""

import json
from pathlib import Path
from typing import Any

from loyalty.cards.barcode import modules_of_digits as bars_of
from loyalty.cards.qr import modules_of_digits as qr_of
from loyalty.cards.rotating import make_rotating_code

FILE = Path(__file__).parents[2] / "docs" / "rotating-code-vectors.json"

CASES = (
    (bytes(32), "00000000", 0),
    (bytes(range(32)), "12345678", 59_999_999),
    (bytes(range(32)), "12345678", 60_000_000),
    (b"\xff" * 32, "99999999", 2**31 - 1),
    (b"loyalty " * 4, "40302010", 2**33 + 5),
)


def vectors() -> dict[str, Any]:
    """Return the codes of some secrets, and how two of them are drawn."""
    codes = [
        {
            "secret": secret.hex(),
            "handle": handle,
            "step": step,
            "code": make_rotating_code(secret, handle, step),
        }
        for secret, handle, step in CASES
    ]
    drawn = [
        {
            "digits": one["code"],
            "qr": ["".join(map(str, row)) for row in qr_of(str(one["code"]))],
            "bars": bars_of(str(one["code"])),
        }
        for one in codes[:3]
    ]
    return {"step_seconds": 30, "codes": codes, "drawn": drawn}


if __name__ == "__main__":
    FILE.write_text(json.dumps(vectors(), indent=2) + "\n", encoding="utf-8")
