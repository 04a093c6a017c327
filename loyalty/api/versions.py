"""Two people at one record: the version travels as an entity tag."""

import re
from typing import Any

from flask import request
from werkzeug.exceptions import PreconditionRequired

from loyalty.database import Versioned
from loyalty.services.errors import ValueRefusedError


def require_version() -> int:
    """Return the version the caller has read, from ``If-Match``.

    Raises:
        PreconditionRequired: the header is missing.
        ValueRefusedError: it is not one of our tags.
    """
    version = read_version()
    if version is None:
        raise PreconditionRequired("Send the record's ETag as If-Match.")
    return version


def read_version() -> int | None:
    """Return the version the caller has read; None if the caller does not say.

    A tag that was made weak on its way, as proxies do that compress, is taken as it was.

    Raises:
        ValueRefusedError: ``If-Match`` is not one of our tags.
    """
    sent = request.headers.get("If-Match")
    if sent is None:
        return None
    tag = re.fullmatch(r'(?:W/)?"([0-9]{1,9})"', sent.strip())
    if tag is None:
        raise ValueRefusedError(
            "/headers/If-Match", 'Send the record\'s ETag as If-Match, as it was answered: "1".'
        )
    return int(tag[1])


def answer_with_etag(record: Versioned, *, status: int = 200) -> tuple[Any, int, dict[str, str]]:
    """Return a record as an answer that carries its version."""
    return record, status, {"ETag": f'"{record.version}"'}
