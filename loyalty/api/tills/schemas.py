"""The shapes of tills, from the invitation to the pairing."""

import marshmallow as ma

from loyalty.api.schemas import (
    Label,
    MomentField,
    Schema,
    Text,
)

LONGEST_CODE = 40
LONGEST_KEY = 400


class TillSchema(Schema):
    """A till of a shop."""

    id = ma.fields.UUID(dump_only=True)
    name = Label(required=True)
    paired_at = MomentField(dump_only=True, allow_none=True)
    revoked_at = MomentField(dump_only=True, allow_none=True)
    created_at = MomentField(dump_only=True)


class TillPageSchema(Schema):
    """Tills, a page at a time."""

    items = ma.fields.List(ma.fields.Nested(TillSchema))
    next = ma.fields.UUID(allow_none=True)


class InvitationSchema(Schema):
    """A till that waits for its device."""

    id = ma.fields.UUID()
    pairing_code = ma.fields.String(metadata={"description": "Sent only here, stored nowhere"})
    pairing_url = ma.fields.URL(metadata={"description": "To show as a QR"})
    expires_at = MomentField()


class PairTillSchema(Schema):
    """A device that shows a code."""

    pairing_code = Text(required=True, longest=LONGEST_CODE)
    device_public_key = Text(load_default=None, allow_none=True, longest=LONGEST_KEY)


class PairedTillSchema(Schema):
    """Which till the device is now."""

    id = ma.fields.UUID()
    name = ma.fields.String()


class PairedShopSchema(Schema):
    """The shop the till stands in."""

    id = ma.fields.UUID()
    name = ma.fields.String()
    stall = ma.fields.String(allow_none=True)
    plaque_number = ma.fields.String(allow_none=True)


class PairedCommunitySchema(Schema):
    """The community the shop belongs to."""

    slug = ma.fields.String()
    name = ma.fields.String()
    timezone = ma.fields.String()


class PairingSchema(Schema):
    """What the device needs from now on."""

    token = ma.fields.String(metadata={"description": "Sent only here, stored nowhere"})
    till = ma.fields.Nested(PairedTillSchema)
    shop = ma.fields.Nested(PairedShopSchema)
    community = ma.fields.Nested(PairedCommunitySchema)
