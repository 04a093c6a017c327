"""The accounts of a community, kept by its manager."""

from typing import Any
from uuid import UUID

import marshmallow as ma
from flask import current_app
from flask.views import MethodView

from loyalty.api.access import Caller, open_to, staff_work
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.problems import ProblemSchema
from loyalty.api.schemas import (
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
    has_joined,
)
from loyalty.services.staff.links import LinkPurpose, make_link, make_link_address

staff_accounts = ApiBlueprint("/staff-accounts")
"""The accounts of the caller's community."""


ROLES = [role.value for role in Role]


def _roles_field(*, required: bool) -> ma.fields.List[str]:
    return ma.fields.List(
        ma.fields.String(validate=ma.validate.OneOf(ROLES)),
        required=required,
        validate=ma.validate.Length(1, len(ROLES)),
    )


class AccountChangeSchema(Schema):
    """New values of some members of an account."""

    active = Flag()
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
    """An account. Its owner alone sets its password, by a link."""

    id = ma.fields.UUID(dump_only=True)
    username = Text(required=True)
    display_name = PersonName(required=True)
    roles = _roles_field(required=True)
    active = Flag(dump_only=True)
    version = ma.fields.Integer(dump_only=True)
    created_at = ma.fields.DateTime(dump_only=True)
    joined = ma.fields.Function(
        has_joined,
        metadata={
            "type": "boolean",
            "description": "Its owner has come by a link: with a password for it, or with an"
            " account of another community",
        },
    )
    second_factor = ma.fields.Function(
        lambda account: account.totp_secret is not None, metadata={"type": "boolean"}
    )


class AccountPageSchema(Schema):
    """One page of accounts."""

    items = ma.fields.List(ma.fields.Nested(AccountSchema))
    next = ma.fields.UUID(allow_none=True)


class LinkSchema(Schema):
    """A link for the owner of an account; its address is shown once."""

    purpose = ma.fields.String(
        required=True, validate=ma.validate.OneOf([one.value for one in LinkPurpose])
    )
    address = ma.fields.String(dump_only=True)
    expires_at = ma.fields.DateTime(dump_only=True)

    @ma.post_load
    def _to_purpose(self, data: dict[str, Any], **_: object) -> LinkPurpose:
        return LinkPurpose(data["purpose"])


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
        """Close or reopen an account, change its roles, or say which resident it is."""
        request = ChangeAccount(account_id, require_version(), **members)
        with staff_work() as work:
            return answer_with_etag(change_account(work, request))


@staff_accounts.route("/<uuid:account_id>/links")
class Links(MethodView):
    """The links by which the owner of an account sets what nobody else is to know."""

    @open_to(Caller.MANAGER)
    @staff_accounts.arguments(LinkSchema)
    @staff_accounts.response(201, LinkSchema)
    def post(self, purpose: LinkPurpose, account_id: UUID) -> Any:
        """Make a link that works once; an earlier one opens nothing any more."""
        with staff_work() as work:
            made = make_link(work, account_id, purpose)
        base_url = current_app.extensions["loyalty.settings"].base_url
        return {
            "purpose": made.purpose,
            "address": make_link_address(base_url, made.token),
            "expires_at": made.expires_at,
        }
