"""Ask what a card gives, sell once whatever the network does, and take the sale back.

$ LOYALTY_TILL_TOKEN=till_… python till_client.py https://loyalty.example "4821 0973 3510 26" 1290
"""

import json
import os
import sys
import time
from contextlib import suppress
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from uuid import uuid4

Answer = dict[str, Any]
TRIES, PATIENCE = 5, 10
"""How often a call is sent, and for how many seconds its answer is waited for."""
NOT_NOW = {429, 500, 502, 503, 504}


class Till:
    """A till that has been paired."""

    def __init__(self, service: str, token: str) -> None:
        self.base = f"{service}/api/v1"
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def validate(self, code: str, total_fen: int) -> Answer:
        """Return what a card gives; nothing is recorded."""
        return self._call("/validations", {"code": code, "total_fen": total_fen})

    def redeem(self, code: str, total_fen: int, key: str) -> Answer:
        """Record a sale. Its key was made once, and stored with the sale before this."""
        sale = {"code": code, "total_fen": total_fen}
        return self._call("/redemptions", sale, {"Idempotency-Key": key})

    def void(self, sale_id: str, reason: str) -> Answer:
        """Take a sale back whole. A 409 after a lost answer says that it was taken back."""
        return self._call(f"/redemptions/{sale_id}/void", {"reason": reason})

    def _call(self, path: str, body: Answer, more: dict[str, str] | None = None) -> Answer:
        request = Request(self.base + path, json.dumps(body).encode(), self.headers | (more or {}))
        for wait in range(TRIES):
            time.sleep(wait)
            with suppress(OSError, HTTPException, ValueError):  # lost on the way, cut off, garbled
                try:
                    answer = urlopen(request, timeout=PATIENCE)
                except HTTPError as problem:
                    answer = problem
                with answer:
                    if answer.status not in NOT_NOW:
                        return {**json.load(answer), "status": answer.status}
        raise ConnectionError("No answer: keep the sale with its key, and send it again later.")


if __name__ == "__main__":
    service, code, total_fen = sys.argv[1], sys.argv[2], int(sys.argv[3])
    till, key = Till(service, os.environ["LOYALTY_TILL_TOKEN"]), str(uuid4())
    print(till.validate(code, total_fen))
    print(sale := till.redeem(code, total_fen, key))
    print(till.void(sale["id"], "试用") if "id" in sale else sale["title"])
