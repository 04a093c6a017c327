"""Whether a community tells residents by web push, off until a manager lets it, and its key."""

from cryptography.exceptions import InvalidTag
from sqlalchemy import func, select

from loyalty.models import Community, MessageHook, MessageRecipient
from loyalty.rules.messages import Channel
from loyalty.services.messages.hooks import (
    end_way,
    list_ways,
    make_hook,
    open_signing_key,
    seal_signing_key,
)
from loyalty.services.messages.web_push import make_push_key, write_public_half
from loyalty.services.work import Lock, SomebodysWork, Work


def find_web_push(work: SomebodysWork) -> MessageHook | None:
    """Return by what messages go to browsers; None while the community does not let them."""
    return next(iter(list_ways(work, Channel.WEB_PUSH)), None)


def begin_web_push(work: Work, host: str, *, sealing_key: bytes) -> MessageHook:
    """Let residents be told by web push, under a key nobody has had before; once is enough.

    Args:
        host: name under which the service is reached; push services are told it.
        sealing_key: from `cards.keys.sealing_key_from`.
    """
    # Whoever begins at the same time waits here.
    work.find(Community, work.community_id, lock=Lock.CHANGE)
    if (found := find_web_push(work)) is not None:
        return found
    hook = make_hook(work, Channel.WEB_PUSH, f"https://{host}")
    seal_signing_key(hook, make_push_key(), sealing_key=sealing_key)
    work.session.add(hook)
    work.note("message_hook.created", hook)
    return hook


def stop_web_push(work: Work) -> None:
    """Tell nobody anything by web push any more: devices and key are forgotten."""
    if (found := find_web_push(work)) is not None:
        end_way(work, work.find(MessageHook, found.id, lock=Lock.CHANGE))


def read_public_key(hook: MessageHook, *, sealing_key: bytes) -> str | None:
    """Return what browsers are asked with; None where the operator's secret is another by now."""
    try:
        return write_public_half(open_signing_key(hook, sealing_key=sealing_key))
    except InvalidTag:
        return None


def count_devices(work: SomebodysWork, hook: MessageHook) -> int:
    """Return how many residents are told by a hook."""
    told = select(func.count()).where(
        MessageRecipient.community_id == work.community_id, MessageRecipient.hook_id == hook.id
    )
    return work.session.scalar(told) or 0
