"""Who is told by messenger: those who have said so themselves, until they say otherwise."""

from uuid import UUID

from sqlalchemy import delete, select

from loyalty.models import Message, MessageHook, MessageRecipient, Resident
from loyalty.rules.messages import clean_reference, find_reference_fault
from loyalty.services.errors import UnknownRecordError, ValueRefusedError
from loyalty.services.people.consents import Consent, ConsentSource, Said, change_consents
from loyalty.services.people.residents import refuse_erased
from loyalty.services.work import Lock, ResidentWork, SomebodysWork, Work


def find_recipient(work: SomebodysWork, resident_id: UUID) -> MessageRecipient | None:
    """Return what the receiver calls a resident; None if they are not told anything."""
    return work.session.scalar(
        select(MessageRecipient).where(
            MessageRecipient.community_id == work.community_id,
            MessageRecipient.resident_id == resident_id,
        )
    )


def agree_to_messages(work: ResidentWork, hook_id: UUID, typed: str) -> MessageRecipient:
    """Let the resident who is signed in be told from now on, under a reference they give.

    Args:
        hook_id: where messages go, as the resident was shown: to nobody else.

    Raises:
        UnknownRecordError: the community sends no messages there any more.
        ValueRefusedError: it is no reference, or a telephone number.
    """
    reference = clean_reference(typed)
    if fault := find_reference_fault(reference):
        raise ValueRefusedError("/reference", f"This is no reference of a messenger: {fault}.")
    # First of all, as by whoever removes it or sends by it, so that no two wait for each other.
    hook = work.find(MessageHook, hook_id, lock=Lock.SHARE)
    if hook.events:
        raise UnknownRecordError("Messages to residents do not go there.")
    resident = work.find(Resident, work.actor.resident_id, lock=Lock.CHANGE)
    refuse_erased(resident)
    forget_recipient(work, resident.id)
    recipient = MessageRecipient(
        community_id=work.community_id,
        resident_id=resident.id,
        hook_id=hook.id,
        reference=reference,
        created_at=work.now,
    )
    work.session.add(recipient)
    _note(work, resident, agreed=True)
    return recipient


def end_messages(work: ResidentWork) -> None:
    """Tell the resident who is signed in nothing any more: what waits is not sent either."""
    resident = work.find(Resident, work.actor.resident_id, lock=Lock.CHANGE)
    refuse_erased(resident)
    forget_recipient(work, resident.id)
    _note(work, resident, agreed=False)


def end_messages_to(work: Work, resident_id: UUID) -> None:
    """Tell somebody nothing any more who has said so at the counter; agreeing is theirs alone."""
    resident = work.find(Resident, resident_id, lock=Lock.CHANGE)
    refuse_erased(resident)
    forget_recipient(work, resident.id)
    said = Said(ConsentSource.STAFF, work.now, work.actor.account_id)
    _note(work, resident, agreed=False, said=said)


def leave_receiver(work: SomebodysWork, resident_id: UUID, reference: str | None) -> None:
    """End the messages to somebody whom the receiver no longer knows.

    Args:
        reference: what the receiver was asked for; whoever has given another since is told on.
    """
    resident = work.find(Resident, resident_id, lock=Lock.CHANGE)
    recipient = find_recipient(work, resident_id)
    if recipient is not None and recipient.reference == reference:
        forget_recipient(work, resident_id)
        _note(work, resident, agreed=False)


def forget_recipient(work: SomebodysWork, resident_id: UUID) -> None:
    """Forget what a receiver calls somebody, and what they were to be told or have been told."""
    # Whoever is just writing messages for them holds the recipient, and is waited for.
    for model in (MessageRecipient, Message):
        work.session.execute(
            delete(model).where(
                model.community_id == work.community_id, model.resident_id == resident_id
            )
        )


def _note(
    work: SomebodysWork, resident: Resident, *, agreed: bool, said: Said | None = None
) -> None:
    """Write down what somebody says; by themselves unless told otherwise."""
    by = said or Said(ConsentSource.RESIDENT, work.now)
    if change_consents(work.session, resident, {Consent.MESSAGES: agreed}, by):
        work.note("resident.consented", resident, members=[Consent.MESSAGES])
