"""The pictures of a community, whatever they were added for."""

from uuid import UUID

from flask import Response

from loyalty.pages.pictures import answer_picture
from loyalty.pages.staff import console
from loyalty.services.pictures.pictures import get_picture

pictures = console.Console("pictures", "/pictures")


@pictures.get("/<uuid:picture_id>")
def shown(picture_id: UUID) -> Response:
    """Show a picture."""
    with console.work() as work:
        return answer_picture(get_picture(work.session, work.community_id, picture_id))
