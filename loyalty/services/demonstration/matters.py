"""What the merchants and a resident have asked in the demonstration, and where it was discussed."""

from datetime import timedelta

from sqlalchemy.orm import Session

from loyalty.services.demonstration.cast import Cast
from loyalty.services.matters.matters import (
    ChangeMatter,
    MatterKind,
    RaiseMatter,
    Raiser,
    change_matter,
    raise_matter,
)
from loyalty.services.matters.meetings import (
    ChangeMeeting,
    PlanMeeting,
    change_meeting,
    plan_meeting,
)
from loyalty.services.work import Work

RAISED_BY_COUNCIL = 31
"""As many as the council of the model raised, all of which were answered."""

PLACES = ("北门", "东门", "A区", "B区", "C区", "水产区", "熟食区", "停车场")
TROUBLES = (
    ("路灯坏了，晚上看不清路。", "已联系市政，三天内更换了路灯。"),
    ("地砖松动，老人容易绊倒。", "已重新铺好。"),
    ("下水道返味。", "已疏通，并换了水封。"),
    ("顶棚漏雨。", "已补好，下雨时又看过一次。"),
)


AGENDA = "上月三十一件事办得怎么样\n夜市延长到几点\n停车场分时段"
MINUTES = "三十一件事都有了答复。夜市试行到十一点，一个月后再看。停车场早上先让送货的车进。"
NEXT_AGENDA = "椅子放在哪里\n元旦前的检查"


def hold_meetings(session: Session, cast: Cast) -> None:
    """Let the council have met a month ago, with minutes, and have planned to meet in a week."""
    story = cast.story
    held_on = story.this_month.plus(-1).first + timedelta(days=24)
    planned = PlanMeeting(held_on, AGENDA, "市场二楼会议室")
    meeting = plan_meeting(
        Work(session, cast.council, story.at(held_on - timedelta(days=7), 9)), planned
    )
    told = ChangeMeeting(meeting.id, meeting.version, minutes=MINUTES)
    change_meeting(Work(session, cast.council, story.at(held_on, 17)), told)
    ahead = PlanMeeting(story.now.date() + timedelta(days=7), NEXT_AGENDA, "市场二楼会议室")
    plan_meeting(Work(session, cast.council, story.now), ahead)


def raise_matters(session: Session, cast: Cast) -> None:
    """Let the council have raised what was answered last month; a resident's matter waits."""
    story = cast.story
    month = story.this_month.plus(-1)
    for number in range(RAISED_BY_COUNCIL):
        trouble, answer = TROUBLES[number % len(TROUBLES)]
        day = month.first + timedelta(days=number % 20)
        text = f"{PLACES[number // len(TROUBLES)]}{trouble}"
        raised = raise_matter(
            Work(session, cast.council, story.at(day, 9)),
            RaiseMatter(MatterKind.PROBLEM, text, Raiser.COUNCIL),
        )
        request = ChangeMatter(raised.id, raised.version, answer=answer)
        answered_on = story.at(day + timedelta(days=3), 15)
        change_matter(Work(session, cast.clerk, answered_on), request)
    waiting = RaiseMatter(
        MatterKind.NEED,
        "希望市场里多放几把椅子，老人走累了可以坐一坐。",
        Raiser.RESIDENT,
        owner_id=cast.clerk.account_id,
        due_on=story.now.date() + timedelta(days=7),
    )
    raise_matter(Work(session, cast.clerk, story.at(story.yesterday, 10)), waiting)
