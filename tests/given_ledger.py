"""One of everything that the ledger of contributions keeps."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.models import Community, Contribution, EvidenceFile, ReportLink, StaffAccount
from tests.given import NOON
from tests.given_contributions import given_contribution, given_party


def given_ledger(session: Session, community: Community, account: StaffAccount) -> dict[str, UUID]:
    """Two parties, what one of them gave with its evidence, and a link to the report; by name."""
    party, other = (given_party(session, community, name) for name in ("和平粮油", "和平粮油店"))
    entry = given_contribution(
        session, community, kind="donation", giver_id=party.id, recorded_by=account.id
    )
    return {
        "party_id": party.id,
        "other_party_id": other.id,
        "contribution_id": entry.id,
        "contribution_kind_id": entry.kind_id,
        "evidence_file_id": _evidence(session, entry),
        "report_link_id": _link(session, community, account),
    }


def _evidence(session: Session, entry: Contribution) -> UUID:
    file = EvidenceFile(
        community_id=entry.community_id,
        contribution_id=entry.id,
        media_type="application/pdf",
        content=b"%PDF-1.7 %%EOF",
        added_by=entry.recorded_by,
        added_at=NOON,
    )
    session.add(file)
    session.flush()
    return file.id


def _link(session: Session, community: Community, account: StaffAccount) -> UUID:
    link = ReportLink(
        community_id=community.id,
        month=date(2026, 12, 1),
        created_by=account.id,
        created_at=NOON,
        expires_at=NOON + timedelta(days=30),
    )
    session.add(link)
    session.flush()
    return link.id
