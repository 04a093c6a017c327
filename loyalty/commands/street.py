"""`loyalty street`: which communities an account above them reads."""

import click

from loyalty.clock import community_now
from loyalty.commands.session import database_of, opened, settings_of_environment
from loyalty.rules.typed_text import clean_login_name
from loyalty.services.community.policy import community_called
from loyalty.services.ledger.oversight import grant_oversight, revoke_oversight


@click.group("street")
def street() -> None:
    """Say which communities a street or a city reads: closed months, as they are published."""


@street.command("allow")
@click.argument("username")
@click.argument("slug")
def allow(username: str, slug: str) -> None:
    """Let USERNAME, who has the role street, read the closed figures of the community SLUG."""
    _decide(username, slug, allowed=True)


@street.command("refuse")
@click.argument("username")
@click.argument("slug")
def refuse(username: str, slug: str) -> None:
    """Let USERNAME no longer read the closed figures of the community SLUG."""
    _decide(username, slug, allowed=False)


def _decide(username: str, slug: str, *, allowed: bool) -> None:
    with opened(database_of(settings_of_environment())) as session:
        community = community_called(session, slug)
        change = grant_oversight if allowed else revoke_oversight
        now = community_now(community.timezone)
        change(session, community, clean_login_name(username), now=now)
    click.echo(f"{username} {'reads' if allowed else 'no longer reads'} {slug}.")
