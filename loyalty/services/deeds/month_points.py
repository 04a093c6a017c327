"""What a resident's deeds of one month count, kind by kind, with where each is written down."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import contains_eager

from loyalty.models import Deed, DeedKind, Resident
from loyalty.rules.calendar import Month
from loyalty.services.deeds.deeds import sum_points
from loyalty.services.work import Work


@dataclass(frozen=True, slots=True)
class KindPoints:
    """The deeds of one kind. Points are in hundredths."""

    kind: str
    """Code of the kind."""
    earned: int
    counted: int
    """What the monthly cap of the kind leaves of it."""
    deeds: Sequence[Deed]

    @property
    def is_capped(self) -> bool:
        """Whether the cap leaves less than was earned."""
        return self.counted < self.earned


@dataclass(frozen=True, slots=True)
class MonthPoints:
    """What one month of one resident counts."""

    month: Month
    counted: int
    """In hundredths of a point; what a round of the month counts."""
    kinds: Sequence[KindPoints]


def sum_month(work: Work, resident_id: UUID, month: Month) -> MonthPoints:
    """Return what the deeds of a resident count in one month.

    Raises:
        UnknownRecordError: the community has no such resident.
    """
    resident = work.find(Resident, resident_id)
    by_kind = defaultdict[DeedKind, list[Deed]](list)
    for deed in work.session.scalars(
        work.select(Deed)
        .join(Deed.kind)
        .options(contains_eager(Deed.kind))
        .where(Deed.resident_id == resident.id, Deed.done_on.between(month.first, month.last))
        .order_by(DeedKind.code, Deed.done_on, Deed.id)
    ):
        by_kind[deed.kind].append(deed)
    return MonthPoints(
        month=month,
        counted=sum_points(work.session, work.community_id, [resident.id], month)[resident.id],
        kinds=[_sum_kind(kind, deeds) for kind, deeds in by_kind.items()],
    )


def _sum_kind(kind: DeedKind, deeds: Sequence[Deed]) -> KindPoints:
    earned = sum(deed.points_hundredths for deed in deeds)
    cap = kind.monthly_cap_hundredths
    return KindPoints(
        kind=kind.code,
        earned=earned,
        counted=earned if cap is None else min(earned, cap),
        deeds=deeds,
    )
