"""Which community a public page is about; where there are several, the reader chooses."""

from typing import Any

from flask import abort, make_response, render_template, request, url_for
from sqlalchemy.orm import Session

from loyalty.database import limit_to
from loyalty.models import Community
from loyalty.services.community.policy import communities, enter_community


def community_here(session: Session, slug: str | None) -> Community:
    """Return the community an address names; without a name, the only one there is.

    The transaction is limited to it from here on.
    Where the address leaves it open, the answer is a page that offers the same address for each.

    Raises:
        UnknownRecordError: there is none of this name.
    """
    if slug is not None:
        return enter_community(session, slug)
    listed = communities(session)
    if len(listed) == 1:
        limit_to(session, listed[0].id)
        return listed[0]
    offered = {_here_of(one): one.name for one in listed}
    return abort(make_response(render_template("public/communities.html", offered=offered)))


def _here_of(community: Community) -> str:
    values: dict[str, Any] = {**(request.view_args or {}), "slug": community.slug}
    return url_for(request.endpoint or "pages.welcome", **values)
