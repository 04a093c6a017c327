"""What lies sealed with the operator's secret, so that all of it can be sealed with another one.

Personal data lies under a key of its own and is no part of this: see `models.sealed`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag

from loyalty.cards.keys import SealError, key_owner
from loyalty.cards.rotating import page_owner
from loyalty.database import Owned
from loyalty.models import JobFile, KeptAnswer, MessageHook, OwnPage, SigningKey, StaffAccount
from loyalty.rules.messages import Channel, make_message_secret
from loyalty.services.jobs import file_owner
from loyalty.services.kept_answers import answer_owner
from loyalty.services.messages.hooks import hook_owner
from loyalty.services.messages.web_push import make_push_key
from loyalty.services.own_page.hashing import pin_owner, read_sealed_pin, write_sealed_pin
from loyalty.services.sealing import seal, unseal
from loyalty.services.staff.second_factor import factor_owner

Row = Mapping[str, Any]
"""A row by the names of its columns; ids as they are, or as texts."""


@dataclass(frozen=True, slots=True)
class SecretSeal:
    """A column whose values lie sealed with the operator's secret."""

    model: type[Owned]
    column: str
    owner_of: Callable[[Row, str], bytes]
    """For what a value is sealed, by its row and the short name of its community."""
    read: Callable[[Any], bytes | None] = bytes
    """Returns what is sealed out of what is stored; None where that is sealed otherwise."""
    write: Callable[[bytes], Any] = bytes
    """Returns what is stored of what is sealed."""
    is_lasting: bool = True
    """False of what is of use for a day alone, so that it may be lost."""
    instead: Callable[[Row], Row] = lambda _: {}
    """Returns what a row has in place of a value that nobody can open; it is empty otherwise."""

    def open(self, row: Row, slug: str, *, sealing_keys: Sequence[bytes]) -> bytes | None:
        """Return a value as it was before it was sealed; None where it never opens.

        Args:
            row: the value and what it is bound to.
            sealing_keys: tried one after the other.

        Raises:
            SealError: none of the keys opens it, and something would be lost with it.
        """
        sealed = self.read(row[self.column])
        if sealed is None:
            return None
        owner = self.owner_of(row, slug)
        for key in sealing_keys:
            try:
                return unseal(sealed, sealing_key=key, owner=owner)
            except InvalidTag:
                continue
        if not self.is_lasting:
            return None
        raise SealError(
            f"A value of {self.model.__tablename__}.{self.column} of {slug} does not open: it was "
            "sealed with another secret."
        )

    def seal(self, row: Row, slug: str, plain: bytes, *, sealing_key: bytes) -> Any:
        """Return what is stored of a value of a row."""
        return self.write(seal(plain, sealing_key=sealing_key, owner=self.owner_of(row, slug)))


def _id(row: Row, column: str = "id") -> UUID:
    return UUID(str(row[column]))


def _make_hook_secret(row: Row) -> Row:
    """Return what signs a receiver's messages from now on, since it cannot be without."""
    is_signed = row["channel"] == Channel.SIGNED
    made = make_message_secret().encode() if is_signed else make_push_key()
    return {"sealed_secret": made.hex()}


SEALS = (
    SecretSeal(
        SigningKey, "sealed_private_key", lambda row, slug: key_owner(slug, str(row["month"])[:7])
    ),
    SecretSeal(StaffAccount, "totp_secret", lambda row, _: factor_owner(_id(row))),
    SecretSeal(
        OwnPage,
        "sealed_secret",
        lambda row, _: page_owner(_id(row)),
        instead=lambda _: {"handle": None},
    ),
    SecretSeal(
        OwnPage,
        "pin_hash",
        lambda row, _: pin_owner(_id(row)),
        read=read_sealed_pin,
        write=write_sealed_pin,
    ),
    SecretSeal(
        MessageHook,
        "sealed_secret",
        lambda row, _: hook_owner(_id(row)),
        instead=_make_hook_secret,
    ),
    SecretSeal(
        KeptAnswer,
        "answer",
        lambda row, _: answer_owner(_id(row, "caller_id"), _id(row, "key")),
        is_lasting=False,
    ),
    SecretSeal(
        JobFile,
        "content",
        lambda row, _: file_owner(_id(row, "job_id"), row["part"]),
        is_lasting=False,
    ),
)
"""`tests/architecture/test_moving.py` sees that none is missing."""
