"""The accounts of a community, kept by its manager."""

from typing import Any
from uuid import UUID

import marshmallow as ma
from flask.views import MethodView

from loyalty.api.access import Caller, get_sealing_key, open_to, staff_work
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.problems import ProblemSchema
from loyalty.api.schemas import (
    LONGEST_TEXT,
    Flag,
    PageSchema,
    PersonName,
    Schema,
    Text,
)
from loyalty.api.versions import answer_with_etag, require_version
from loyalty.services.actors import Role
from loyalty.services.staff.accounts import (
    ChangeAccount,
    CreateAccount,
    change_account,
    create_account,
    find_accounts,
    turn_off_second_factor,
    turn_on_second_factor,
)
from loyalty.services.staff.passwords import SHORTEST_PASSWORD

staff_accounts = ApiBlueprint("/staff-accounts")
"""The accounts of the caller's community."""


ROLES = [role.value for role in Role]


def _password_field(*, required: bool) -> ma.fields.String:
    lengths = ma.validate.Length(SHORTEST_PASSWORD, LONGEST_TEXT)
    return ma.fields.String(required=required, load_only=True, validate=lengths)


def _roles_field(*, required: bool) -> ma.fields.List[str]:
    return ma.fields.List(
        ma.fields.String(validate=ma.validate.OneOf(ROLES)),
        required=required,
        validate=ma.validate.Length(1, len(ROLES)),
    )


class AccountChangeSchema(Schema):
    """New values of some members of an account."""

    active = Flag()
    password = _password_field(required=False)
    roles = _roles_field(required=False)
    resident_id = ma.fields.UUID(
        allow_none=True,
        metadata={
            "description": "Who this is among the residents: no panellist scores their own;"
            " null clears it"
        },
    )

    @ma.post_load
    def _to_roles(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        if "roles" in data:
            data["roles"] = frozenset(map(Role, data["roles"]))
        return data


class AccountSchema(AccountChangeSchema):
    """An account. Its password goes in and never comes out."""

    id = ma.fields.UUID(dump_only=True)
    username = Text(required=True)
    password = _password_field(required=True)
    display_name = PersonName(required=True)
    roles = _roles_field(required=True)
    active = Flag(dump_only=True)
    version = ma.fields.Integer(dump_only=True)
    created_at = ma.fields.DateTime(dump_only=True)
    second_factor = ma.fields.Function(
        lambda account: account.totp_secret is not None, metadata={"type": "boolean"}
    )


class AccountPageSchema(Schema):
    """One page of accounts."""

    items = ma.fields.List(ma.fields.Nested(AccountSchema))
    next = ma.fields.UUID(allow_none=True)


class SecondFactorSchema(Schema):
    """What the app on the account's phone reads as a QR; shown once."""

    address = ma.fields.String(metadata={"description": "Begins with otpauth://"})


@staff_accounts.route("")
class StaffAccounts(MethodView):
    """All accounts of the community."""

    @open_to(Caller.MANAGER)
    @staff_accounts.arguments(PageSchema, location="query")
    @staff_accounts.response(200, AccountPageSchema)
    def get(self, members: dict[str, Any]) -> Any:
        """Read the accounts in the order of their names."""
        with staff_work() as work:
            return find_accounts(work, **members)

    @open_to(Caller.MANAGER)
    @staff_accounts.arguments(AccountSchema)
    @staff_accounts.response(201, AccountSchema)
    @staff_accounts.alt_response(409, schema=ProblemSchema, description="The name is taken.")
    def post(self, members: dict[str, Any]) -> Any:
        """Open an account."""
        with staff_work() as work:
            return answer_with_etag(create_account(work, CreateAccount(**members)), status=201)


@staff_accounts.route("/<uuid:account_id>")
class OneStaffAccount(MethodView):
    """One account of the community."""

    @open_to(Caller.MANAGER)
    @staff_accounts.arguments(AccountChangeSchema)
    @staff_accounts.response(200, AccountSchema)
    @staff_accounts.alt_response(412, schema=ProblemSchema, description="Changed meanwhile.")
    def patch(self, members: dict[str, Any], account_id: UUID) -> Any:
        """Close or reopen an account, change its roles or password, or say which resident it is."""
        request = ChangeAccount(account_id, require_version(), **members)
        with staff_work() as work:
            return answer_with_etag(change_account(work, request))


@staff_accounts.route("/<uuid:account_id>/second-factor")
class SecondFactor(MethodView):
    """The codes an account shows besides its password."""

    @open_to(Caller.MANAGER)
    @staff_accounts.response(201, SecondFactorSchema)
    def post(self, account_id: UUID) -> Any:
        """Give an account a new second factor; an earlier one stops working."""
        with staff_work() as work:
            address = turn_on_second_factor(work, account_id, sealing_key=get_sealing_key())
        return {"address": address}

    @open_to(Caller.MANAGER)
    @staff_accounts.response(204)
    def delete(self, account_id: UUID) -> None:
        """Let an account sign in with its password alone."""
        with staff_work() as work:
            turn_off_second_factor(work, account_id)
