"""Who is told by messenger: those who have said so themselves, as long as they say so."""

from uuid import UUID

from sqlalchemy import delete, select

from loyalty.models import Message, MessageHook, MessageRecipient, Resident
from loyalty.rules.messages import clean_reference, find_reference_fault
from loyalty.services.errors import UnknownRecordError, ValueRefusedError
from loyalty.services.messages.hooks import list_hooks
from loyalty.services.people.consents import Consent, ConsentSource, Said, change_consents
from loyalty.services.people.residents import refuse_erased
from loyalty.services.work import Lock, ResidentWork, SomebodysWork


def find_recipient(work: SomebodysWork, resident_id: UUID) -> MessageRecipient | None:
    """Return what the receiver calls a resident; None if they are not told anything."""
    return work.session.scalar(
        select(MessageRecipient).where(
            MessageRecipient.community_id == work.community_id,
            MessageRecipient.resident_id == resident_id,
        )
    )


def agree_to_messages(work: ResidentWork, typed: str) -> MessageRecipient:
    """Let the resident who is signed in be told from now on, under a reference they give.

    Raises:
        UnknownRecordError: the community sends no messages.
        ValueRefusedError: it is no reference, or a telephone number.
    """
    reference = clean_reference(typed)
    if fault := find_reference_fault(reference):
        raise ValueRefusedError("/reference", f"This is no reference of a messenger: {fault}.")
    resident = work.find(Resident, work.actor.resident_id, lock=Lock.CHANGE)
    refuse_erased(resident)
    hook = _get_hook(work)
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


def forget_recipient(work: SomebodysWork, resident_id: UUID) -> None:
    """Forget what a receiver calls somebody, and what they were to be told or have been told."""
    # Whoever is just writing messages for them holds the recipient, and is waited for.
    for model in (MessageRecipient, Message):
        work.session.execute(
            delete(model).where(
                model.community_id == work.community_id, model.resident_id == resident_id
            )
        )


def _get_hook(work: SomebodysWork) -> MessageHook:
    found = next(iter(list_hooks(work)), None)
    if found is None:
        raise UnknownRecordError("The community sends no messages.")
    return found


def _note(work: ResidentWork, resident: Resident, *, agreed: bool) -> None:
    said = Said(ConsentSource.RESIDENT, work.now)
    if change_consents(work.session, resident, {Consent.MESSAGES: agreed}, said):
        work.note("resident.consented", resident, members=[Consent.MESSAGES])
