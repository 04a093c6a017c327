"""Where messages and events of a community go: addresses, their secrets, a try, and once more."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import and_, any_, exists, func, or_, select
from sqlalchemy.orm import aliased
from uuid_utils.compat import uuid7

from loyalty.models import Community, Message, MessageHook, MessageRecipient, Resident
from loyalty.rules.messages import (
    EVENTS,
    MOST_RECEIVERS,
    Channel,
    MessageKind,
    MessageState,
    find_address_fault,
    find_move_fault,
    make_message_secret,
)
from loyalty.services.changes import AS_IT_WAS, AsItWas, value_or
from loyalty.services.errors import AlreadyExistsError, UnknownRecordError, ValueRefusedError
from loyalty.services.people.consents import Consent, ConsentSource, Said, change_consents
from loyalty.services.sealing import seal, unseal
from loyalty.services.work import Lock, SomebodysWork, Work

_PURPOSE = b"loyalty message hook v1"


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A hook, and the secret that signs its messages from now on; it is not shown again."""

    hook: MessageHook
    secret: str = field(repr=False)


def list_hooks(work: SomebodysWork) -> Sequence[MessageHook]:
    """Return where signed messages and events go, the oldest first."""
    return work.session.scalars(
        work.select(MessageHook)
        .where(MessageHook.channel == Channel.SIGNED)
        .order_by(MessageHook.id)
    ).all()


def list_receivers(work: SomebodysWork) -> Sequence[MessageHook]:
    """Return where events go, the oldest first."""
    return [hook for hook in list_hooks(work) if hook.events]


def list_unreached_receivers(work: SomebodysWork) -> Sequence[MessageHook]:
    """Return the receivers that want no more, or were not told of some kind of event of late.

    An event that is tried to its end is not told; until then nobody need be troubled. One of the
    same kind that arrives later ends it; a try that a manager asks for, or another kind, does not.
    """
    later = aliased(Message)
    arrived_since = exists().where(
        later.community_id == work.community_id,
        later.hook_id == Message.hook_id,
        later.kind == Message.kind,
        later.state == MessageState.SENT,
        later.ended_at >= Message.ended_at,
    )
    given_up = exists().where(
        Message.community_id == work.community_id,
        Message.hook_id == MessageHook.id,
        Message.kind == any_(MessageHook.events),
        Message.state == MessageState.UNDELIVERED,
        ~arrived_since,
    )
    return work.session.scalars(
        work.select(MessageHook)
        .where(
            func.cardinality(MessageHook.events) > 0,
            or_(MessageHook.stopped_at.is_not(None), given_up),
        )
        .order_by(MessageHook.id)
    ).all()


def find_hook_of_residents(
    work: SomebodysWork, channel: Channel = Channel.SIGNED
) -> MessageHook | None:
    """Return by what residents are told in one way; None if they are not told in it."""
    return work.session.scalar(
        work.select(MessageHook).where(
            MessageHook.channel == channel, func.cardinality(MessageHook.events) == 0
        )
    )


def get_receiver(work: Work, hook_id: UUID, *, lock: Lock | None = None) -> MessageHook:
    """Return one of the addresses to which events go.

    Raises:
        UnknownRecordError: the community has no such one.
    """
    hook = work.find(MessageHook, hook_id, lock=lock)
    if not hook.events:
        raise UnknownRecordError("No events go there.")
    return hook


def create_hook(
    work: Work, address: str, *, events: Collection[str] = (), sealing_key: bytes
) -> NewSecret:
    """Let events of the community go to an address, or what residents are told.

    Args:
        events: of `EVENTS`; none stands for what residents are told.
        sealing_key: from `cards.keys.sealing_key_from`.

    Raises:
        AlreadyExistsError: that goes somewhere by now, or there are as many as there may be.
        ValueRefusedError: the address is none of ``https``.
    """
    _refuse_address(address)
    # Whoever sets another address at the same time waits here.
    work.find(Community, work.community_id, lock=Lock.CHANGE)
    _refuse_one_too_many(work, events)
    hook = make_hook(work, Channel.SIGNED, address, events)
    made = _give_secret(hook, sealing_key)
    work.session.add(hook)
    work.note("message_hook.created", hook)
    return made


def make_hook(
    work: Work, channel: Channel, address: str, events: Collection[str] = ()
) -> MessageHook:
    """Return by what messages or events go from now on; what signs them is still to be given."""
    return MessageHook(
        id=uuid7(),
        community_id=work.community_id,
        channel=channel,
        address=address,
        events=_in_order(events),
        created_at=work.now,
        told_until=work.now,
        next_at=work.now,
    )


def change_hook(
    work: Work,
    hook_id: UUID,
    version: int,
    *,
    address: str,
    events: Collection[str] | AsItWas = AS_IT_WAS,
) -> MessageHook:
    """Send to another address from now on, which is tried at once, or other events.

    Raises:
        StaleRecordError: somebody changed it meanwhile.
        ValueRefusedError: the address is none of ``https``, or of another host than residents
            have agreed to; or it would be for residents and for programs both.
    """
    hook = _hold_signed(work, hook_id, version=version)
    _refuse_address(address)
    wanted = value_or(events, hook.events)
    if bool(wanted) != bool(hook.events):
        raise ValueRefusedError(
            "/events", "What residents are told and events go to webhooks of their own."
        )
    if not hook.events and find_move_fault(hook.address, address):
        raise ValueRefusedError(
            "/address",
            "Residents have agreed to another host; remove this webhook and create one,"
            " so that they are asked anew.",
        )
    hook.address, hook.events = address, _in_order(wanted)
    _begin_anew(work, hook)
    work.note("message_hook.changed", hook, members=["address", "events"])
    return hook


def renew_secret(work: Work, hook_id: UUID, *, sealing_key: bytes) -> NewSecret:
    """Sign with another secret from now on; what is sent again is signed with it, too."""
    hook = _hold_signed(work, hook_id)
    made = _give_secret(hook, sealing_key)
    _begin_anew(work, hook)
    work.note("message_hook.changed", hook, members=["secret"])
    return made


def remove_hook(work: Work, hook_id: UUID) -> None:
    """Send nothing any more, and forget what the receiver calls people, and that they agreed."""
    end_way(work, _hold_signed(work, hook_id))


def end_way(work: Work, hook: MessageHook) -> None:
    """Send nothing by a hook any more, and forget whom it reaches.

    Args:
        hook: locked to be changed.
    """
    _end_consents(work, hook)
    work.note("message_hook.removed", hook)
    work.session.delete(hook)
    work.session.flush()


def ask_for_test(work: Work, hook_id: UUID) -> Message:
    """Have a message sent that tells nobody anything, as soon as the worker comes to it."""
    hook = _hold_signed(work, hook_id)
    test = Message(
        community_id=work.community_id,
        hook_id=hook.id,
        kind=MessageKind.TEST,
        made_at=work.now,
        next_at=work.now,
    )
    _begin_anew(work, hook)
    work.session.add(test)
    work.note("message_hook.tried", hook)
    return test


def send_again(work: Work, hook_id: UUID, message_id: UUID) -> Message:
    """Have an event sent once more, under its own id, whether it has arrived or not.

    Raises:
        UnknownRecordError: no event of that id went there.
    """
    hook = get_receiver(work, hook_id, lock=Lock.CHANGE)
    message = work.find(Message, message_id, lock=Lock.CHANGE)
    if message.hook_id != hook.id or message.subject is None:
        raise UnknownRecordError("No event of that id went there.")
    message.state, message.ended_at, message.failure = MessageState.WAITING, None, None
    message.tries, message.next_at = 0, work.now
    _begin_anew(work, hook)
    work.note("message.sent_again", message)
    return message


def open_secret(hook: MessageHook, *, sealing_key: bytes) -> str:
    """Return what signs the messages.

    Raises:
        InvalidTag: the operator's secret is another by now.
    """
    return open_signing_key(hook, sealing_key=sealing_key).decode()


def seal_signing_key(hook: MessageHook, key: bytes, *, sealing_key: bytes) -> None:
    """Keep what signs the messages of a hook, sealed."""
    hook.sealed_secret = seal(key, sealing_key=sealing_key, owner=hook_owner(hook.id))


def open_signing_key(hook: MessageHook, *, sealing_key: bytes) -> bytes:
    """Return what signs the messages of a hook, whatever its channel.

    Raises:
        InvalidTag: the operator's secret is another by now.
    """
    return unseal(hook.sealed_secret, sealing_key=sealing_key, owner=hook_owner(hook.id))


def _hold_signed(work: Work, hook_id: UUID, *, version: int | None = None) -> MessageHook:
    """Return a hook that has an address and a secret to be told, locked."""
    hook = work.find(MessageHook, hook_id, lock=Lock.CHANGE, version=version)
    if hook.channel != Channel.SIGNED:
        raise UnknownRecordError("The community has no such message hook.")
    return hook


def _end_consents(work: Work, hook: MessageHook) -> None:
    """Let nobody agree any more to what went by this hook alone; whoever does agrees anew."""
    own = work.community_id
    told = and_(
        MessageRecipient.community_id == own,
        MessageRecipient.resident_id == Resident.id,
        MessageRecipient.hook_id == hook.id,
    )
    residents = work.session.scalars(
        work.select(Resident)
        .join(MessageRecipient, told)
        .order_by(Resident.id)
        .with_for_update(key_share=True, of=Resident)
    ).all()
    told_otherwise = set(
        work.session.scalars(
            select(MessageRecipient.resident_id).where(
                MessageRecipient.community_id == own, MessageRecipient.hook_id != hook.id
            )
        )
    )
    said = Said(ConsentSource.STAFF, work.now, work.actor.account_id)
    for resident in residents:
        if resident.id not in told_otherwise:
            change_consents(work.session, resident, {Consent.MESSAGES: False}, said)


def _give_secret(hook: MessageHook, sealing_key: bytes) -> NewSecret:
    secret = make_message_secret()
    seal_signing_key(hook, secret.encode(), sealing_key=sealing_key)
    return NewSecret(hook, secret)


def _begin_anew(work: Work, hook: MessageHook) -> None:
    """Have a receiver tried at once, also one that wanted no more; what it missed stays missed."""
    if hook.stopped_at is not None:
        hook.stopped_at, hook.told_until = None, work.now
    hook.failures, hook.failure, hook.next_at = 0, None, work.now


def _refuse_one_too_many(work: Work, events: Collection[str]) -> None:
    if not events and find_hook_of_residents(work) is not None:
        raise AlreadyExistsError("Messages go to an address already; change that one.")
    if events and len(list_receivers(work)) >= MOST_RECEIVERS:
        raise AlreadyExistsError(
            f"Events go to {MOST_RECEIVERS} addresses already; change or remove one."
        )


def _in_order(events: Collection[str]) -> list[str]:
    return [event for event in EVENTS if event in events]


def _refuse_address(address: str) -> None:
    if fault := find_address_fault(address):
        raise ValueRefusedError("/address", f"This is no address messages go to: {fault}.")


def hook_owner(hook_id: UUID) -> bytes:
    """Return for what the secret of a hook is sealed."""
    return b"\0".join((_PURPOSE, hook_id.bytes))
