"""A running service, talked to as a till or a clerk does, with the standard library alone."""

import http.client
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

TIMEOUT = 30


class RefusedError(Exception):
    """The service answered with a problem."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: Any
    replayed: bool
    """Recorded before, under the same idempotency key."""
    tag: str | None
    """The record's ETag."""


@dataclass(slots=True)
class Line:
    """One connection, kept open; not to be shared between threads."""

    base_url: str
    _connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        """Remember where to call."""
        self._connection = http.client.HTTPConnection(
            urlsplit(self.base_url).netloc, timeout=TIMEOUT
        )

    def hang_up(self) -> None:
        """Close the connection after a fault; the next call opens it again."""
        self._connection.close()

    def call(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        body: Any = None,
        **headers: str,
    ) -> Answer:
        """Call the API; header names are given with underscores."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent["Content-Type"] = "application/json"
        if token:
            sent["Authorization"] = f"Bearer {token}"
        payload = None if body is None else json.dumps(body)
        self._connection.request(method, f"/api/v1{path}", payload, sent)
        answer = self._connection.getresponse()
        text = answer.read()
        return Answer(
            answer.status,
            json.loads(text) if text else None,
            answer.getheader("Idempotent-Replayed") == "true",
            answer.getheader("ETag"),
        )

    def ask(self, method: str, path: str, **options: Any) -> Any:
        """Call the API, and return the body of a success.

        Raises:
            RefusedError: the service refused.
        """
        answer = self.call(method, path, **options)
        if answer.status >= http.client.BAD_REQUEST:
            raise RefusedError(f"{method} {path}: {answer.status} {answer.body}")
        return answer.body

    def list(self, path: str, token: str, **query: str) -> list[dict[str, Any]]:
        """Return a list of the API whole, page by page."""
        items: list[dict[str, Any]] = []
        after: dict[str, str] = {}
        while True:
            asked = urlencode({"limit": "200", **query, **after})
            page = self.ask("GET", f"{path}?{asked}", token=token)
            items += page["items"]
            if page["next"] is None:
                return items
            after = {"after": page["next"]}
