"""Pictures in forms, and pictures as they are shown."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, Response
from flask_babel import LazyString, gettext, lazy_gettext
from flask_wtf.file import MultipleFileField
from wtforms.validators import Length

from loyalty.database import transaction
from loyalty.models import Picture
from loyalty.pages.communities import community_here
from loyalty.pages.forms import of_files
from loyalty.services.errors import PictureRefusedError
from loyalty.services.pictures.pictures import (
    LARGEST_FILE,
    MEDIA_TYPE,
    CleanPicture,
    clean_picture,
    get_public_picture,
)
from loyalty.words.refusals import refusal_in_words

pictures = Blueprint("picture_pages", __name__)

MOST_PICTURES = 5
"""In one form, so that all of them arrive in one request."""

SHUT_IN = "default-src 'none'; sandbox"
"""What a browser lets a picture do that is opened by itself."""


class PicturesField(MultipleFileField):  # type: ignore[misc]  # the library has no types
    """Some photos; phones offer the camera, and turn what they take into a JPEG."""

    def __init__(self, label: LazyString, *, most: int = MOST_PICTURES, **of_the_form: Any) -> None:
        too_many = lazy_gettext("一次最多%(most)d张照片。", most=most)
        kinds = of_files("image/jpeg,image/png,image/webp")
        limit = Length(max=most, message=too_many)
        super().__init__(label, [limit], render_kw=kinds, **of_the_form)


def clean_pictures(field: Any) -> Sequence[CleanPicture] | None:
    """Return the photos of a form, made clean; None where one is refused.

    Which, and why, is then told beside the field. The form keeps all that was typed; browsers have
    files chosen anew. Call it before the transaction begins.
    """
    clean: list[CleanPicture] = []
    for file in field.data or ():
        try:
            clean.append(clean_picture(file.stream.read(LARGEST_FILE + 1)))
        except PictureRefusedError as refusal:
            told = {"name": file.filename or "", "fault": refusal_in_words(refusal)}
            field.errors = [gettext("%(name)s：%(fault)s 照片要重新选。", **told)]
            return None
    return clean


def answer_picture(picture: Picture) -> Response:
    """Return a picture, which does nothing but be seen, whoever has sent it."""
    response = Response(picture.content, mimetype=MEDIA_TYPE)
    response.headers["Content-Security-Policy"] = SHUT_IN
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Disposition"] = "inline; filename=picture.jpg"
    # It never changes, and who may not see it any more has seen it.
    response.cache_control.private = True
    response.cache_control.max_age = 3600
    return response


@pictures.get("/pictures/<uuid:picture_id>")
@pictures.get("/<slug>/pictures/<uuid:picture_id>")
def shown(picture_id: UUID, slug: str | None = None) -> Response:
    """Show a picture that anyone may see, such as the floor plan."""
    with transaction() as session:
        community = community_here(session, slug)
        return answer_picture(get_public_picture(session, community.id, picture_id))
