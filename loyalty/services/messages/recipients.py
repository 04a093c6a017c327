"""Who is told, and where: those who have said so themselves, until they say otherwise."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, select, true

from loyalty.models import Message, MessageHook, MessageRecipient, Resident
from loyalty.rules.messages import Channel, clean_reference, find_reference_fault
from loyalty.rules.web_push import Device, is_of_a_browser
from loyalty.services.errors import UnknownRecordError, ValueRefusedError
from loyalty.services.messages.web_push import is_on_the_curve
from loyalty.services.people.consents import Consent, ConsentSource, Said, change_consents
from loyalty.services.people.residents import refuse_erased
from loyalty.services.work import Lock, ResidentWork, SomebodysWork, Work


def find_recipient(
    work: SomebodysWork, resident_id: UUID, channel: Channel = Channel.SIGNED
) -> MessageRecipient | None:
    """Return where a resident is told by a channel; None if they are not told anything by it."""
    return work.session.scalar(
        select(MessageRecipient)
        .join(MessageHook, _is_by(work, channel))
        .where(
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
    return _agree(work, hook_id, Channel.SIGNED, reference=reference)


def agree_to_web_push(work: ResidentWork, hook_id: UUID, device: Device) -> MessageRecipient:
    """Let the resident who is signed in be told on one device from now on, in place of any other.

    Args:
        hook_id: whose key the browser was asked with.

    Raises:
        UnknownRecordError: the community sends nothing by web push any more, or with another key.
        ValueRefusedError: no browser hands over such a device.
    """
    if not (is_of_a_browser(device) and is_on_the_curve(device)):
        raise ValueRefusedError("/endpoint", "This is no device that a browser hands over.")
    return _agree(work, hook_id, Channel.WEB_PUSH, device=asdict(device), service=device.service)


def end_messages(work: ResidentWork, channel: Channel | None = None) -> None:
    """Tell the resident who is signed in nothing any more: what waits is not sent either.

    Args:
        channel: by which way; None for all of them.
    """
    resident = work.find(Resident, work.actor.resident_id, lock=Lock.CHANGE)
    refuse_erased(resident)
    forget_recipient(work, resident.id, channel)
    _note(work, resident)


def end_messages_to(work: Work, resident_id: UUID) -> None:
    """Tell somebody nothing any more who has said so at the counter; agreeing is theirs alone."""
    resident = work.find(Resident, resident_id, lock=Lock.CHANGE)
    refuse_erased(resident)
    forget_recipient(work, resident.id)
    _note(work, resident, said=Said(ConsentSource.STAFF, work.now, work.actor.account_id))


def leave_receiver(work: SomebodysWork, resident_id: UUID, recipient_id: UUID | None) -> None:
    """End the messages to somebody whom the receiver no longer knows.

    Args:
        recipient_id: whom the receiver was asked for; whoever has agreed anew since is told on.
    """
    resident = work.find(Resident, resident_id, lock=Lock.CHANGE)
    recipient = work.session.scalar(
        work.select(MessageRecipient).where(
            MessageRecipient.id == recipient_id, MessageRecipient.resident_id == resident_id
        )
    )
    if recipient is not None:
        _forget(work, resident_id, MessageHook.id == recipient.hook_id)
        _note(work, resident)


def forget_recipient(
    work: SomebodysWork, resident_id: UUID, channel: Channel | None = None
) -> None:
    """Forget where somebody is told, and what they were to be told or have been told.

    Args:
        channel: by which way; None for all of them.
    """
    _forget(work, resident_id, true() if channel is None else MessageHook.channel == channel)


def _agree(work: ResidentWork, hook_id: UUID, channel: Channel, **told_at: Any) -> MessageRecipient:
    # First of all, as by whoever removes it or sends by it, so that no two wait for each other.
    hook = work.find(MessageHook, hook_id, lock=Lock.SHARE)
    if hook.channel != channel:
        raise UnknownRecordError("The community has no such message hook.")
    resident = work.find(Resident, work.actor.resident_id, lock=Lock.CHANGE)
    refuse_erased(resident)
    forget_recipient(work, resident.id, channel)
    recipient = MessageRecipient(
        community_id=work.community_id,
        resident_id=resident.id,
        hook_id=hook.id,
        created_at=work.now,
        **told_at,
    )
    work.session.add(recipient)
    work.session.flush()
    _note(work, resident)
    return recipient


def _forget(work: SomebodysWork, resident_id: UUID, by_which: ColumnElement[bool]) -> None:
    hooks = select(MessageHook.id).where(MessageHook.community_id == work.community_id, by_which)
    # Whoever is just writing messages for them holds the recipient, and is waited for.
    for model in (MessageRecipient, Message):
        work.session.execute(
            delete(model).where(
                model.community_id == work.community_id,
                model.resident_id == resident_id,
                model.hook_id.in_(hooks),
            )
        )


def _is_by(work: SomebodysWork, channel: Channel) -> ColumnElement[bool]:
    return (
        (MessageHook.community_id == work.community_id)
        & (MessageHook.id == MessageRecipient.hook_id)
        & (MessageHook.channel == channel)
    )


def _note(work: SomebodysWork, resident: Resident, *, said: Said | None = None) -> None:
    """Write down whether somebody still agrees to any way; said by themselves unless told else."""
    told = exists().where(
        MessageRecipient.community_id == work.community_id,
        MessageRecipient.resident_id == resident.id,
    )
    agreed = bool(work.session.scalar(select(told)))
    by = said or Said(ConsentSource.RESIDENT, work.now)
    if change_consents(work.session, resident, {Consent.MESSAGES: agreed}, by):
        work.note("resident.consented", resident, members=[Consent.MESSAGES])
