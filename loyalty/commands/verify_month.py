"""`loyalty verify-month`: closed months checked from what is published, as docs/figures.md says.

This shares no code with the service, so that a mistake in one shows against the other.
"""

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any, TextIO

import click

CHAIN_FORMAT, MONTH_FORMAT = "loyalty-months-1", "loyalty-month-1"
SMALLEST_GROUP = 5


@click.command("verify-month")
@click.argument("file", type=click.File(encoding="utf-8"))
@click.option("--month", help="Such as 2026-12; the last one if none is given.")
@click.option("--head", help="The head of that month as you know it, from its briefing.")
def verify_month(file: TextIO, *, month: str | None, head: str | None) -> None:
    """Check the closed months in FILE, and name each one that is not right.

    Whoever rewrote all of them would make a chain that fits: only a head that you know from
    elsewhere tells, so give one.
    """
    try:
        chain = json.load(file)
        faults = [*faults_in(chain), *_faults_of_head(chain, month, head)]
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise click.ClickException("These are not the closed months of a community.") from error
    for fault in faults:
        click.echo(fault)
    if faults:
        raise click.exceptions.Exit(1)
    months = chain["months"]
    click.echo(f"{len(months)} months are right, each the one after that before it.")
    for last in months[-1:]:
        click.echo(f"Head of {last['month']}: {last['head']}")


def faults_in(chain: dict[str, Any]) -> Iterator[str]:
    """Yield, in a sentence each, everything in a chain that is not right.

    Raises:
        LookupError, TypeError, ValueError, AttributeError: it has not the shape of one.
    """
    if chain["format"] != CHAIN_FORMAT:
        raise ValueError("another format")
    previous: dict[str, Any] | None = None
    for told in chain["months"]:
        named, text = told["month"], json.loads(told["text"])
        if sha256(told["text"].encode()).hexdigest() != told["head"]:
            yield f"{named} is not as it was closed: its text has another head."
        if (text["month"], text["community"]) != (named, chain["community"]):
            yield f"{named} holds the figures of {text['month']} in {text['community']}."
        before = None if previous is None else previous["head"]
        if text["previous_head"] != before:
            yield f"{named} does not follow {'nothing' if previous is None else previous['month']}."
        if previous is not None and named != _following(previous["month"]):
            yield f"Between {previous['month']} and {named} a month is missing."
        yield from _faults_of_figures(named, text)
        previous = told


def _faults_of_figures(named: str, text: dict[str, Any]) -> Iterator[str]:
    """Yield what does not add up in the figures of a month, or should not be told."""
    if text["format"] != MONTH_FORMAT:
        raise ValueError("another format")
    totals = text["totals"]
    trades = [one["sums"] for one in text["by_trade"]]
    for sums in (one for one in (totals, *trades) if one is not None):
        if sums["payable_fen"] + sums["saved_fen"] != sums["total_fen"]:
            yield f"{named}: what was paid and what was saved are not the price."
        if sums["people"] < SMALLEST_GROUP:
            yield f"{named}: figures about {sums['people']} people are told."
    if totals is None or None in trades:
        return
    for name in ("uses", "uses_without_amount", "total_fen", "payable_fen", "saved_fen"):
        if sum(one[name] for one in trades) != totals[name]:
            yield f"{named}: {name} of the trades is not that of the month."


def _faults_of_head(chain: dict[str, Any], month: str | None, head: str | None) -> Iterator[str]:
    """Yield that a month that is asked for is missing, or has another head than is known."""
    months = {one["month"]: one["head"] for one in chain["months"]}
    wanted = month or max(months, default=None)
    if (month or head) and wanted not in months:
        yield f"{wanted or 'A month'} is missing."
    elif head and wanted is not None and months[wanted] != head.strip().lower():
        yield f"{wanted} has the head {months[wanted]}, and not the one you know."


def _following(month: str) -> str:
    year, number = map(int, month.split("-"))
    return f"{year + number // 12:04d}-{number % 12 + 1:02d}"
