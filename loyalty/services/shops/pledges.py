"""The pledges of a community: the one it begins with, its later versions, and who signed which."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Pledge
from loyalty.rules.pledge import Clause, FaultyClause, find_pledge_fault
from loyalty.services.community.policy import locked_community
from loyalty.services.errors import StaleRecordError, UnknownRecordError, ValueRefusedError
from loyalty.services.work import Work

FIRST_CLAUSES = (
    "持卡的顾客，一律按约定的折数收钱，不加价、不挑人、不设最低消费。",
    "明码标价，秤准量足，不卖假货、不卖过期货。",
    "证照齐全，放在看得见的地方，到期就换。",
    "顾客有理由的退换当场办，说不清的按对顾客有利的算。",
    "店里店外干净，消防通道不堆东西。",
    "不问、不记持卡人的姓名和住址。",
    "社区来检查、居民提意见，如实说、按时改。改不好，愿意摘牌。",
)
"""What a community begins with, in zh-Hans; its manager makes another version."""

FIRST_NUMBER = 1


@dataclass(frozen=True, slots=True)
class PledgeVersion:
    """One version of a pledge, whether it is stored or not."""

    number: int
    clauses: Sequence[Clause]
    made_at: datetime | None = None
    """None of the one that the community began with, until somebody signs it."""
    account_id: UUID | None = None
    """Who made it; None likewise."""


@dataclass(frozen=True, slots=True)
class MakePledge:
    """A new version of the pledge."""

    clauses: Sequence[Clause]
    number: int
    """The version it takes the place of; another one in force by now is refused."""


def list_pledges(session: Session, community_id: UUID) -> Sequence[PledgeVersion]:
    """Return every version of a community's pledge, the one in force first."""
    stored = session.scalars(
        select(Pledge).where(Pledge.community_id == community_id).order_by(Pledge.number.desc())
    ).all()
    if not stored:
        return [PledgeVersion(FIRST_NUMBER, [Clause({"zh_Hans": one}) for one in FIRST_CLAUSES])]
    return [_read(one) for one in stored]


def get_pledge(session: Session, community_id: UUID, number: int | None = None) -> PledgeVersion:
    """Return one version of a community's pledge; without a number the one in force.

    Raises:
        UnknownRecordError: there is none of this number.
    """
    versions = list_pledges(session, community_id)
    wanted = versions[0].number if number is None else number
    for version in versions:
        if version.number == wanted:
            return version
    raise UnknownRecordError("The community has no such version of its pledge.")


def make_pledge(work: Work, request: MakePledge) -> PledgeVersion:
    """Put a new version into force; shops that have signed keep the one they signed.

    Raises:
        ValueRefusedError: there is no clause, one too many, one twice, or one that keeps the last
            word to the shop.
        StaleRecordError: somebody has made another version meanwhile.
    """
    locked_community(work.session, work.community_id)
    if faulty := find_pledge_fault(request.clauses):
        raise ValueRefusedError(_pointer_to(faulty), f"Not in a pledge: {faulty.fault}.")
    earlier = _store_first(work)
    if earlier.number != request.number:
        raise StaleRecordError("There is a newer pledge; read that one first.")
    row = _make_row(
        work, request.clauses, number=earlier.number + 1, account_id=work.actor.account_id
    )
    work.note("pledge.made", row, number=row.number)
    return _read(row)


def find_number_signed(work: Work, day: date) -> int:
    """Return which version was in force on a day, so that a shop that signed then may refer to it.

    A day before the first version is taken for a day of the first: nothing else could be signed.
    """
    _store_first(work)
    stored = work.session.scalars(work.select(Pledge).order_by(Pledge.number)).all()
    made = [one.number for one in stored if _day_of(one, work) <= day]
    return max(made, default=stored[0].number)


def is_pledge(work: Work, number: int) -> bool:
    """Return whether there is a version of a number, so that a shop may refer to it."""
    _store_first(work)
    found = work.session.scalar(work.select(Pledge).where(Pledge.number == number))
    return found is not None


def _day_of(row: Pledge, work: Work) -> date:
    return row.made_at.astimezone(work.now.tzinfo).date()


def _store_first(work: Work) -> Pledge:
    """Return the version in force as it is stored; the community is locked by the caller."""
    stored = work.session.scalar(work.select(Pledge).order_by(Pledge.number.desc()).limit(1))
    if stored is not None:
        return stored
    clauses = [Clause({"zh_Hans": one}) for one in FIRST_CLAUSES]
    return _make_row(work, clauses, number=FIRST_NUMBER, account_id=None)


def _make_row(
    work: Work, clauses: Sequence[Clause], *, number: int, account_id: UUID | None
) -> Pledge:
    row = Pledge(
        community_id=work.community_id,
        number=number,
        clauses=[dict(one.texts) for one in clauses],
        account_id=account_id,
        made_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    return row


def _read(row: Pledge) -> PledgeVersion:
    return PledgeVersion(
        row.number, [Clause(texts) for texts in row.clauses], row.made_at, row.account_id
    )


def _pointer_to(faulty: FaultyClause) -> str:
    return "/clauses" if faulty.place is None else f"/clauses/{faulty.place}"
