"""Links by which the street office reads the report of a month: signed, for a while, revocable.

A link names no person and opens one report. What stands in the address is the link's id and a
signature over community and id: whoever reads the database cannot make one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from itsdangerous import BadSignature, Signer
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Community, ReportLink
from loyalty.rules.calendar import Month
from loyalty.services.errors import UnknownRecordError, ValueRefusedError
from loyalty.services.work import Work

PURPOSE = "loyalty.report-link.1"
"""Goes into the signed bytes, so that no other signature passes for one of a link."""

LONGEST_DAYS = 90
MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class CreateReportLink:
    """A link that is to be given away."""

    month: Month
    days: int
    """For how many days it works."""


def create_report_link(work: Work, request: CreateReportLink) -> ReportLink:
    """Make a link to the report of a month that has begun.

    Raises:
        ValueRefusedError: the month is to come, or it would work for too long.
    """
    if request.month > Month.of(work.now.date()):
        raise ValueRefusedError("/month", "This month has not begun.")
    if not 1 <= request.days <= LONGEST_DAYS:
        raise ValueRefusedError("/days", f"A link works for 1 to {LONGEST_DAYS} days.")
    link = ReportLink(
        community_id=work.community_id,
        month=request.month.first,
        created_by=work.actor.account_id,
        created_at=work.now,
        expires_at=work.now + timedelta(days=request.days),
    )
    work.session.add(link)
    work.note("report_link.created", link, month=str(request.month), days=request.days)
    return link


def revoke_report_link(work: Work, link_id: UUID) -> ReportLink:
    """Let a link open nothing any more; one that was revoked stays as it is."""
    link = work.find(ReportLink, link_id)
    if link.revoked_at is None:
        link.revoked_at = work.now
        work.note("report_link.revoked", link)
    return link


def list_report_links(work: Work) -> Sequence[ReportLink]:
    """Return the latest links, the last one made first."""
    query = work.select(ReportLink).order_by(ReportLink.id.desc()).limit(MOST_SHOWN)
    return work.session.scalars(query).all()


def make_report_token(link: ReportLink, *, secret: str) -> str:
    """Return what stands in the address of a link."""
    return _signer(link.community_id, [secret]).sign(link.id.hex.encode()).decode()


def open_report_link(
    session: Session, community: Community, token: str, *, secrets: Sequence[str], now: datetime
) -> ReportLink:
    """Return the link that an address names.

    Args:
        secrets: under any of which it may have been signed.

    Raises:
        UnknownRecordError: it was never given, has run out, or was revoked; which, is not told.
    """
    refused = UnknownRecordError("There is no such report, or its link has run out.")
    try:
        link_id = UUID(hex=_signer(community.id, secrets).unsign(token.encode()).decode())
    except (BadSignature, ValueError) as error:
        raise refused from error
    link = session.scalar(
        select(ReportLink).where(ReportLink.community_id == community.id, ReportLink.id == link_id)
    )
    if link is None or link.revoked_at is not None or link.expires_at <= now:
        raise refused
    return link


def _signer(community_id: UUID, secrets: Sequence[str]) -> Signer:
    salt = f"{PURPOSE}:{community_id}"
    return Signer(list(secrets), salt=salt, sep=".", key_derivation="hmac", digest_method=sha256)
