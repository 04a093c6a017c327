"""The closed months of a community as open data: a table, the chain, and what describes both.

The same months give the same bytes.
"""

import csv
import io
import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from loyalty.rules.spreadsheet_cells import neutralise

CHAIN, TABLE, PACKAGE = "months.json", "figures.csv", "datapackage.json"
MEDIA_TYPES: Mapping[str, str] = {
    CHAIN: "application/json",
    TABLE: "text/csv; charset=utf-8",
    PACKAGE: "application/json",
}
"""Of each file, by its name."""

COUNTED = ("uses", "uses_without_amount", "people", "households")
IN_FEN = ("total_fen", "payable_fen", "saved_fen")


def make_open_file(name: str, chain: Mapping[str, Any]) -> bytes:
    """Return one of the files of a community.

    Args:
        name: of the file, one of `MEDIA_TYPES`.
        chain: the closed months, as the API publishes them.
    """
    if name == CHAIN:
        return _to_json(chain)
    if name == TABLE:
        return _write_table(chain)
    return _to_json(_describe(chain))


def _write_table(chain: Mapping[str, Any]) -> bytes:
    """Return a row for each month and one for each trade; what is hidden is empty."""
    file = io.StringIO(newline="")
    table = csv.writer(file)
    table.writerow(["community", "month", "trade", *COUNTED, *IN_FEN])
    for one in chain["months"]:
        text = json.loads(one["text"])
        whole = {"trade": "", "sums": text["totals"]}
        for row in (whole, *text["by_trade"]):
            figures = [(row["sums"] or {}).get(name) for name in (*COUNTED, *IN_FEN)]
            table.writerow([text["community"], text["month"], neutralise(row["trade"]), *figures])
    return file.getvalue().encode("utf-8-sig")


def _describe(chain: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the files hold, as a data package says it (frictionlessdata.io)."""
    texts, numbers = ("community", "month", "trade"), (*COUNTED, *IN_FEN)
    fields = [
        *({"name": name, "type": "string"} for name in texts),
        *({"name": name, "type": "integer"} for name in numbers),
    ]
    table = {"name": "figures", "profile": "tabular-data-resource", "schema": {"fields": fields}}
    resources = [
        {**table, **_resource(TABLE, chain), "format": "csv", "encoding": "utf-8"},
        {"name": "months", **_resource(CHAIN, chain), "format": "json", "encoding": "utf-8"},
    ]
    return {"name": f"loyalty-{chain['community']}", "resources": resources}


def _resource(name: str, chain: Mapping[str, Any]) -> dict[str, Any]:
    content = make_open_file(name, chain)
    digest = f"sha256:{sha256(content).hexdigest()}"
    return {"path": name, "bytes": len(content), "hash": digest}


def _to_json(members: Mapping[str, Any]) -> bytes:
    return (json.dumps(members, ensure_ascii=False, indent=1) + "\n").encode()
