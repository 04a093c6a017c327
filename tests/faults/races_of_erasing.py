"""Somebody is erased at the moment at which others decide about them."""

from functools import partial
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.models import Card, Nomination, Resident, Round
from loyalty.rules.selection import RoundAction
from loyalty.services.actors import Role
from loyalty.services.privacy.erasing import ErasePerson, erase_person
from loyalty.services.work import Work
from tests.faults.overlap import Act, in_transaction
from tests.faults.races import Race, Street
from tests.given import NOON, SEALING_KEY, given_card, given_resident, given_round, given_staff
from tests.given_rounds import act, brought_through, given_candidate, given_nomination

NOWHERE = Path("/proc/nowhere/erasures.jsonl")
AT_HOME = {"name": "张小明", "unit": "3号楼501"}


def a_freeze_beside_an_erasure(street: Street) -> Race:
    review = given_round(street.session, street.community)
    candidate = given_candidate(street.session, review)
    brought_through(street.session, review, RoundAction.START_REVIEW)
    named, resident_id = (review.community_id, review.id), candidate.resident_id

    def freeze(own: Session) -> None:
        act(own, own.get_one(Round, named), RoundAction.FREEZE)

    return Race(
        partial(in_transaction, street.app, freeze),
        _erasure(street, resident_id),
        lambda: street.read(Resident.state, resident_id),
    )


def a_suspension_beside_an_erasure(street: Street) -> Race:
    card = given_card(street.session, street.community)
    card_id = card.id
    return Race(
        street.send(f"POST /cards/{card_id}/suspend", json={"reason": "丢失"}),
        _erasure(street, card.resident_id),
        lambda: street.read(Card.state, card_id),
    )


def a_match_beside_the_erasure_of_a_namesake(street: Street) -> Race:
    open_round = given_round(street.session, street.community, state="open")
    voice = given_nomination(street.session, open_round, **AT_HOME).id
    meant, namesake = (
        given_resident(street.session, street.community, **AT_HOME, household_ref=home).id
        for home in ("H-1", "H-2")
    )
    return Race(
        street.send(f"POST /nominations/{voice}/match", json={"resident_id": str(meant)}),
        _erasure(street, namesake),
        lambda: street.read(Nomination.state, voice),
    )


def _erasure(street: Street, resident_id: UUID) -> Act:
    manager = given_staff(street.session, street.community, Role.MANAGER)

    def erase(own: Session) -> None:
        request = ErasePerson(resident_id, None)
        erase_person(Work(own, manager, NOON), request, sealing_key=SEALING_KEY, erasures=NOWHERE)

    return partial(in_transaction, street.app, erase)
