"""The kinds of contributions of a community: those it begins with, and those it adds."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import ContributionKind
from loyalty.rules.benefit import Party
from loyalty.rules.contributions import LARGEST_ALONE, Unit
from loyalty.rules.money import Fen
from loyalty.services.changes import AS_IT_WAS, AsItWas, change_members, members_of, value_or
from loyalty.services.community.names import refuse_taken_code, refuse_taken_name
from loyalty.services.community.policy import locked_community
from loyalty.services.work import Work

COMMUNITY, ENTERPRISES, SHOPS, RESIDENTS = Party


@dataclass(frozen=True, slots=True)
class CreateContributionKind:
    """A kind of contribution that the community is to write down."""

    code: str
    """What programs call it; it never changes."""
    name: str
    name_zh_hant: str | None
    """None is called as in zh-Hans; so is `name_en`."""
    name_en: str | None
    giver: Party
    receiver: Party
    units: Sequence[Unit] = ()
    """None of them: it is counted in money alone."""
    alone_fen: Fen = LARGEST_ALONE
    """The largest amount that one person enters alone, included."""


@dataclass(frozen=True, slots=True)
class ChangeContributionKind:
    """New values of some members of a kind; what was entered under it stays as it was entered."""

    kind_id: UUID
    version: int
    """The version that was read; another one by now is refused."""
    name: str | AsItWas = AS_IT_WAS
    name_zh_hant: str | AsItWas | None = AS_IT_WAS
    name_en: str | AsItWas | None = AS_IT_WAS
    giver: Party | AsItWas = AS_IT_WAS
    receiver: Party | AsItWas = AS_IT_WAS
    units: Sequence[Unit] | AsItWas = AS_IT_WAS
    alone_fen: Fen | AsItWas = AS_IT_WAS
    active: bool | AsItWas = AS_IT_WAS


DEFAULT_KINDS = (
    CreateContributionKind(
        "directed_purchase", "对口消费", "對口消費", "Directed purchases", ENTERPRISES, SHOPS,
        (Unit.ENTERPRISES,),
    ),
    CreateContributionKind(
        "subsidised_loan", "贴息贷款", "貼息貸款", "Subsidised loans", COMMUNITY, SHOPS,
        (Unit.SHOPS, Unit.LOANS),
    ),
    CreateContributionKind(
        "rent_relief", "房租暖气减免", "房租暖氣減免", "Rent and heating relief", COMMUNITY, SHOPS,
        (Unit.SHOPS,),
    ),
    CreateContributionKind(
        "promotion", "促销活动", "促銷活動", "Promotions", COMMUNITY, SHOPS, (Unit.VISITS,)
    ),
    CreateContributionKind(
        "night_market", "夜市", "夜市", "Night market", COMMUNITY, SHOPS,
        (Unit.VISITS, Unit.EVENINGS),
    ),
    CreateContributionKind(
        "donation", "捐助", "捐助", "Donations", ENTERPRISES, RESIDENTS,
        (Unit.ITEMS, Unit.HOUSEHOLDS),
    ),
    CreateContributionKind(
        "station_fund", "站点经费", "站點經費", "Station funds", ENTERPRISES, COMMUNITY
    ),
    CreateContributionKind(
        "volunteer_service", "志愿服务", "志願服務", "Volunteer service", RESIDENTS, RESIDENTS,
        (Unit.HOURS, Unit.TEAMS, Unit.PEOPLE),
    ),
    CreateContributionKind(
        "free_meal", "爱心餐", "愛心餐", "Free meals", SHOPS, RESIDENTS,
        (Unit.MEALS, Unit.PEOPLE, Unit.SHOPS),
    ),
    CreateContributionKind(
        "service_day", "便民服务日", "便民服務日", "Service days", SHOPS, RESIDENTS,
        (Unit.VISITS, Unit.DAYS),
    ),
    CreateContributionKind(
        "new_jobs", "新增就业", "新增就業", "New jobs", SHOPS, RESIDENTS, (Unit.JOBS,)
    ),
    CreateContributionKind(
        "facility", "设施建设", "設施建設", "Facilities", COMMUNITY, SHOPS, (Unit.ITEMS,)
    ),
)  # fmt: skip
"""The kinds a community begins with; it adds others itself."""


def list_contribution_kinds(session: Session, community_id: UUID) -> Sequence[ContributionKind]:
    """Return the kinds of a community, the oldest first."""
    of_community = ContributionKind.community_id == community_id
    query = select(ContributionKind).where(of_community).order_by(ContributionKind.id)
    return session.scalars(query).all()


def create_contribution_kind(work: Work, request: CreateContributionKind) -> ContributionKind:
    """Let the community write down another kind of contribution.

    Raises:
        AlreadyExistsError: a kind has the code or the name.
    """
    # Of two who add one code, the second finds that of the first.
    locked_community(work.session, work.community_id)
    known = list_contribution_kinds(work.session, work.community_id)
    refuse_taken_code(known, request.code, noun="a kind")
    refuse_taken_name(known, request.name, noun="a kind")
    kind = new_contribution_kind(work.community_id, request)
    work.session.add(kind)
    work.note("contribution_kind.created", kind, code=kind.code)
    return kind


def new_contribution_kind(community_id: UUID, request: CreateContributionKind) -> ContributionKind:
    """Return a kind that is not stored yet."""
    return ContributionKind(
        community_id=community_id,
        **members_of(request, but=("giver", "receiver", "units")),
        giver=request.giver.value,
        receiver=request.receiver.value,
        units=[unit.value for unit in request.units],
    )


def change_contribution_kind(work: Work, request: ChangeContributionKind) -> ContributionKind:
    """Rename, retire or otherwise change a kind; its code stays.

    Raises:
        AlreadyExistsError: another kind has the name.
        StaleRecordError: somebody else changed it meanwhile.
    """
    locked_community(work.session, work.community_id)
    kind = work.find(ContributionKind, request.kind_id, version=request.version)
    known = list_contribution_kinds(work.session, work.community_id)
    others = [one for one in known if one is not kind]
    refuse_taken_name(others, value_or(request.name, ""), noun="a kind")
    members = change_members(kind, request, but=("units",))
    if request.units is not AS_IT_WAS:
        kind.units = [unit.value for unit in request.units]
    work.note("contribution_kind.changed", kind, members=members, active=kind.active)
    return kind
