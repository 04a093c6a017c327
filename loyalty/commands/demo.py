"""`loyalty demo`: a fictional market with six months behind it, to look at and to try."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from random import Random
from typing import Any

import click
import psycopg

from loyalty.cards.keys import sealing_key_from
from loyalty.clock import community_now
from loyalty.commands.session import (
    opened,
    owner_database_of,
    plain,
    settings_of_environment,
)
from loyalty.commands.tables import bring_up_to_date
from loyalty.rules.calendar import Month
from loyalty.services.checkout.memory import Directory
from loyalty.services.community.policy import communities
from loyalty.services.demonstration.cast import Account, Cast, create_cast, take_in_residents
from loyalty.services.demonstration.contributions import give_what_was_reported
from loyalty.services.demonstration.market import Stall, open_market, trouble_two_shops
from loyalty.services.demonstration.matters import hold_meetings, raise_matters
from loyalty.services.demonstration.selection import begin_round, hold_round, show_round
from loyalty.services.demonstration.stalls import let_the_stalls
from loyalty.services.demonstration.story import Story
from loyalty.services.demonstration.trading import Trading, living_cards, take_back, trade
from loyalty.services.demonstration.welcome import invite_visitor, token_to_print
from loyalty.services.demonstration.wiping import demonstration_of, wipe
from loyalty.services.errors import UnknownRecordError
from loyalty.services.tills.pairing import make_pairing_url
from loyalty.settings import Settings

TIMEZONE = "Asia/Shanghai"
SEED = 20_260_701
"""The same market every time; only passwords, keys, codes and today are new."""


@click.command()
@click.option("--wipe", "wiping", is_flag=True, help="Remove the demonstration and all it holds.")
@click.option("--yes", is_flag=True, help="Do not ask before wiping.")
@click.option("--json", "as_json", is_flag=True, help="Print for a script to read.")
def demo(*, wiping: bool, yes: bool, as_json: bool) -> None:
    """Build the fictional market 田园市场 (tianyuan), marked 演示, or remove it."""
    settings = settings_of_environment()
    bring_up_to_date(settings)
    url = owner_database_of(settings)
    if wiping:
        _wipe(url, settings, yes=yes)
    elif _stands(url):
        click.echo("The demonstration exists already; loyalty demo --wipe removes it.", err=True)
        _welcome(url, settings, as_json=as_json)
    else:
        _build(url, settings)
        _welcome(url, settings, as_json=as_json)


def show_demonstration(url: str, settings: Settings) -> None:
    """Build the demonstration in an empty database; welcome the visitor wherever it stands."""
    with opened(url) as session:
        empty = not communities(session)
    if empty:
        _build(url, settings)
    if _stands(url):
        _welcome(url, settings, as_json=False)


def _stands(url: str) -> bool:
    with opened(url) as session:
        return demonstration_of(session) is not None


def _build(url: str, settings: Settings) -> None:
    """Build, showing how far it has come; half a demonstration is removed again."""
    story = Story(community_now(TIMEZONE), Random(SEED))  # noqa: S311  # repeatable on purpose
    length = 11 + sum(len(story.days_of(month.plus(1))) for month in story.past_rounds())
    steps = _steps(url, settings, story)
    try:
        # On the other stream, so that a script reads the answer alone.
        with click.progressbar(steps, length=length, label="田园市场", file=sys.stderr) as shown:
            for _ in shown:
                pass
    except BaseException:
        with opened(url) as session, suppress(UnknownRecordError):
            wipe(session)
        raise


def _steps(url: str, settings: Settings, story: Story) -> Iterator[str]:
    """Build step by step, in the order in which it all happened; yield what is done."""
    sealing_key = sealing_key_from(settings.secret_key)
    with opened(url) as session:
        cast = create_cast(session, story)
    _keep_accounts(settings, cast.accounts)
    yield "community"
    with opened(url) as session:
        take_in_residents(session, cast)
    yield "residents"
    with opened(url) as session:
        stalls = open_market(session, cast)
        let_the_stalls(session, cast)
    yield "shops"
    for month in story.past_rounds():
        with opened(url) as session:
            hold_round(session, cast, month, sealing_key=sealing_key)
        yield str(month)
        yield from _trade(url, cast, month.plus(1), stalls)
    with opened(url) as session:
        show_round(session, cast, story.this_month, sealing_key=sealing_key)
        begin_round(session, cast, story.this_month.plus(1), until=story.now.date())
    yield str(story.this_month)
    with opened(url) as session:
        trouble_two_shops(session, cast, stalls)
        raise_matters(session, cast)
        hold_meetings(session, cast)
        give_what_was_reported(session, cast)
    yield "what waits"


def _trade(url: str, cast: Cast, month: Month, stalls: Sequence[Stall]) -> Iterator[str]:
    """Make the sales of a month, day by day."""
    with opened(url) as session:
        cards = living_cards(session, cast, month)
    with psycopg.connect(plain(url), autocommit=True) as connection:
        # What a power cut would lose here can be built again.
        connection.execute("SET synchronous_commit = off")
        trading = Trading(connection, Directory(), stalls, cards)
        mistakes = []
        for day in cast.story.days_of(month):
            mistakes += trade(trading, cast, day)
            yield day.isoformat()
    with opened(url) as session:
        take_back(session, cast, mistakes)


def _wipe(url: str, settings: Settings, *, yes: bool) -> None:
    question = "Remove the community tianyuan with its residents, shops, cards and sales?"
    if not yes:
        click.confirm(question, abort=True)
    with opened(url) as session:
        wipe(session)
    _accounts_file(settings).unlink(missing_ok=True)
    click.echo("The demonstration is gone.")


def _welcome(url: str, settings: Settings, *, as_json: bool) -> None:
    """Print the accounts, a fresh pairing code and the link to a card that can be printed."""
    now = community_now(TIMEZONE)
    with opened(url) as session:
        community = demonstration_of(session)
        if community is None:
            raise UnknownRecordError("There is no demonstration here.")
        invitation = invite_visitor(session, community, now=now)
        token = token_to_print(session, community, now=now)
    welcome = {
        "accounts": _kept_accounts(settings),
        "pairing_code": invitation.code,
        "pairing_url": make_pairing_url(settings.base_url, invitation.code),
        "pairing_expires_at": invitation.expires_at.isoformat(timespec="seconds"),
        "card_url": f"{settings.base_url}/c/{token}/print" if token else None,
    }
    click.echo(json.dumps(welcome, ensure_ascii=False) if as_json else _in_words(welcome, settings))


def _in_words(welcome: dict[str, Any], settings: Settings) -> str:
    accounts = [
        f"  {one['username']:<14} {one['password']}   {', '.join(one['roles'])}"
        for one in welcome["accounts"]
    ]
    return "\n".join(
        (
            f"田园市场 · 演示 · {settings.base_url}",
            f"Staff sign in at {settings.base_url}/staff:",
            *accounts,
            f"Pair a till within ten minutes: {welcome['pairing_code']}",
            f"  {welcome['pairing_url']}",
            f"A card to print: {welcome['card_url'] or 'none works this month'}",
        )
    )


def _accounts_file(settings: Settings) -> Path:
    return settings.data_dir / "demo-accounts.json"


def _keep_accounts(settings: Settings, accounts: Sequence[Account]) -> None:
    """Keep the passwords for the next start, readable by the operator alone."""
    path = _accounts_file(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps([asdict(account) for account in accounts]), encoding="utf-8")


def _kept_accounts(settings: Settings) -> list[dict[str, Any]]:
    path = _accounts_file(settings)
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
