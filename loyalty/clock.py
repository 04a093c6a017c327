"""The only place that asks what time it is."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def utc_now() -> datetime:
    """Return the present instant, aware, in UTC: for what belongs to no community."""
    return datetime.now(UTC)


def community_now(timezone: str) -> datetime:
    """Return the present instant, aware, on the wall clock of a community.

    Args:
        timezone: the community's IANA zone, such as ``Asia/Shanghai``.
    """
    return datetime.now(ZoneInfo(timezone))


def as_local(moment: datetime, timezone: str) -> datetime:
    """Return an aware instant on the wall clock of a community.

    Raises:
        ValueError: the instant is naive.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone says nothing")
    return moment.astimezone(ZoneInfo(timezone))
