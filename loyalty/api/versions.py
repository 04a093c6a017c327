"""Two people at one record: the version travels as an entity tag."""

import re
from typing import Any

from flask import request
from werkzeug.exceptions import PreconditionRequired

from loyalty.database import Versioned


def require_version() -> int:
    """Return the version the caller has read, from ``If-Match``.

    Raises:
        PreconditionRequired: the header is missing or is not one of our tags.
    """
    version = read_version()
    if version is None:
        raise PreconditionRequired("Send the record's ETag as If-Match.")
    return version


def read_version() -> int | None:
    """Return the version the caller has read; None where the call does not insist on one."""
    tag = re.fullmatch(r'"(\d{1,9})"', request.headers.get("If-Match", ""))
    return int(tag[1]) if tag else None


def answer_with_etag(record: Versioned, *, status: int = 200) -> tuple[Any, int, dict[str, str]]:
    """Return a record as an answer that carries its version."""
    return record, status, {"ETag": f'"{record.version}"'}
