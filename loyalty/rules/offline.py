"""Selling without network: how long, how a sale is sealed, and what cannot be true.

The law for whoever writes a till is docs/offline.md.
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

DAYS_WITHOUT_NETWORK = 7
"""How old a till's offline pack may be; after that the till asks for the network."""

IMPOSSIBLE_WITHIN = timedelta(seconds=60)
"""One card at two shops closer together than this: staff look at it."""

PURPOSE = b"loyalty sale v1\0"
"""Begins what a device signs, so that a signature made for anything else proves no sale."""

FIRST_PREVIOUS = bytes(32)
"""What the first sale of a device names as the digest of the sale before it."""


def encode_for_signing(item: Mapping[str, Any]) -> bytes:
    """Return what a device signs of a late sale: all of the item but the signature itself.

    Args:
        item: as uploaded; its member `device` is an object.

    Canonical JSON: members sorted by name at every level, no blanks, ASCII, whole numbers.
    """
    device = {name: value for name, value in item["device"].items() if name != "signature"}
    unsigned = {**item, "device": device}
    return PURPOSE + json.dumps(unsigned, separators=(",", ":"), sort_keys=True).encode()
