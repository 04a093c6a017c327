"""`loyalty round`: the monthly selection, read and moved on."""

import json
from datetime import datetime
from typing import Any

import click

from loyalty.cards.keys import sealing_key_from
from loyalty.commands.session import (
    acting,
    database_of,
    opened,
    settings_of_environment,
    work_of,
)
from loyalty.models import Round
from loyalty.rules.calendar import Month
from loyalty.rules.seed_source import SeedSource
from loyalty.rules.selection import RoundAction
from loyalty.services.rounds.actions import ActOnRound, act_on_round
from loyalty.services.selection.planning import round_in, rounds_page
from loyalty.services.selection.seeds import NameSource

SHOWN = 24
"""Rounds on the list: two years."""


class MonthParameter(click.ParamType[Month]):
    """A month such as 2026-12."""

    name = "month"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Month:
        """Return the month that is written."""
        try:
            return Month.parse(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.group("round")
def selection_round() -> None:
    """Read the monthly selection, and move it on."""


@selection_round.command("list")
@acting
@click.option("--json", "as_json", is_flag=True, help="Print for a script to read.")
def list_rounds(*, username: str, as_json: bool) -> None:
    """List the rounds of the last two years, the latest first."""
    with opened(database_of(settings_of_environment())) as session:
        rounds = rounds_page(work_of(session, username), limit=SHOWN, after=None).items
    if as_json:
        click.echo(json.dumps([_members(one) for one in rounds]))
    for one in () if as_json else rounds:
        click.echo(f"{Month.of(one.month)}  {one.state}")


@selection_round.command("show")
@click.argument("month", type=MonthParameter())
@acting
@click.option("--json", "as_json", is_flag=True, help="Print for a script to read.")
def show_round(month: Month, *, username: str, as_json: bool) -> None:
    """Show the round of MONTH, such as 2026-12."""
    with opened(database_of(settings_of_environment())) as session:
        found = round_in(work_of(session, username), month)
    _print(found, as_json=as_json)


@selection_round.command("action")
@click.argument("month", type=MonthParameter())
@click.argument("action", type=click.Choice([action.value for action in RoundAction]))
@acting
@click.option(
    "--source",
    type=click.Choice([source.value for source in SeedSource]),
    help="For freeze: what will give the seed; dice if left out.",
)
@click.option(
    "--day",
    type=click.DateTime(["%Y-%m-%d"]),
    help="For freeze: the day of the throw, or of the public draw; today if left out.",
)
@click.option("--seed", help="For draw: what the named source gave, such as thrown dice.")
@click.option(
    "--witness", "witnesses", multiple=True, help="For freeze: who will see the draw; give two."
)
@click.option("--reason", help="For cancel, and for freeze while ballots are missing.")
@click.option("--json", "as_json", is_flag=True, help="Print for a script to read.")
def act(
    month: Month,
    action: str,
    *,
    username: str,
    source: str | None,
    day: datetime | None,
    seed: str | None,
    witnesses: tuple[str, ...],
    reason: str | None,
    as_json: bool,
) -> None:
    """Take the round of MONTH one step on; says what is missing where it cannot."""
    settings = settings_of_environment()
    with opened(database_of(settings)) as session:
        work = work_of(session, username)
        named = NameSource(SeedSource(source or "dice"), (day or work.now).date())
        request = ActOnRound(
            round_in(work, month).id,
            RoundAction(action),
            source=named,
            seed=seed,
            witnesses=witnesses,
            reason=reason,
        )
        sealing_key = sealing_key_from(settings.secret_key)
        moved = act_on_round(work, request, sealing_key=sealing_key)
    _print(moved, as_json=as_json)


def _print(shown: Round, *, as_json: bool) -> None:
    members = _members(shown)
    if as_json:
        click.echo(json.dumps(members))
        return
    for name, value in members.items():
        click.echo(f"{name}: {value}")


def _members(shown: Round) -> dict[str, Any]:
    return {
        "id": str(shown.id),
        "month": str(Month.of(shown.month)),
        "state": shown.state,
        "frozen_hash": shown.frozen_hash,
        "notice_last": shown.notice_last and shown.notice_last.isoformat(),
        "lists": {one.honour.code: one.quota for one in shown.lists},
    }
