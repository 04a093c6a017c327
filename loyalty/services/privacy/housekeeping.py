"""Keeping house: what is kept for a time is forgotten, and who was erased stays erased.

Each step is a transaction that may be carried out twice, and two processes take turns at it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from types import MappingProxyType

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from loyalty.models import Community, Erasure, Resident
from loyalty.services.actors import Programme
from loyalty.services.cards.keys import destroy_spent_keys
from loyalty.services.community.policy import locked_community
from loyalty.services.kept_answers import forget_old_answers
from loyalty.services.ledger.month_people import keep_month_people, refold_open_months
from loyalty.services.messages.undelivered import forget_messages
from loyalty.services.own_page.sign_in import forget_sessions
from loyalty.services.people.residents import ERASED
from loyalty.services.pictures.pictures import forget_loose_pictures
from loyalty.services.privacy.erasing import carry_out_erasure
from loyalty.services.privacy.erasure_file import ErasedPerson
from loyalty.services.privacy.retention import (
    forget_cases,
    forget_records,
    forget_uses,
    part_sales_from_cards,
)
from loyalty.services.rounds.retention import forget_contacts, forget_words
from loyalty.services.shops.satisfaction import forget_devices
from loyalty.services.shops.signals import forget_signals, look_through_sales
from loyalty.services.staff.alerts import forget_alerts
from loyalty.services.staff.sessions import forget_sign_ins
from loyalty.services.work import SomebodysWork


@dataclass(frozen=True, slots=True)
class House:
    """A community whose house is kept, in one transaction."""

    session: Session
    community: Community
    now: datetime
    """On the wall clock of the community."""
    sealing_key: bytes
    erased: Iterable[ErasedPerson]
    """Whom the file names, of whatever community."""


def _erase_again(house: House) -> int:
    """Erase whom a restored backup has brought back; return how many."""
    session, community = house.session, house.community
    named = {one.resident_id: one for one in house.erased if one.community_id == community.id}
    if not named:
        return 0
    work = SomebodysWork(session, Programme(community.id, community.timezone), house.now)
    back = session.scalars(
        work.select(Resident).where(Resident.id.in_(named), Resident.state != ERASED)
    ).all()
    rows = [asdict(one) for one in named.values()]
    session.execute(insert(Erasure).values(rows).on_conflict_do_nothing())
    for resident in back:
        carry_out_erasure(work, resident, sealing_key=house.sealing_key)
    return len(back)


def _count_people(house: House) -> int:
    """Count the people of months that are over, and add up anew the months that are not."""
    counted = keep_month_people(house.session, house.community, today=house.now.date())
    refold_open_months(house.session, house.community, today=house.now.date())
    return counted


def _look_through_sales(house: House) -> int:
    return look_through_sales(house.session, house.community, now=house.now)


def _part_sales(house: House) -> int:
    return part_sales_from_cards(house.session, house.community.id, now=house.now)


def _forget_answers(house: House) -> int:
    return forget_old_answers(house.session, house.community.id, now=house.now)


def _forget_the_rest(house: House) -> int:
    """Forget what is quickly done and not counted."""
    session, community_id = house.session, house.community.id
    forget_contacts(session, community_id, now=house.now)
    forget_words(session, community_id, now=house.now)
    forget_uses(session, community_id, now=house.now)
    forget_cases(session, community_id, now=house.now)
    forget_messages(session, community_id, now=house.now)
    forget_records(session, community_id, now=house.now)
    forget_signals(session, community_id, now=house.now)
    forget_sessions(session, community_id, now=house.now)
    forget_sign_ins(session, community_id, now=house.now)
    forget_alerts(session, community_id, now=house.now)
    forget_devices(session, community_id, today=house.now.date())
    forget_loose_pictures(session, community_id, now=house.now)
    destroy_spent_keys(session, house.community, now=house.now)
    return 0


ERASES = "people erased again"

STEPS: Mapping[str, Callable[[House], int]] = MappingProxyType(
    {
        ERASES: _erase_again,
        "months counted": _count_people,
        "signals found": _look_through_sales,
        "entries parted from their card": _part_sales,
        "kept answers forgotten": _forget_answers,
        "the rest": _forget_the_rest,
    }
)
"""What is done, in this order: people are counted before they can no longer be."""

DONE_IN_PARTS = frozenset({"entries parted from their card"})
"""Steps that do some of their work at a time, until they find nothing to do."""


def carry_out(name: str, house: House) -> tuple[int, bool]:
    """Carry out one step, alone in its house; return how much was done, and whether more waits."""
    locked_community(house.session, house.community.id)
    done = STEPS[name](house)
    return done, name in DONE_IN_PARTS and done > 0
