"""What parties give beside the discount: written down, changed, approved, withdrawn."""

from typing import Any
from uuid import UUID

import marshmallow as ma
from flask.views import MethodView

from loyalty.api.access import Caller, open_to, staff_work
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.problems import ProblemSchema
from loyalty.api.schemas import (
    Flag,
    KnownCode,
    MonthField,
    PageSchema,
    Schema,
    Text,
    WholeNumber,
    dump_columns,
)
from loyalty.api.versions import answer_with_etag, read_version, require_version
from loyalty.models import Contribution
from loyalty.rules.benefit import Label, Party
from loyalty.rules.contributions import (
    LARGEST_AMOUNT,
    LARGEST_QUANTITY,
    ContributionState,
    Unit,
)
from loyalty.services.community.contribution_kinds import list_contribution_kinds
from loyalty.services.ledger.contributions import (
    ChangeContribution,
    FindContributions,
    RecordContribution,
    approve_contribution,
    change_contribution,
    find_contributions,
    record_contribution,
    withdraw_contribution,
)
from loyalty.services.work import Work

contributions = ApiBlueprint("/contributions")
"""What parties of the caller's community gave."""


class ContributionChangeSchema(Schema):
    """New values of some members of an entry."""

    kind = KnownCode(metadata={"description": "Code of its kind"})
    happened_on = ma.fields.Date()
    label = ma.fields.Enum(Label, by_value=True, metadata={"description": "attested, or estimated"})
    amount_fen = WholeNumber(0, LARGEST_AMOUNT)
    quantity_hundredths = WholeNumber(0, LARGEST_QUANTITY)
    unit = ma.fields.Enum(
        Unit, by_value=True, allow_none=True, metadata={"description": "Of the quantity"}
    )
    giver_id = ma.fields.UUID(
        allow_none=True, metadata={"description": "Party; null for all that the kind names"}
    )
    receiver_id = ma.fields.UUID(allow_none=True)
    evidence = Text(
        allow_none=True, metadata={"description": "Where it is written down; needed if attested"}
    )
    evidence_again = Flag(
        load_only=True,
        metadata={"description": "That the evidence stands for another entry, too, is meant"},
    )


class ContributionSchema(ContributionChangeSchema):
    """What one party gave another once."""

    id = ma.fields.UUID(dump_only=True)
    kind = KnownCode(required=True, metadata={"description": "Code of its kind"})
    happened_on = ma.fields.Date(required=True)
    label = ma.fields.Enum(
        Label, by_value=True, required=True, metadata={"description": "attested, or estimated"}
    )
    giver = ma.fields.Enum(Party, by_value=True, dump_only=True)
    receiver = ma.fields.Enum(Party, by_value=True, dump_only=True)
    state = ma.fields.Enum(
        ContributionState,
        by_value=True,
        dump_only=True,
        metadata={"description": "A large amount waits for a second person, and does not count"},
    )
    reason = ma.fields.String(
        dump_only=True, allow_none=True, metadata={"description": "Why it was withdrawn"}
    )
    recorded_by = ma.fields.UUID(dump_only=True)
    recorded_at = ma.fields.DateTime(dump_only=True)
    approved_by = ma.fields.UUID(dump_only=True, allow_none=True)
    version = ma.fields.Integer(dump_only=True)


class ContributionPageSchema(Schema):
    """Entries, a page at a time."""

    items = ma.fields.List(ma.fields.Nested(ContributionSchema))
    next = ma.fields.UUID(allow_none=True)


class FindContributionsSchema(PageSchema):
    """Which entries are wanted; a cell of the matrix is named by giver, receiver and label."""

    first = MonthField(data_key="from")
    last = MonthField(data_key="to")
    kind = KnownCode()
    giver = ma.fields.Enum(Party, by_value=True)
    receiver = ma.fields.Enum(Party, by_value=True)
    label = ma.fields.Enum(Label, by_value=True)
    state = ma.fields.Enum(ContributionState, by_value=True)


class WithdrawSchema(Schema):
    """Why an entry is to count no more."""

    reason = Text(required=True)


@contributions.route("")
class Contributions(MethodView):
    """The entries."""

    @open_to(Caller.STAFF)
    @contributions.arguments(FindContributionsSchema, location="query")
    @contributions.response(200, ContributionPageSchema)
    def get(self, wanted: dict[str, Any]) -> Any:
        """Read entries, the last recorded first; those that do not count, too."""
        with staff_work() as work:
            found = find_contributions(work, FindContributions(**wanted))
            return {"items": _tell(work, *found.items), "next": found.next}

    @open_to(Caller.STAFF)
    @contributions.arguments(ContributionSchema)
    @contributions.response(201, ContributionSchema)
    @contributions.alt_response(
        409, schema=ProblemSchema, description="Its month is closed, or its evidence is known."
    )
    def post(self, members: dict[str, Any]) -> Any:
        """Write down what one party gave another; above 100,000 yuan by one evidence it waits."""
        with staff_work() as work:
            entry = record_contribution(work, RecordContribution(**members))
            return _answer(work, entry, status=201)


@contributions.route("/<uuid:contribution_id>")
class OneContribution(MethodView):
    """One entry."""

    @open_to(Caller.STAFF)
    @contributions.response(200, ContributionSchema)
    def get(self, contribution_id: UUID) -> Any:
        """Read an entry."""
        with staff_work() as work:
            return _answer(work, work.find(Contribution, contribution_id))

    @open_to(Caller.STAFF)
    @contributions.arguments(ContributionChangeSchema)
    @contributions.response(200, ContributionSchema)
    @contributions.alt_response(409, schema=ProblemSchema, description="Its month is closed.")
    @contributions.alt_response(412, schema=ProblemSchema, description="Changed meanwhile.")
    def patch(self, values: dict[str, Any], contribution_id: UUID) -> Any:
        """Change an entry; a large amount waits for approval anew."""
        request = ChangeContribution(contribution_id, require_version(), **values)
        with staff_work() as work:
            return _answer(work, change_contribution(work, request))


@contributions.route("/<uuid:contribution_id>/approval")
class Approval(MethodView):
    """The approval of a large amount."""

    @open_to(Caller.STAFF)
    @contributions.response(200, ContributionSchema)
    @contributions.alt_response(403, schema=ProblemSchema, description="Entered by oneself.")
    @contributions.alt_response(409, schema=ProblemSchema, description="It does not wait.")
    @contributions.alt_response(412, schema=ProblemSchema, description="Changed meanwhile.")
    def post(self, contribution_id: UUID) -> Any:
        """Let an entry count; somebody else does so than who entered it."""
        version = require_version()
        with staff_work() as work:
            return _answer(work, approve_contribution(work, contribution_id, version=version))


@contributions.route("/<uuid:contribution_id>/withdrawal")
class Withdrawal(MethodView):
    """The withdrawal of an entry."""

    @open_to(Caller.STAFF)
    @contributions.arguments(WithdrawSchema)
    @contributions.response(200, ContributionSchema)
    @contributions.alt_response(409, schema=ProblemSchema, description="Its month is closed.")
    def post(self, members: dict[str, Any], contribution_id: UUID) -> Any:
        """Let an entry count no more; it stays to be seen."""
        version = read_version()
        with staff_work() as work:
            entry = withdraw_contribution(work, contribution_id, version=version, **members)
            return _answer(work, entry)


def _answer(work: Work, entry: Contribution, *, status: int = 200) -> Any:
    (told,) = _tell(work, entry)
    _, _, headers = answer_with_etag(entry)
    return told, status, headers


def _tell(work: Work, *entries: Contribution) -> list[dict[str, Any]]:
    """Return entries as they are answered."""
    codes = {
        kind.id: kind.code for kind in list_contribution_kinds(work.session, work.community_id)
    }
    return [
        {
            **dump_columns(entry),
            "kind": codes[entry.kind_id],
            "giver": Party(entry.giver),
            "receiver": Party(entry.receiver),
            "label": Label(entry.label),
            "unit": None if entry.unit is None else Unit(entry.unit),
            "state": ContributionState(entry.state),
        }
        for entry in entries
    ]
