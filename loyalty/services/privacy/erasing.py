"""Erasing a person: what tells who it was goes, the figures stay, and so does that it was done.

The row of the resident stays without anything that tells of somebody, for cards, sales and drawn
lists refer to it. Sales lose their card, too, when `retention` comes to them.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import Delete, Update, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from loyalty.models import (
    AccessToken,
    Candidate,
    Card,
    CardMonth,
    Community,
    ConsentEvent,
    Deed,
    Erasure,
    Nomination,
    Objection,
    OwnPage,
    Resident,
    Round,
    RoundList,
    StaffAccount,
)
from loyalty.rules.card_state import CardState
from loyalty.rules.outcome import Outcome
from loyalty.rules.selection import RoundState
from loyalty.rules.traces import FORGOTTEN, make_trace_pattern
from loyalty.services.cards.phone_codes import hold_page
from loyalty.services.cards.revocations import publish_revocations
from loyalty.services.errors import ErasureRefusedError
from loyalty.services.imports.keeping import forget_tables_about
from loyalty.services.kept_answers import take_traces_out_of_answers
from loyalty.services.messages.recipients import forget_recipient
from loyalty.services.people.consents import Consent
from loyalty.services.people.residents import ERASED, refuse_erased
from loyalty.services.privacy.erasure_file import ErasedPerson, write_once_committed
from loyalty.services.privacy.obstacles import find_obstacles
from loyalty.services.privacy.texts import take_traces_out_of_texts
from loyalty.services.staff.gone_homes import make_erased_name
from loyalty.services.work import Lock, SomebodysWork

TAKES_PART = (Outcome.NOMINATED, Outcome.ELIGIBLE)
BEFORE_THE_FREEZE = (RoundState.OPEN, RoundState.SCREENING, RoundState.REVIEW)


@dataclass(frozen=True, slots=True)
class ErasePerson:
    """Somebody who is to be erased."""

    resident_id: UUID
    version: int | None = None
    """The one that was read; None erases the person as they are."""


def erase_person(
    work: SomebodysWork, request: ErasePerson, *, sealing_key: bytes, erasures: Path
) -> None:
    """Erase what is known of a resident. Their cards stop working at once.

    Args:
        sealing_key: from `cards.keys.sealing_key_from`.
        erasures: the file that tells a restored backup of it, once the transaction is committed.
            Where it cannot be written just now, housekeeping writes it.

    Raises:
        ErasureRefusedError: something comes first; `missing` names all of it.
        PersonErasedError: it was done before.
        StaleRecordError: somebody else changed the resident meanwhile.
    """
    resident = work.find(Resident, request.resident_id, lock=Lock.CHANGE, version=request.version)
    refuse_erased(resident)
    _hold_rounds(work, resident)
    if missing := find_obstacles(work, resident):
        raise ErasureRefusedError(f"First comes: {', '.join(missing)}.", missing)
    carry_out_erasure(work, resident, sealing_key=sealing_key)
    erased = ErasedPerson(work.community_id, request.resident_id, work.now)
    write_once_committed(work.session, erased, erasures)


def carry_out_erasure(work: SomebodysWork, resident: Resident, *, sealing_key: bytes) -> None:
    """Erase a resident whatever stands in the way, such as one whom a backup has brought back."""
    pattern = make_trace_pattern(resident.name, resident.unit, resident.phone)
    hold_page(work, resident.id)
    _stop_cards(work, resident, sealing_key=sealing_key)
    forget_recipient(work, resident.id)
    for statement in (*_list_removals(resident), *_list_changes(resident)):
        work.session.execute(statement.execution_options(synchronize_session=False))
    _empty_resident(work, resident)
    if pattern is not None:
        _reject_nominations(work, pattern)
        take_traces_out_of_texts(work.session, work.community_id, pattern)
        forget_tables_about(work.session, work.community_id, pattern, now=work.now)
        take_traces_out_of_answers(
            work.session, work.community_id, pattern, sealing_key=sealing_key
        )
    work.session.execute(
        insert(Erasure)
        .values(community_id=work.community_id, resident_id=resident.id, erased_at=work.now)
        .on_conflict_do_nothing()
    )
    work.note("resident.erased", resident)
    work.session.expire_all()


def _hold_rounds(work: SomebodysWork, resident: Resident) -> None:
    """Let no round that the person takes part in go on until the transaction ends."""
    rounds = (
        select(RoundList.round_id)
        .join_from(RoundList, Candidate)
        .where(RoundList.community_id == work.community_id, Candidate.resident_id == resident.id)
    )
    held = (
        select(Round.id)
        .where(Round.community_id == work.community_id, Round.id.in_(rounds))
        .order_by(Round.id)
        .with_for_update()
    )
    work.session.execute(held)


def _stop_cards(work: SomebodysWork, resident: Resident, *, sealing_key: bytes) -> None:
    """Stop the cards of a person, so that a till says so wherever one of them turns up."""
    cards = work.session.scalars(
        work.select(Card)
        .where(Card.resident_id == resident.id, Card.state != CardState.REVOKED)
        .order_by(Card.id)
        .with_for_update()
    ).all()
    for card in cards:
        card.state = CardState.REVOKED
    work.session.flush()
    if any(card.valid_until >= work.now.date() for card in cards):
        community = work.session.get_one(Community, work.community_id)
        publish_revocations(work.session, community, sealing_key=sealing_key, now=work.now)


def _list_removals(resident: Resident) -> list[Delete]:
    """Return what is taken out whole: it says what the person did, or how they come in."""
    own = resident.community_id
    cards = select(Card.id).where(Card.community_id == own, Card.resident_id == resident.id)
    accounts = select(StaffAccount.id).where(
        StaffAccount.community_id == own, StaffAccount.resident_id == resident.id
    )
    return [
        *(
            delete(model).where(model.community_id == own, model.resident_id == resident.id)
            for model in (OwnPage, Deed, ConsentEvent)
        ),
        delete(CardMonth).where(CardMonth.community_id == own, CardMonth.card_id.in_(cards)),
        # A closed account may be signed in to for other communities.
        delete(AccessToken).where(
            AccessToken.community_id == own, AccessToken.account_id.in_(accounts)
        ),
    ]


def _list_changes(resident: Resident) -> list[Update]:
    """Return what stays for the figures, without what it says of the person."""
    own = resident.community_id
    candidacies = select(Candidate.id).where(
        Candidate.community_id == own, Candidate.resident_id == resident.id
    )
    return [
        _decline(resident),
        update(Candidate)
        .where(Candidate.community_id == own, Candidate.resident_id == resident.id)
        .values(reasons=[], grounds=[]),
        update(Nomination)
        .where(Nomination.community_id == own, Nomination.candidate_id.in_(candidacies))
        .values(statement=None),
        update(Objection)
        .where(Objection.community_id == own, Objection.candidate_id.in_(candidacies))
        .values(text=FORGOTTEN, name=None, contact=None),
        _empty_accounts(resident),
    ]


def _decline(resident: Resident) -> Update:
    """Let the person decline wherever no list is frozen yet."""
    unfrozen = (
        select(RoundList.id)
        .join(RoundList.selection_round)
        .where(
            RoundList.community_id == resident.community_id,
            Round.state.in_(BEFORE_THE_FREEZE),
            Round.frozen_at.is_(None),
        )
    )
    return (
        update(Candidate)
        .where(
            Candidate.community_id == resident.community_id,
            Candidate.resident_id == resident.id,
            Candidate.outcome.in_(TAKES_PART),
            Candidate.list_id.in_(unfrozen),
        )
        .values(outcome=Outcome.DECLINED)
    )


def _empty_accounts(resident: Resident) -> Update:
    """Leave of closed accounts that they were there, and who did what under them."""
    return (
        update(StaffAccount)
        .where(
            StaffAccount.community_id == resident.community_id,
            StaffAccount.resident_id == resident.id,
        )
        .values(
            resident_id=None,
            display_name=FORGOTTEN,
            # Somebody may have had two accounts.
            username=make_erased_name(StaffAccount),
            password_hash="!",  # noqa: S106  # no password has this hash
            totp_secret=None,
            home_community_id=None,
            home_account_id=None,
            left_at=None,
        )
    )


def _reject_nominations(work: SomebodysWork, pattern: str) -> None:
    """Let go of voices of the public for the person that nobody has matched yet."""
    told = re.compile(pattern, re.IGNORECASE)
    waiting = work.session.scalars(
        work.select(Nomination)
        .where(Nomination.state == "pending", Nomination.name.regexp_match(pattern, flags="i"))
        .order_by(Nomination.id)
        .with_for_update()
    )
    for voice in waiting:
        # Where somebody lives lies sealed, so it is looked at here.
        if told.search(voice.unit or ""):
            voice.state = "rejected"
            voice.name = voice.unit = voice.statement = None
    work.session.flush()


def _empty_resident(work: SomebodysWork, resident: Resident) -> None:
    """Leave a row that tells of nobody; the liaison area stays, for the figures of a draw."""
    resident.name = resident.name_pinyin = resident.unit = FORGOTTEN
    # No two of them are taken to live together, nor with anybody who is still known.
    resident.household_ref = str(resident.id)
    resident.phone = resident.household_group_id = resident.import_id = None
    for consent in Consent:
        setattr(resident, f"consent_{consent}", False)
    resident.state = ERASED
    resident.updated_at = work.now
    work.session.flush()
