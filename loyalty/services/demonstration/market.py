"""The market of the demonstration: its shops, their plaques and their tills."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import (
    Area,
    CertificationEvent,
    ScoreSheet,
    Shop,
    ShopInspection,
    ShopSeries,
    StaffAccount,
)
from loyalty.rules.certification import CertificationAction, find_last_certified_day
from loyalty.rules.money import Permille
from loyalty.services.actors import Role
from loyalty.services.community.series import (
    ChangeSeries,
    CreateSeries,
    change_series,
    create_series,
)
from loyalty.services.community.working_days import last_day_of
from loyalty.services.demonstration.cast import Cast
from loyalty.services.demonstration.fiction import Trade, shop_names
from loyalty.services.demonstration.honours import LISTS
from loyalty.services.shops.certification import MoveCertification, move_certification
from loyalty.services.shops.score_sheets import FIRST_SHEET, store_first_sheet
from loyalty.services.shops.shops import AgreedTerm, CreateShop, create_shop
from loyalty.services.tills.pairing import InviteTill, PairTill, invite_till, pair_till
from loyalty.services.work import Work

RATES = (800, 800, 820, 850, 850, 850)
"""What shops agree to, in permille: half of them the band's upper end."""

NOTICE_DAYS = 5
CONTACTS = 52
"""Members of staff who keep touch with the shops: two or three each."""

SERIES = (
    CreateSeries(
        "greengrocer", "蒲公英爱心菜店", "PGYD", "蒲公英愛心菜店", "Dandelion greengrocer"
    ),
    CreateSeries("restaurant", "蒲公英爱心餐厅", "PGYT", "蒲公英愛心餐廳", "Dandelion restaurant"),
    CreateSeries(
        "supermarket", "蒲公英爱心超市", "PGYS", "蒲公英愛心超市", "Dandelion supermarket"
    ),
)
"""The three kinds of plaques of the source."""


@dataclass(frozen=True, slots=True)
class Stall:
    """A certified shop with its paired till."""

    shop_id: UUID
    trade: Trade
    till_id: UUID
    till_token: str = field(repr=False)


def open_market(session: Session, cast: Cast) -> Sequence[Stall]:
    """Certify every shop as all steps would, and pair a till in each.

    Returns:
        The stalls that sell: not that of the first shop, whose year is over.
    """
    _name_series(session, cast)
    shops = _take_in_shops(session, cast)
    _certify_all(session, cast, [shop for shop, _ in shops])
    *stalls, _ = [_pair(session, cast, shop, trade) for shop, trade in shops]
    _warn_and_reinstate(session, cast, stalls[-1].shop_id)
    return stalls


def _take_in_shops(session: Session, cast: Cast) -> list[tuple[Shop, Trade]]:
    """Take in the shops, each with its area, its contact and its pledge; the last is the oldest."""
    story = cast.story
    areas = session.scalars(
        select(Area.id).where(Area.community_id == cast.community_id).order_by(Area.id)
    ).all()
    contacts = _open_contacts(session, cast)
    names = shop_names(story.random)
    found = []
    for place, (name, trade) in enumerate(names):
        oldest = place == len(names) - 1
        applied_on = story.founded_on if oldest else story.opened_on + timedelta(days=2 + place % 5)
        shop = create_shop(
            Work(session, cast.clerk, story.at(applied_on, 9, place % 60)),
            CreateShop(
                name=name,
                series=trade.series,
                category=trade.category,
                stall=f"{'ABCDEF'[place % 6]}区{place // 6 + 1:02d}号",
                owner_id=cast.owner.account_id if place == 0 else None,
                liaison_id=contacts[place * CONTACTS // len(names)],
                area_id=areas[place % len(areas)],
                pledged_on=applied_on,
                terms=[
                    AgreedTerm(honour, Permille(story.random.choice(RATES))) for honour, *_ in LISTS
                ],
                opted_in_categories=["alcohol"] if trade.category == "超市" else [],
            ),
        )
        found.append((shop, trade))
    return found


def _name_series(session: Session, cast: Cast) -> None:
    """Let the community hang three kinds of plaques, the first of which it began with."""
    work = Work(session, cast.manager, cast.story.at(cast.story.founded_on, 9, 30))
    began = session.scalars(
        select(ShopSeries).where(ShopSeries.community_id == cast.community_id)
    ).one()
    first, *others = SERIES
    change_series(
        work,
        ChangeSeries(
            began.id,
            began.version,
            name=first.name,
            name_zh_hant=first.name_zh_hant,
            name_en=first.name_en,
            prefix=first.prefix,
        ),
    )
    for one in others:
        create_series(work, one)


def _open_contacts(session: Session, cast: Cast) -> list[UUID]:
    """Add the accounts of those who keep touch with the shops; none of them can sign in."""
    now = cast.story.at(cast.story.founded_on, 10)
    accounts = [
        StaffAccount(
            community_id=cast.community_id,
            username=f"demo-contact-{number:02d}",
            display_name=f"演示联系人{number:02d}",
            password_hash="!",  # noqa: S106  # no password has this hash
            roles=[Role.STAFF.value],
            created_at=now,
        )
        for number in range(1, CONTACTS + 1)
    ]
    session.add_all(accounts)
    session.flush()
    return [account.id for account in accounts]


def _certify_all(session: Session, cast: Cast, shops: Sequence[Shop]) -> None:
    """Write down at once what the steps of the shops' certification leave behind."""
    sheet = store_first_sheet(session, cast.community_id, now=shops[-1].created_at)
    prefixes = {one.name: one.prefix for one in SERIES}
    notice_ends: dict[date, date] = {}
    hung = Counter[str]()
    # In the order in which they were certified; the oldest is the first of its series.
    for shop in sorted(shops, key=lambda one: one.created_at):
        applied_on = shop.created_at.date()
        if applied_on not in notice_ends:
            notice_ends[applied_on] = last_day_of(
                session, cast.community_id, applied_on + timedelta(days=3), NOTICE_DAYS
            )
        shop.notice_last = notice_ends[applied_on]
        prefix = prefixes[shop.series]
        hung[prefix] += 1
        shop.plaque_number = f"{prefix}-{hung[prefix]:04d}"
        shop.state = "certified"
        shop.certified_until = find_last_certified_day(_notice_over(shop))
        session.add_all(_steps_of(cast, shop))
        session.add(_inspection_of(cast, shop, sheet))
    session.flush()


def _steps_of(cast: Cast, shop: Shop) -> list[CertificationEvent]:
    days: Mapping[CertificationAction, tuple[UUID, date, int, str]] = {
        CertificationAction.INSPECT: (cast.clerk.account_id, _inspected_on(shop), 11, "inspected"),
        CertificationAction.PUBLISH: (
            cast.clerk.account_id,
            _inspected_on(shop) + timedelta(days=1),
            11,
            "notice",
        ),
        CertificationAction.CERTIFY: (
            cast.manager.account_id,
            _notice_over(shop),
            10,
            "certified",
        ),
    }
    return [
        CertificationEvent(
            community_id=cast.community_id,
            shop_id=shop.id,
            action=action.value,
            state=state,
            account_id=account_id,
            at=cast.story.at(day, hour),
        )
        for action, (account_id, day, hour, state) in days.items()
    ]


def _inspection_of(cast: Cast, shop: Shop, sheet: ScoreSheet) -> ShopInspection:
    """Return what was found in a shop: little is missing anywhere."""
    lost = int(shop.id) % 6
    marks = {item.code: item.points for item in FIRST_SHEET.items}
    marks["clean"] -= lost
    return ShopInspection(
        community_id=cast.community_id,
        shop_id=shop.id,
        sheet_id=sheet.id,
        day=_inspected_on(shop),
        marks=marks,
        vetoes=[],
        total=sum(marks.values()),
        passed=True,
        account_id=cast.clerk.account_id,
        recorded_at=cast.story.at(_inspected_on(shop), 10),
        pictures=[],
    )


def _inspected_on(shop: Shop) -> date:
    return shop.created_at.date() + timedelta(days=2)


def trouble_two_shops(session: Session, cast: Cast, stalls: Sequence[Stall]) -> None:
    """Warn one shop, and suspend another that has been warned before; both only yesterday."""
    warned, suspended = stalls[-2].shop_id, stalls[-3].shop_id
    steps = (
        (warned, CertificationAction.WARN, cast.clerk, "顾客反映没有打折", 9),
        (suspended, CertificationAction.WARN, cast.clerk, "消防通道堆放杂物", 9),
        (suspended, CertificationAction.SUSPEND, cast.manager, "限期已过，仍未清理", 16),
    )
    for shop_id, action, actor, reason, hour in steps:
        now = cast.story.at(cast.story.yesterday, hour)
        move_certification(Work(session, actor, now), MoveCertification(shop_id, action, reason))


def _notice_over(shop: Shop) -> date:
    if shop.notice_last is None:
        raise LookupError("The shop has not been published.")
    return shop.notice_last + timedelta(days=1)


def _pair(session: Session, cast: Cast, shop: Shop, trade: Trade) -> Stall:
    now = cast.story.at(_notice_over(shop), 15)
    invitation = invite_till(Work(session, cast.clerk, now), InviteTill(shop.id, "收银台"))
    pairing = pair_till(session, PairTill(invitation.code), now=now + timedelta(minutes=2))
    return Stall(shop.id, trade, pairing.till.id, pairing.token)


def _warn_and_reinstate(session: Session, cast: Cast, shop_id: UUID) -> None:
    """Let one shop have been warned, and have put right what was wrong."""
    warned_on = cast.story.opened_on + timedelta(days=70)
    steps = (
        (CertificationAction.WARN, cast.clerk, "价签不清", 0),
        (CertificationAction.REINSTATE, cast.manager, "价签已更换", 4),
    )
    for action, actor, reason, after in steps:
        now = cast.story.at(warned_on + timedelta(days=after), 16)
        move_certification(Work(session, actor, now), MoveCertification(shop_id, action, reason))
