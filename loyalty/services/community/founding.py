"""Founding a community: its policy, its honours and its first account."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Community
from loyalty.rules.discount import DEFAULT_EXCLUDED
from loyalty.rules.honours import HonourColour
from loyalty.rules.limits import DEFAULT_LIMITS
from loyalty.services.audit import note
from loyalty.services.community.contribution_kinds import DEFAULT_KINDS, new_contribution_kind
from loyalty.services.community.honours import CreateHonour, new_honour
from loyalty.services.community.policy import begin_directory
from loyalty.services.community.series import FIRST_SERIES, new_series
from loyalty.services.deeds.deeds import ensure_default_kinds
from loyalty.services.errors import AlreadyExistsError, ValueRefusedError

SLUG = re.compile(r"[a-z][a-z0-9-]{1,39}")

HONOURS = (
    CreateHonour(
        "civilized_resident",
        "文明居民",
        name_zh_hant="文明居民",
        name_en="Civilized resident",
        colour=HonourColour.BLUE,
    ),
    CreateHonour(
        "household_head",
        "联户长",
        name_zh_hant="聯戶長",
        name_en="Household head",
        colour=HonourColour.ORANGE,
    ),
)
"""The honours a community begins with, in the order of their numbers; it adds others itself."""


@dataclass(frozen=True, slots=True)
class FoundCommunity:
    """What a community is called."""

    slug: str
    """Short name in addresses: lower-case letters, digits and hyphens."""
    name: str
    timezone: str = "Asia/Shanghai"
    demonstration: bool = False
    """Fictional people: everything shown and printed says 演示."""


def found_community(session: Session, request: FoundCommunity, *, now: datetime) -> Community:
    """Add a community with the default policy and honours.

    Raises:
        ValueRefusedError: the short name cannot stand in an address.
        AlreadyExistsError: another community has the short name.
    """
    if not SLUG.fullmatch(request.slug):
        raise ValueRefusedError("/slug", "Use 2 to 40 lower-case letters, digits and hyphens.")
    if session.scalar(select(Community.id).where(Community.slug == request.slug)):
        raise AlreadyExistsError(f"There is a community {request.slug} already.")
    community = Community(
        slug=request.slug,
        name=request.name,
        timezone=request.timezone,
        demonstration=request.demonstration,
        uses_per_shop_day=DEFAULT_LIMITS.uses_per_shop_day,
        excluded_categories=list(DEFAULT_EXCLUDED),
        created_at=now,
    )
    session.add(community)
    session.flush()
    begin_directory(session, community.id)
    session.add_all(
        new_honour(community.id, honour, number) for number, honour in enumerate(HONOURS, start=1)
    )
    session.add(new_series(community.id, FIRST_SERIES))
    session.add_all(new_contribution_kind(community.id, kind) for kind in DEFAULT_KINDS)
    note(
        session,
        None,
        "community.founded",
        community_id=community.id,
        subject_id=community.id,
        now=now,
    )
    ensure_default_kinds(session, community)
    return community
