"""A community with one of everything, so that nothing of it may show in another community."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from loyalty.models import (
    AccountAlert,
    AccountLink,
    Area,
    Ballot,
    CardEvent,
    CardMonth,
    CertificationEvent,
    Community,
    ConflictOfInterest,
    Deed,
    HouseholdGroup,
    ImportJob,
    Job,
    KeptAnswer,
    Matter,
    NumberedSale,
    PartChange,
    Pledge,
    QuarantinedSale,
    ReplacedKey,
    Round,
    Satisfaction,
    Shop,
    ShopChange,
    ShopTerm,
    ShopVisit,
    StaffAccount,
    Till,
    UpkeepReport,
    WorkingDayOverride,
)
from loyalty.rules.card_number import number_of
from loyalty.services.actors import Role
from loyalty.services.cards.revocations import publish_revocations
from loyalty.services.jobs import MadeFile, add_file
from loyalty.services.ledger.folding import fold_sales
from loyalty.services.receipts import make_receipt
from loyalty.services.work import Work
from tests.given import (
    NOON,
    SEALING_KEY,
    given_account,
    given_card,
    given_honour,
    given_list,
    given_resident,
    given_round,
    given_shop,
    given_staff,
    given_till,
    honour_of,
)
from tests.given_chains import given_link
from tests.given_closed_months import given_closed_month
from tests.given_deeds import given_deed_kind
from tests.given_inspections import given_inspection
from tests.given_late_sales import given_case
from tests.given_ledger import given_ledger
from tests.given_notices import (
    given_complaint,
    given_matter,
    given_meeting,
    given_notice,
    given_objection,
    given_shop_objection,
    placed,
)
from tests.given_of_residents import given_messages_of, given_page_of, given_privacy_of
from tests.given_offers import given_proposal, given_signal
from tests.given_pictures import given_pictures, given_pin
from tests.given_rounds import (
    given_candidate,
    given_nomination,
    given_nomination_by,
    given_seat,
)
from tests.given_sales import given_redemption
from tests.given_stalls import given_market

TODAY = NOON.date()


@dataclass(frozen=True, slots=True)
class Everything:
    """The ids of one of everything, by the names that addresses and bodies give them."""

    community_id: UUID
    ids: dict[str, str]
    in_review: dict[str, str]
    """Round and candidate, where ballots are cast."""
    on_notice: dict[str, str]
    """Round and objection, where a notice runs."""


def given_everything(session: Session, community: Community) -> Everything:
    """One of everything that a community can have."""
    account = given_account(session, community, *Role)
    given_shop(session, community, state="applied", name="待挂牌", plaque_number=None)
    area, group = _parts(session, community, account)
    star = given_honour(session, community, name_en="Star of the courtyard")
    at_home = {"area_id": area.id, "household_group_id": group.id}
    resident = given_resident(session, community, phone="+8613800138000", **at_home)
    ids = {
        "slug": community.slug,
        "month": "2026-12",
        "area_id": area.id,
        "household_group_id": group.id,
        "account_id": account.id,
        "honour_id": star.id,
        "resident_id": resident.id,
        **given_market(session, community, account, area.id),
        **given_pictures(session, community, account.id),
        "matter_id": _matter(session, community, account),
        **given_ledger(session, community, account),
        "meeting_id": given_meeting(session, community, planned_by=account.id).id,
        **_deeds(session, community, resident.id),
        **_trade(session, community, account, resident.id),
        **_round(session, community, account, "open", month=date(2027, 1, 1)),
    }
    ids |= given_messages_of(session, community, ids["card_id"])
    given_closed_month(session, community, closed_by=account.id)
    given_page_of(session, resident)
    given_privacy_of(session, resident)
    ids["job_id"] = _batch(session, community, account)
    _day_off_and_kept_answer(session, community, account)
    review = _round(session, community, account, "review", month=date(2027, 2, 1))
    _honoured(session, community)
    on_notice = _notice(session, community)
    given_link(session, community)
    replaced = {"key_id": "abcdef", "month": date(2026, 11, 1), "public_key": b"k" * 32}
    session.add(ReplacedKey(community_id=community.id, replaced_at=NOON, **replaced))
    session.commit()
    return Everything(community.id, _texts({**on_notice, **ids}), _texts(review), _texts(on_notice))


def _parts(
    session: Session, community: Community, account: StaffAccount
) -> tuple[Area, HouseholdGroup]:
    own = {"community_id": community.id}
    area = Area(**own, name="东区")
    group = HouseholdGroup(**own, name="第一联户")
    session.add_all([area, group])
    session.flush()
    renamed = {"area_id": area.id, "member": "name", "before": "旧东区", "after": "东区"}
    session.add(PartChange(**own, account_id=account.id, at=NOON, **renamed))
    return area, group


def _day_off_and_kept_answer(session: Session, community: Community, account: StaffAccount) -> None:
    own = {"community_id": community.id}
    call = {"caller_id": account.id, "key": uuid4(), "request_hash": b"1"}
    day = {"day": date(2026, 12, 14), "works": False, "note": "休市"}
    link = {"token_hash": b"1", "purpose": "join", "created_at": NOON}
    week = NOON + timedelta(days=7)
    session.add(AccountLink(**own, account_id=account.id, expires_at=week, **link))
    looked = {"subject": "drill", "at": NOON, "ok": True, "facts": {"tables": 80, "seconds": 9}}
    session.add_all(
        [
            AccountAlert(**own, account_id=account.id, kind="locked", at=NOON),
            WorkingDayOverride(**own, **day),
            KeptAnswer(**own, kept_at=NOON, **call),
            UpkeepReport(**own, **looked),
        ]
    )


def _texts(ids: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in ids.items()}


def _batch(session: Session, community: Community, account: StaffAccount) -> UUID:
    """A batch of cards that is drawn, with its file."""
    job = Job(
        community_id=community.id,
        kind="card_batch",
        account_id=account.id,
        wanted={},
        total=1,
        done=1,
        next_at=NOON,
        created_at=NOON,
        finished_at=NOON,
        expires_at=datetime(2100, 1, 1, tzinfo=UTC),
    )
    session.add(job)
    session.flush()
    work = Work(session, given_staff(session, community), NOON)
    add_file(work, MadeFile(1, 1, b"%PDF-"), job, 1, sealing_key=SEALING_KEY)
    session.flush()
    return job.id


def _matter(session: Session, community: Community, account: StaffAccount) -> UUID:
    matter = given_matter(session, community, contact="3-501", owner_id=account.id)
    # As its raiser has it from the start, so that the version stays the first.
    session.execute(update(Matter).where(Matter.id == matter.id).values(receipt=make_receipt()))
    return matter.id


def _deeds(session: Session, community: Community, resident_id: UUID) -> dict[str, UUID]:
    kind = given_deed_kind(session, community, code="choir")
    job = ImportJob(
        community_id=community.id,
        kind="residents",
        row_count=1,
        valid_rows=[],
        errors=[],
        uploaded_at=NOON,
        applied_at=NOON,
    )
    session.add(job)
    session.flush()
    given_resident(session, community, import_id=job.id, name="王芳", name_pinyin="wang fang")
    session.add(
        Deed(
            community_id=community.id,
            resident_id=resident_id,
            kind_id=kind.id,
            points_hundredths=100,
            done_on=date(2026, 12, 1),
            source="签到表",
            recorded_at=NOON,
        )
    )
    return {"kind_id": kind.id, "import_id": job.id}


def _round(
    session: Session, community: Community, account: StaffAccount, state: str, *, month: date
) -> dict[str, UUID]:
    """A round with two candidates, a voice that waits, a panel, a ballot and a conflict."""
    selection_round = given_round(session, community, state=state, month=month)
    given_list(session, selection_round, honour_of(session, community, "household_head"))
    candidate, barred = (given_candidate(session, selection_round) for _ in range(2))
    if state == "review":
        candidate.outcome = barred.outcome = "eligible"
    given_nomination_by(session, given_account(session, community).id, candidate)
    seat = given_seat(session, selection_round, account.id)
    conflict = ConflictOfInterest(
        community_id=community.id,
        panellist_id=seat.id,
        resident_id=barred.resident_id,
        kind="relative",
        detected=False,
        entered_by=account.id,
        at=NOON,
    )
    ballot = Ballot(
        community_id=community.id,
        panellist_id=seat.id,
        candidate_id=candidate.id,
        score=80,
        entered_by=account.id,
        entered_at=NOON,
    )
    session.add_all([conflict, ballot])
    session.flush()
    return {
        "round_id": selection_round.id,
        "candidate_id": candidate.id,
        "nomination_id": given_nomination(session, selection_round).id,
        "conflict_id": conflict.id,
    }


def _notice(session: Session, community: Community) -> dict[str, Any]:
    """December's round in its notice, with an objection."""
    notice = given_notice(session, community)
    objection = given_objection(session, notice, name="赵大力", contact="3-502")
    return {
        "round_id": notice.id,
        "objection_id": objection.id,
        "receipt": objection.receipt,
        "reference": placed(session, notice, 2).reference,
    }


def _honoured(session: Session, community: Community) -> None:
    """Somebody who was chosen in a month whose cards are issued, and may be named."""
    issued = session.scalars(
        select(Round).where(Round.community_id == community.id, Round.state == "issued")
    ).first()
    assert issued is not None
    chosen = given_candidate(session, issued, consent_publicity=True)
    chosen.outcome = "selected"
    session.flush()


def _trade(
    session: Session, community: Community, account: StaffAccount, resident_id: UUID
) -> dict[str, Any]:
    """A card, suspended once, and the shop in which it was used."""
    shop = given_shop(session, community, owner_id=account.id, contact="王")
    own = {"community_id": community.id}
    objection = _certification(session, shop, account)
    till = given_till(session, shop, token_hash=uuid4().bytes, paired_at=NOON)
    lost = given_card(session, community, state="suspended")
    card = given_card(session, community, resident_id=resident_id, handed_over_at=NOON)
    session.add_all(
        [
            CardEvent(
                **own,
                card_id=lost.id,
                action="suspend",
                state="suspended",
                account_id=account.id,
                at=NOON,
            ),
            CardMonth(**own, card_id=card.id, month=date(2026, 12, 1), saved_fen=150, uses={}),
        ]
    )
    publish_revocations(session, community, sealing_key=SEALING_KEY, now=NOON)
    sale = given_redemption(session, card, shop, till_id=till.id, flag="revoked").id
    fold_sales(session, session.get_one(Community, card.community_id), uuid7())
    return {
        "card_id": card.id,
        "card_number": number_of(card.serial),
        "shop_id": shop.id,
        "shop_objection_id": objection,
        "plan_id": given_pin(session, shop).plan_id,
        "complaint_id": given_complaint(session, shop, text="没打折", contact="3-501").id,
        "till_id": till.id,
        "sale_id": sale,
        "proposal_id": given_proposal(session, shop, account).id,
        "signal_id": given_signal(session, shop).id,
        "plaque_number": shop.plaque_number,
        "case_id": _late(session, community, till),
    }


def _certification(session: Session, shop: Shop, account: StaffAccount) -> UUID:
    """What a shop agreed to, its first step, a change, and an objection without an answer."""
    community = session.get_one(Community, shop.community_id)
    own = {"community_id": shop.community_id, "shop_id": shop.id}
    by = {"account_id": account.id}
    honour = honour_of(session, community)
    clauses = [{"zh_Hans": "明码标价，秤准量足"}]
    session.add_all(
        [
            Pledge(community_id=community.id, number=1, clauses=clauses, made_at=NOON),
            ShopTerm(**own, honour_id=honour.id, pay_permille=800),
            ShopChange(**own, member="stall", **by, at=NOON),
            CertificationEvent(**own, action="apply", state="applied", at=NOON),
            Satisfaction(**own, day=NOON.date(), face="good", device=b"1"),
            ShopVisit(**own, day=NOON.date(), kind="routine", **by, recorded_at=NOON),
        ]
    )
    session.add(given_inspection(session, shop, **by))
    return given_shop_objection(session, shop).id


def _late(session: Session, community: Community, till: Till) -> UUID:
    own = {"community_id": community.id, "till_id": till.id}
    kept = QuarantinedSale(**own, idempotency_key=uuid4(), happened_at=NOON, arrived_at=NOON)
    session.add_all(
        [
            kept,
            NumberedSale(**own, number=1, digest=b"1", previous=bytes(32), arrived_at=NOON),
        ]
    )
    session.flush()
    case = given_case(
        session, community, shop_id=till.shop_id, till_id=till.id, quarantined_sale_id=kept.id
    )
    return case.id
