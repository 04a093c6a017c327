"""What the merchants and a resident have asked of the community in the demonstration."""

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
from loyalty.services.work import Work


def raise_two_matters(session: Session, cast: Cast) -> None:
    """Let the council have raised a matter that was answered, and a resident one that waits."""
    story = cast.story
    raised_on = story.this_month.first
    lamps = RaiseMatter(MatterKind.PROBLEM, "北门路灯坏了，晚上看不清路。", Raiser.COUNCIL)
    answered = raise_matter(Work(session, cast.council, story.at(raised_on, 9)), lamps)
    answer = "已联系市政，三天内更换了路灯。"
    request = ChangeMatter(answered.id, answered.version, answer=answer)
    change_matter(Work(session, cast.clerk, story.at(raised_on + timedelta(days=3), 15)), request)
    waiting = RaiseMatter(
        MatterKind.NEED,
        "希望市场里多放几把椅子，老人走累了可以坐一坐。",
        Raiser.RESIDENT,
        owner_id=cast.clerk.account_id,
        due_on=story.now.date() + timedelta(days=7),
    )
    raise_matter(Work(session, cast.clerk, story.at(story.yesterday, 10)), waiting)
