"""Pictures, added by staff and named by what they are for."""

from typing import Any
from uuid import UUID

import marshmallow as ma
from flask import Response
from flask.views import MethodView
from flask_smorest.fields import Upload

from loyalty.api.access import Caller, open_to, staff_work
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.problems import ProblemSchema
from loyalty.api.schemas import Schema
from loyalty.models import Picture
from loyalty.services.pictures.pictures import (
    LARGEST_FILE,
    MEDIA_TYPE,
    PicturePurpose,
    add_picture,
    clean_picture,
    get_picture,
)

pictures = ApiBlueprint("/pictures")
"""The pictures of the caller's community."""


class PictureFileSchema(Schema):
    """The file, as a part of a form."""

    file = Upload(required=True)


class PictureForSchema(Schema):
    """What a picture is added for."""

    purpose = ma.fields.Enum(PicturePurpose, by_value=True, required=True)


class PictureSchema(Schema):
    """A picture that was added."""

    id = ma.fields.UUID()
    purpose = ma.fields.String()
    width = ma.fields.Integer(metadata={"description": "In pixels, as it is kept"})
    height = ma.fields.Integer()
    added_at = ma.fields.DateTime()


@pictures.route("")
class Pictures(MethodView):
    """The pictures that come in."""

    @open_to(Caller.STAFF)
    @pictures.arguments(PictureFileSchema, location="files")
    @pictures.arguments(PictureForSchema, location="query")
    @pictures.response(201, PictureSchema)
    @pictures.alt_response(503, schema=ProblemSchema, description="No time for the file now.")
    def post(self, files: dict[str, Any], wanted: dict[str, Any]) -> Picture:
        """Add a JPEG, PNG or WebP; kept without place and device, and for a day unless named."""
        clean = clean_picture(files["file"].read(LARGEST_FILE + 1))
        with staff_work() as work:
            return add_picture(
                work.session,
                work.community_id,
                clean,
                wanted["purpose"],
                account_id=work.actor.account_id,
                now=work.now,
            )


@pictures.route("/<uuid:picture_id>")
class OnePicture(MethodView):
    """One picture."""

    @open_to(Caller.STAFF)
    @pictures.response(200, {"type": "string", "format": "binary"}, content_type=MEDIA_TYPE)
    def get(self, picture_id: UUID) -> Response:
        """Read a picture."""
        with staff_work() as work:
            picture = get_picture(work.session, work.community_id, picture_id)
        return Response(picture.content, content_type=MEDIA_TYPE)
