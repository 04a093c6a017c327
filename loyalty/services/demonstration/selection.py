"""The rounds of the demonstration: deeds, nominations, the draw, the notice and the cards."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Card, Community, Resident, Round
from loyalty.rules.calendar import Month
from loyalty.rules.card_action import CardAction
from loyalty.rules.selection import RoundAction
from loyalty.services.actors import StaffMember
from loyalty.services.cards.acts import ActOnCard, act_on_card
from loyalty.services.cards.hand_out import hand_over_cards
from loyalty.services.deeds.deeds import DEFAULT_KINDS, RecordDeed, list_deed_kinds, make_deed
from loyalty.services.demonstration.cast import Cast
from loyalty.services.demonstration.honours import LISTS
from loyalty.services.demonstration.story import Story
from loyalty.services.notice.objections import MakeObjection, make_objection
from loyalty.services.rounds.actions import ActOnRound, act_on_round
from loyalty.services.selection.ballots import CastBallots, Mark, cast_ballots, score_sheet
from loyalty.services.selection.nominations import SOURCES, Voice, nominate_each
from loyalty.services.selection.panel import NamePanel, name_panel
from loyalty.services.selection.planning import PlannedList, PlanRound, plan_round
from loyalty.services.work import Work

DEEDS_A_MONTH = 150
FREEZE_DAY = 12
SCORES = (60, 80, 100), (1, 8, 1)
"""What the panel gives, and how often."""
VOLUNTEER_DAYS = (16, 28)
WITNESSES = ("演示见证人甲", "演示见证人乙")


def hold_round(session: Session, cast: Cast, month: Month, *, sealing_key: bytes) -> None:
    """Take the round of a past month from its plan to the cards in people's hands."""
    story = cast.story
    frozen_on = month.first.replace(day=FREEZE_DAY)
    held = begin_round(session, cast, month, until=frozen_on)

    def act(
        actor: StaffMember, action: RoundAction, now: datetime, seed: str | None = None
    ) -> None:
        request = ActOnRound(held.id, action, seed=seed, witnesses=_witnesses_of(action))
        act_on_round(Work(session, actor, now), request, sealing_key=sealing_key)

    act(cast.clerk, RoundAction.SCREEN, story.at(frozen_on, 8, 30))
    act(cast.clerk, RoundAction.START_REVIEW, story.at(frozen_on, 9))
    act(cast.clerk, RoundAction.FREEZE, story.at(frozen_on, 10))
    act(cast.manager, RoundAction.DRAW, story.at(frozen_on, 15), seed=_dice(story))
    act(cast.clerk, RoundAction.PUBLISH, story.at(frozen_on, 16))
    if held.notice_last is None:
        raise LookupError("The round has not been published.")
    over = held.notice_last + timedelta(days=1)
    act(cast.manager, RoundAction.CONFIRM, story.at(over, 9))
    act(cast.clerk, RoundAction.ISSUE, story.at(over, 10))
    act(cast.clerk, RoundAction.CLOSE, story.at(over, 17))
    _hand_over(session, cast, held, sealing_key=sealing_key, now=story.at(over, 16))


def people_of(session: Session, cast: Cast) -> Sequence[Resident]:
    """Return everybody who lives in the demonstration."""
    return session.scalars(
        select(Resident).where(Resident.community_id == cast.community_id).order_by(Resident.id)
    ).all()


def show_round(session: Session, cast: Cast, month: Month, *, sealing_key: bytes) -> None:
    """Take the round of this month to its notice of yesterday, and let a neighbour object.

    The panel gives most of them the same, so that on every list equals are parted by the draw.
    """
    story, published_on = cast.story, cast.story.yesterday
    shown = begin_round(session, cast, month, until=published_on, rush=2)
    seated = NamePanel(shown.id, [cast.panellist.account_id])
    name_panel(Work(session, cast.clerk, story.at(published_on, 8)), seated)
    scoring = Work(session, cast.panellist, story.at(published_on, 10))

    def act(action: RoundAction, hour: int, seed: str | None = None) -> None:
        request = ActOnRound(shown.id, action, seed=seed, witnesses=_witnesses_of(action))
        # Who froze the list does not enter its seed.
        actor = cast.manager if seed else cast.clerk
        work = Work(session, actor, story.at(published_on, hour))
        act_on_round(work, request, sealing_key=sealing_key)

    act(RoundAction.SCREEN, 8)
    act(RoundAction.START_REVIEW, 9)
    sheet = score_sheet(scoring, shown.id, account_id=None)
    marks = [
        Mark(line.candidate.id, score)
        for line, score in zip(sheet, story.random.choices(*SCORES, k=len(sheet)), strict=True)
        if line.conflict is None
    ]
    cast_ballots(scoring, CastBallots(shown.id, marks))
    act(RoundAction.FREEZE, 11)
    act(RoundAction.DRAW, 15, seed=_dice(story))
    act(RoundAction.PUBLISH, 16)
    objection = MakeObjection("上个月已经搬走了，请核实。", honour=LISTS[0][0], line=1)
    community = session.get_one(Community, cast.community_id)
    make_objection(session, community, month, objection, now=story.at(story.now.date(), 9))


def begin_round(session: Session, cast: Cast, month: Month, *, until: date, rush: int = 1) -> Round:
    """Plan and open the round of a month, record the deeds of the month and nominate.

    Args:
        until: the day after the last nomination.
        rush: how many times as many people as usual are nominated.
    """
    story = cast.story
    residents = people_of(session, cast)
    plan = PlanRound(month, [_planned(*one) for one in LISTS], notice_working_days=None)
    planned = plan_round(Work(session, cast.clerk, story.at(month.first, 8, 30)), plan)
    act_on_round(
        Work(session, cast.clerk, story.at(month.first, 9)),
        ActOnRound(planned.id, RoundAction.OPEN),
        sealing_key=b"",
    )
    _record_deeds(session, cast, month, residents)
    days = [day for day in story.days_of(month) if day < until] or [until]
    _nominate(session, cast, planned, days, residents, rush=rush)
    return planned


def _nominate(
    session: Session,
    cast: Cast,
    planned: Round,
    days: Sequence[date],
    residents: Sequence[Resident],
    *,
    rush: int,
) -> None:
    """Nominate people who may win, and now and then one whom the screening finds may not."""
    random = cast.story.random
    willing = [one for one in residents if one.adult and one.consent_membership]
    for honour, _, nominees, _ in LISTS:
        anybody = random.sample(residents, nominees // 20)
        voices = []
        for resident in dict.fromkeys([*anybody, *random.sample(willing, nominees * rush)]):
            at = cast.story.at(random.choice(days), random.randint(9, 17))
            voices.append(Voice(resident, random.choice(SOURCES), at))
        work = Work(session, cast.clerk, max(voice.at for voice in voices))
        nominate_each(work, planned.id, honour, voices)


def _dice(story: Story) -> str:
    return " ".join(str(story.random.randint(1, 6)) for _ in range(5))


def _witnesses_of(action: RoundAction) -> tuple[str, ...]:
    """Return who is to see the draw: named when the list is frozen."""
    return WITNESSES if action is RoundAction.FREEZE else ()


def _planned(honour: str, quota: int, _: int, pay_permille: int) -> PlannedList:
    return PlannedList(
        honour=honour,
        quota=quota,
        pay_permille=pay_permille,
        months_valid=None,
        cooling_off_months=1,
        min_score_hundredths=0,
        area_minimums={},
    )


def _record_deeds(
    session: Session,
    cast: Cast,
    month: Month,
    residents: Sequence[Resident],
) -> None:
    """Record deeds of ordinary days, and more on the two volunteer days."""
    story = cast.story
    so_far = story.days_of(month)
    if not so_far:
        return
    weights = [6 if day.day in VOLUNTEER_DAYS else 1 for day in so_far]
    kinds = {kind.code: kind for kind in list_deed_kinds(session, cast.community_id)}
    recorded = []
    for day in story.random.choices(so_far, weights, k=DEEDS_A_MONTH):
        kind, name = story.random.choice(DEFAULT_KINDS)
        request = RecordDeed(
            story.random.choice(residents).id,
            kind,
            day,
            source=f"{name}签到表",
            points_hundredths=50 * story.random.randint(1, 6),
        )
        work = Work(session, cast.clerk, story.at(day, 18))
        recorded.append((work, make_deed(work, request, kinds[kind])))
    session.add_all(deed for _, deed in recorded)
    session.flush()
    for work, deed in recorded:
        work.note_among_many("deed.recorded", deed.id, kind=deed.kind.code)
    session.flush()


def _hand_over(
    session: Session, cast: Cast, held: Round, *, sealing_key: bytes, now: datetime
) -> None:
    """Hand the cards over, all but the last few; replace one that was lost on the way home."""
    cards = session.scalars(
        select(Card.id)
        .where(Card.community_id == held.community_id, Card.round_id == held.id)
        .order_by(Card.id)
    ).all()
    work = Work(session, cast.clerk, now)
    hand_over_cards(work, cards[:-3])
    for action, reason in ((CardAction.SUSPEND, "本人挂失"), (CardAction.REISSUE, "补卡")):
        act_on_card(work, ActOnCard(cards[0], action, reason), sealing_key=sealing_key)
