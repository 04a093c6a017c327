"""Taking a community out with all that belongs to it."""

from sqlalchemy import Delete, Update, delete, update
from sqlalchemy.orm import Session

from loyalty.models import (
    Area,
    AuditEvent,
    AuditLink,
    Card,
    CardEvent,
    CardMonth,
    ClosedMonth,
    Community,
    Contribution,
    ContributionKind,
    CouncilMeeting,
    Deed,
    DeedKind,
    Erasure,
    EvidenceFile,
    FloorPlan,
    Honour,
    HouseholdGroup,
    ImportJob,
    InspectionPicture,
    Job,
    JobFile,
    KeptAnswer,
    LedgerParty,
    Matter,
    MessageHook,
    MonthPeople,
    NumberedSale,
    Oversight,
    OwnPage,
    Picture,
    Pledge,
    QuarantinedSale,
    Receipt,
    Redemption,
    ReplacedKey,
    ReportLink,
    Resident,
    RevocationList,
    Round,
    SaleCase,
    SalesCard,
    SalesFold,
    SalesHour,
    SalesSum,
    ScoreSheet,
    Shop,
    ShopApplication,
    ShopInspection,
    ShopPin,
    ShopSeries,
    SignalWatermark,
    SigningKey,
    StaffAccount,
    Stall,
    StallLet,
    Till,
    UpkeepReport,
    WorkingDayOverride,
)
from loyalty.services.staff.gone_homes import forget_homes_of

OF_A_COMMUNITY = (
    ClosedMonth,
    ReportLink,
    EvidenceFile,
    SalesSum,
    SalesHour,
    SalesCard,
    SalesFold,
    Oversight,
    JobFile,
    Job,
    MessageHook,
    CardMonth,
    CardEvent,
    SaleCase,
    NumberedSale,
    QuarantinedSale,
    Redemption,
    RevocationList,
    Card,
    Round,
    Contribution,
    ContributionKind,
    LedgerParty,
    Matter,
    CouncilMeeting,
    WorkingDayOverride,
    Deed,
    DeedKind,
    Till,
    InspectionPicture,
    ShopInspection,
    ScoreSheet,
    ShopApplication,
    StallLet,
    Stall,
    ShopPin,
    FloorPlan,
    Shop,
    Pledge,
    ShopSeries,
    SigningKey,
    ReplacedKey,
    OwnPage,
    Picture,
    Resident,
    HouseholdGroup,
    Area,
    ImportJob,
    KeptAnswer,
    Receipt,
    Erasure,
    MonthPeople,
    Honour,
    AuditEvent,
    AuditLink,
    SignalWatermark,
    StaffAccount,
    UpkeepReport,
)
"""What belongs to a community, in an order in which nothing is removed that is still referred to.

Terms, steps of certification, lists, candidates, nominations, notices, objections and messages go
with what they belong to.
"""


def remove_community(session: Session, community: Community) -> None:
    """Remove a community with all that belongs to it, as whoever owns the tables.

    Args:
        session: of a transaction that is limited to no community.
    """
    forget_homes_of(session, community.id)
    # Residents are known to accounts, and accounts to the imports that residents came from.
    statements: list[Delete | Update] = [
        update(StaffAccount)
        .where(StaffAccount.community_id == community.id)
        .values(resident_id=None),
        *(delete(model).where(model.community_id == community.id) for model in OF_A_COMMUNITY),
        delete(Community).where(Community.id == community.id),
    ]
    for statement in statements:
        session.execute(statement.execution_options(synchronize_session=False))
