"""How the API says no: RFC 9457 problems, and the one table from errors to HTTP."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from math import ceil
from typing import Any, NamedTuple

import marshmallow as ma
from flask import Response, current_app, json
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from loyalty.api.schemas import Schema
from loyalty.rules.errors import LoyaltyError
from loyalty.rules.limits import LimitKind
from loyalty.services import errors

MEDIA_TYPE = "application/problem+json"


class Kind(NamedTuple):
    """What kind of problem an error is."""

    status: HTTPStatus
    slug: str
    """Last part of ``type``; public, and never changed."""
    title: str


KINDS: Mapping[type[Exception], Kind] = {
    errors.UnknownRecordError: Kind(HTTPStatus.NOT_FOUND, "unknown-record", "No such record"),
    errors.AlreadyExistsError: Kind(HTTPStatus.CONFLICT, "already-exists", "It exists already"),
    errors.StaleRecordError: Kind(
        HTTPStatus.PRECONDITION_FAILED, "stale-record", "Somebody else changed it"
    ),
    StaleDataError: Kind(
        HTTPStatus.PRECONDITION_FAILED, "stale-record", "Somebody else changed it"
    ),
    errors.NotAllowedError: Kind(HTTPStatus.FORBIDDEN, "not-allowed", "Not for this caller"),
    errors.InvolvedError: Kind(HTTPStatus.FORBIDDEN, "involved", "Somebody uninvolved decides"),
    errors.NoticeTakenDownError: Kind(
        HTTPStatus.GONE, "notice-taken-down", "The notice has been taken down"
    ),
    errors.SignInError: Kind(HTTPStatus.UNAUTHORIZED, "sign-in", "Sign in first"),
    errors.SignInLockedError: Kind(
        HTTPStatus.TOO_MANY_REQUESTS, "sign-in-locked", "Too many failed sign-ins"
    ),
    errors.ValueRefusedError: Kind(
        HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-request", "The request cannot be used"
    ),
    errors.RowsRefusedError: Kind(
        HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-request", "The request cannot be used"
    ),
    errors.CardRefusedError: Kind(HTTPStatus.CONFLICT, "card-refused", "Card refused"),
    errors.TooManyUnknownError: Kind(
        HTTPStatus.TOO_MANY_REQUESTS, "too-many-unknown", "Too many numbers that nobody has"
    ),
    errors.BusyError: Kind(HTTPStatus.SERVICE_UNAVAILABLE, "busy", "Try again"),
    errors.ReportsAwayError: Kind(
        HTTPStatus.SERVICE_UNAVAILABLE, "reports-away", "No reports just now"
    ),
    errors.KeyReusedError: Kind(
        HTTPStatus.UNPROCESSABLE_ENTITY, "idempotency-key-reused", "The key names another sale"
    ),
    errors.AnswerLostError: Kind(
        HTTPStatus.CONFLICT, "answer-lost", "It was done, and its answer is gone"
    ),
    errors.ReversalRefusedError: Kind(
        HTTPStatus.CONFLICT, "reversal-refused", "The sale cannot be taken back like this"
    ),
    errors.RoundStateError: Kind(HTTPStatus.CONFLICT, "round-state", "Not now in this round"),
    errors.CertificationStateError: Kind(
        HTTPStatus.CONFLICT, "certification-state", "Not now in this certification"
    ),
    errors.StallStateError: Kind(HTTPStatus.CONFLICT, "stall-state", "Not with this stall then"),
    errors.CardStateError: Kind(HTTPStatus.CONFLICT, "card-state", "Not with this card now"),
    errors.MonthStateError: Kind(HTTPStatus.CONFLICT, "month-state", "Not with this month now"),
    errors.ContributionStateError: Kind(
        HTTPStatus.CONFLICT, "contribution-state", "Not with this entry now"
    ),
    errors.ImportStateError: Kind(HTTPStatus.CONFLICT, "import-state", "Not with this import now"),
    errors.UnreadableFileError: Kind(
        HTTPStatus.UNPROCESSABLE_ENTITY, "unreadable-file", "The file cannot be read"
    ),
    errors.PictureRefusedError: Kind(
        HTTPStatus.UNPROCESSABLE_ENTITY, "picture-refused", "The picture cannot be kept"
    ),
    errors.PersonErasedError: Kind(HTTPStatus.GONE, "person-erased", "Erased at their own wish"),
    errors.ErasureRefusedError: Kind(
        HTTPStatus.CONFLICT, "erasure-refused", "The person cannot be erased yet"
    ),
    errors.ComplaintAnsweredError: Kind(
        HTTPStatus.CONFLICT, "complaint-answered", "Answered already"
    ),
    errors.CaseDecidedError: Kind(HTTPStatus.CONFLICT, "case-decided", "Decided already"),
    errors.SignalPutAwayError: Kind(HTTPStatus.CONFLICT, "signal-put-away", "Looked at already"),
    errors.ProposalDecidedError: Kind(HTTPStatus.CONFLICT, "proposal-decided", "Decided already"),
    errors.PairingError: Kind(
        HTTPStatus.CONFLICT, "pairing-refused", "The pairing code cannot be used"
    ),
}


class LimitSchema(Schema):
    """The limit that refuses a sale, with the verdict ``over_limit``."""

    kind = ma.fields.Enum(LimitKind, by_value=True)
    again_from = ma.fields.Date(
        allow_none=True,
        metadata={"description": "First day the card works again; null if it has run out by then"},
    )


class FaultSchema(Schema):
    """One member of a request that cannot be used."""

    pointer = ma.fields.String(metadata={"description": "JSON pointer into the request"})
    detail = ma.fields.String()


class ProblemSchema(Schema):
    """A problem in the sense of RFC 9457."""

    type = ma.fields.String(required=True)
    title = ma.fields.String(required=True)
    status = ma.fields.Integer(required=True)
    detail = ma.fields.String()
    errors = ma.fields.List(ma.fields.Nested(FaultSchema))
    verdict = ma.fields.String(metadata={"description": "Why a card was refused"})
    limit = ma.fields.Nested(LimitSchema)
    kept = ma.fields.List(
        ma.fields.UUID(), metadata={"description": "Keys of the sales kept of a revoked till"}
    )
    missing = ma.fields.List(
        ma.fields.String(), metadata={"description": "Codes of what is missing"}
    )


def answer_error(error: Exception) -> Response:
    """Return the problem for an error raised while the API was at work."""
    if isinstance(error, HTTPException):
        return _answer_http_error(error)
    for ancestor in type(error).__mro__:
        if ancestor in KINDS:
            return _answer_kind(KINDS[ancestor], error)
    current_app.logger.error("unexpected error", exc_info=error)
    return _make_problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal-error", "Something broke here")


def _answer_kind(kind: Kind, error: Exception) -> Response:
    response = _make_problem(kind.status, kind.slug, kind.title, **_members_of(error))
    if kind.status is HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = str(errors.BusyError.SECONDS)
    if isinstance(error, errors.SignInLockedError | errors.TooManyUnknownError):
        response.headers["Retry-After"] = str(ceil(error.wait.total_seconds()))
    if kind.status is HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _members_of(error: Exception) -> Mapping[str, Any]:
    members: dict[str, Any] = {}
    if isinstance(error, LoyaltyError):
        members["detail"] = str(error)
    if isinstance(error, errors.ValueRefusedError):
        members["errors"] = [{"pointer": error.pointer, "detail": str(error)}]
    if isinstance(error, errors.RowsRefusedError):
        members["errors"] = [
            {"pointer": pointer, "detail": fault} for pointer, fault in error.faults.items()
        ]
    if isinstance(error, errors.CardRefusedError):
        members["verdict"] = error.verdict
        if error.limit is not None:
            members["limit"] = LimitSchema().dump(error.limit)
    if isinstance(error, errors.TillRevokedError):
        members["kept"] = error.kept
    if isinstance(error, errors.StateError):
        members["missing"] = error.missing
    return members


def _answer_http_error(error: HTTPException) -> Response:
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    messages = getattr(error, "data", {}).get("messages")
    if status is HTTPStatus.UNPROCESSABLE_ENTITY and messages is not None:
        faults = [
            {"pointer": pointer, "detail": detail}
            for location, problems in messages.items()
            for pointer, detail in _flatten_faults(
                problems, "" if location == "json" else f"/{location}"
            )
        ]
        kind = KINDS[errors.ValueRefusedError]
        detail = "; ".join(f"{fault['pointer'] or '/'}: {fault['detail']}" for fault in faults)
        return _make_problem(kind.status, kind.slug, kind.title, detail=detail, errors=faults)
    response = _make_problem(
        status, status.phrase.lower().replace(" ", "-"), status.phrase, detail=error.description
    )
    for name, value in error.get_headers():
        if name.lower() not in {"content-type", "content-length"}:
            response.headers[name] = value
    return response


def _flatten_faults(problems: Any, pointer: str) -> Iterator[tuple[str, str]]:
    """Flatten marshmallow's messages into pointers and sentences."""
    if isinstance(problems, Mapping):
        for name, inner in problems.items():
            step = (
                "" if name == "_schema" else "/" + str(name).replace("~", "~0").replace("/", "~1")
            )
            yield from _flatten_faults(inner, pointer + step)
    elif isinstance(problems, str):
        yield pointer, problems
    else:
        for problem in problems:
            yield from _flatten_faults(problem, pointer)


def _make_problem(status: HTTPStatus, slug: str, title: str, **members: Any) -> Response:
    body = {"type": f"/problems/{slug}", "title": title, "status": status.value, **members}
    return Response(json.dumps(body), status=status, content_type=MEDIA_TYPE)
