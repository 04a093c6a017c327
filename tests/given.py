"""Builders of valid records; a test changes only what it is about.

Each takes the session first, flushes, and returns the record. Names follow ``given_<record>``.
"""

import hashlib
import secrets
from base64 import b32encode
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pyotp
from argon2 import PasswordHasher
from sqlalchemy import select
from sqlalchemy.orm import Session, object_session
from uuid_utils.compat import uuid7

from loyalty.cards.keys import sealing_key_from
from loyalty.models import (
    AccessToken,
    Card,
    Community,
    Honour,
    Resident,
    Round,
    RoundList,
    Shop,
    SigningKey,
    StaffAccount,
    Till,
)
from loyalty.rules.calendar import Month
from loyalty.rules.community_number import SECRET_BYTES, make_numbered_token
from loyalty.rules.discount import DEFAULT_EXCLUDED
from loyalty.services.actors import Role, StaffMember
from loyalty.services.cards.keys import ensure_signing_key
from loyalty.services.cards.signing import Award, sign_card
from loyalty.services.community.contribution_kinds import DEFAULT_KINDS, new_contribution_kind
from loyalty.services.community.founding import HONOURS
from loyalty.services.community.honours import new_honour
from loyalty.services.community.policy import begin_directory
from loyalty.services.community.series import FIRST_SERIES, new_series
from loyalty.services.staff.second_factor import seal_secret
from loyalty.services.staff.sign_in import owes_second_factor, to_staff_member

SECRET = "a-secret-of-the-tests-0123456789-abcdefghij"
SEALING_KEY = sealing_key_from(SECRET)
SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 12, 9, 12, 0, tzinfo=SHANGHAI)
"""A Wednesday in the middle of a month."""
FACTOR = b"twenty bytes of ours"
"""The secret of everybody's second factor."""
LONG_AFTER = date(2099, 12, 9)
"""A day after each on which the tests may be run."""
AUTHENTICATOR = pyotp.TOTP(b32encode(FACTOR).decode())
"""What everybody's phone shows it by."""
NOBODY = "01a20000-0000-7000-8000-000000000000"
"""An id that no record has."""

number = count(100_001)
"""All with as many digits, so that what is made later is listed later, whatever ran before."""


def given_community(session: Session, **values: Any) -> Community:
    """A community with the honours each begins with and the default policy."""
    community = Community(
        **{
            "slug": f"market-{next(number)}",
            "name": "田园市场",
            "timezone": "Asia/Shanghai",
            "uses_per_shop_day": 3,
            "excluded_categories": list(DEFAULT_EXCLUDED),
            "created_at": NOON,
            **values,
        }
    )
    session.add(community)
    session.flush()
    begin_directory(session, community.id)
    session.add_all(
        new_honour(community.id, honour, place) for place, honour in enumerate(HONOURS, start=1)
    )
    session.add_all(new_contribution_kind(community.id, kind) for kind in DEFAULT_KINDS)
    session.add(new_series(community.id, FIRST_SERIES))
    session.flush()
    return community


def given_account(
    session: Session, community: Community, *roles: Role, **values: Any
) -> StaffAccount:
    """An account with some roles, and a second factor where one is needed.

    It cannot sign in unless it is given a ``password_hash``; its code is then `code_of` it.
    """
    account = StaffAccount(
        **{
            "id": uuid7(),
            "community_id": community.id,
            "username": f"account-{next(number)}",
            "display_name": "李管理",
            "password_hash": "!",
            "roles": [role.value for role in roles or (Role.STAFF,)],
            "created_at": NOON,
            **values,
        }
    )
    if "totp_secret" not in values and owes_second_factor(account):
        account.totp_secret = seal_secret(FACTOR, account, sealing_key=SEALING_KEY)
    session.add(account)
    session.flush()
    return account


def code_of(account: StaffAccount) -> str:
    """Return a code that the phone of an account shows and that was not used."""
    session = object_session(account)
    assert session is not None
    session.refresh(account)
    step = AUTHENTICATOR.timecode(datetime.now(UTC))
    return AUTHENTICATOR.generate_otp(max(step, (account.totp_step or 0) + 1))


def quick_hash(password: str) -> str:
    """Return what is kept of a password, hashed with the least work; a hash names its own cost."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(password)


def given_staff(session: Session, community: Community, *roles: Role) -> StaffMember:
    """A signed-in account, as the services see it."""
    return to_staff_member(given_account(session, community, *roles), timezone=community.timezone)


def signed_in(session: Session, community: Community, *roles: Role) -> dict[str, str]:
    """Return the headers of a program signed in with some roles; commits what was built."""
    account = given_account(session, community, *roles)
    return {"Authorization": f"Bearer {given_token(session, community, account)}"}


def given_token(
    session: Session, community: Community, account: StaffAccount, *, device: str | None = None
) -> str:
    """Return the token of an account that has signed in; commits what was built.

    Args:
        device: the browser at the console, as a hash of its letters; None for a program.
    """
    now = datetime.now(UTC)
    at_console: dict[str, Any] = (
        {}
        if device is None
        else {
            "device": "computer",
            "device_hash": hashlib.sha256(device.encode()).digest(),
            "seen_at": now,
            "proven_at": now,
        }
    )
    token = make_numbered_token("staff_", community.number, secrets.token_urlsafe(SECRET_BYTES))
    session.add(
        AccessToken(
            community_id=community.id,
            account_id=account.id,
            token_hash=hashlib.sha256(token.encode()).digest(),
            created_at=now,
            expires_at=now + timedelta(hours=1),
            **at_console,
        )
    )
    session.commit()
    return token


def honour_of(session: Session, community: Community, code: str = "civilized_resident") -> Honour:
    """Return one of the community's honours."""
    return session.scalars(
        select(Honour).where(Honour.community_id == community.id, Honour.code == code)
    ).one()


def given_honour(session: Session, community: Community, **values: Any) -> Honour:
    """A third honour of a community, which proposes nothing."""
    honour = Honour(
        **{
            "community_id": community.id,
            "code": "star",
            "name": "院落之星",
            "number": len(HONOURS) + 1,
            **values,
        }
    )
    session.add(honour)
    session.flush()
    return honour


def given_resident(session: Session, community: Community, **values: Any) -> Resident:
    """An adult who has agreed to take part and lives in a household of their own."""
    resident = Resident(
        **{
            "community_id": community.id,
            "name": "张小明",
            "name_pinyin": "zhang xiao ming",
            "unit": "3号楼2单元501",
            "adult": True,
            "household_ref": f"household-{next(number)}",
            "consent_membership": True,
            "created_at": NOON,
            "updated_at": NOON,
            **values,
        }
    )
    session.add(resident)
    session.flush()
    return resident


def given_round(session: Session, community: Community, **values: Any) -> Round:
    """The draft of December's round: one list, of three civilized residents."""
    selection_round = Round(
        **{
            "community_id": community.id,
            "month": date(2026, 12, 1),
            "notice_working_days": 5,
            "created_at": NOON,
            **(
                {}
                if "created_by" in values
                else {"created_by": given_account(session, community).id}
            ),
            **values,
        }
    )
    session.add(selection_round)
    session.flush()
    given_list(session, selection_round, honour_of(session, community))
    return selection_round


def given_list(
    session: Session, selection_round: Round, honour: Honour, **values: Any
) -> RoundList:
    """The list of one honour in a round."""
    round_list = RoundList(
        **{
            "community_id": selection_round.community_id,
            "round_id": selection_round.id,
            "honour_id": honour.id,
            "quota": 3,
            "pay_permille": 850,
            "months_valid": 1,
            "cooling_off_months": 1,
            "area_minimums": {},
            **values,
        }
    )
    session.add(round_list)
    session.flush()
    return round_list


def given_signing_key(session: Session, community: Community, month: Month) -> SigningKey:
    """The community's key of one month, sealed under the secret of the tests."""
    return ensure_signing_key(session, community, month, sealing_key=SEALING_KEY, now=NOON)


def given_card(session: Session, community: Community, **values: Any) -> Card:
    """A signed card that works in December 2026, of a round issued the day before it begins.

    Args:
        values: columns of the card, and ``honour``, a code. `valid_from` and `valid_until` begin
            and end a month.
    """
    valid_from = values.pop("valid_from", date(2026, 12, 1))
    eve = datetime.combine(valid_from, time(12), SHANGHAI) - timedelta(days=1)
    award = Award(
        resident_id=values.pop("resident_id", None) or given_resident(session, community).id,
        honour=honour_of(session, community, values.pop("honour", "civilized_resident")),
        pay_permille=values.pop("pay_permille", 850),
        valid_until=values.pop("valid_until", Month.of(valid_from).last),
    )
    card = sign_card(
        session, _issued_round(session, community, eve), award, sealing_key=SEALING_KEY, now=eve
    )
    for name, value in values.items():
        setattr(card, name, value)
    session.flush()
    return card


def _issued_round(session: Session, community: Community, now: datetime) -> Round:
    month = now.date().replace(day=1)
    found = session.scalars(
        select(Round).where(Round.community_id == community.id, Round.month == month)
    ).one_or_none()
    return found or given_round(
        session,
        community,
        month=month,
        state="issued",
        notice_last=now.date() - timedelta(days=1),
        confirmed_by=given_account(session, community, Role.MANAGER).id,
        confirmed_at=now,
        issued_at=now,
    )


def given_shop(session: Session, community: Community, **values: Any) -> Shop:
    """A certified shop that agreed to nothing of its own: a card gives its own rate there."""
    place = next(number)
    shop = Shop(
        **{
            "community_id": community.id,
            "name": f"便民超市{place}",
            "name_pinyin": f"bian min chao shi {place}",
            "series": "蒲公英",
            "category": "超市",
            "opted_in_categories": [],
            "state": "certified",
            "plaque_number": f"PGY-{place:04d}",
            "certified_until": LONG_AFTER,
            "created_at": NOON,
            "updated_at": NOON,
            **values,
        }
    )
    session.add(shop)
    session.flush()
    return shop


def given_till(session: Session, shop: Shop, **values: Any) -> Till:
    """A till of a shop that waits for nothing and has no token yet."""
    till = Till(
        **{
            "community_id": shop.community_id,
            "shop_id": shop.id,
            "name": "前台",
            "created_at": NOON,
            **values,
        }
    )
    session.add(till)
    session.flush()
    return till


def paired_till(session: Session, shop: Shop, **values: Any) -> dict[str, str]:
    """Return the headers of a paired till of a shop; commits what was built."""
    community = session.get_one(Community, shop.community_id)
    token = make_numbered_token("till_", community.number, secrets.token_urlsafe(SECRET_BYTES))
    given_till(session, shop, token_hash=hashlib.sha256(token.encode()).digest(), **values)
    session.commit()
    return {"Authorization": f"Bearer {token}"}


def sale_key() -> dict[str, str]:
    """Return the header that names a new sale."""
    return {"Idempotency-Key": str(uuid4())}
