"""`loyalty keys`: what to do when a key may have been stolen."""

import click

from loyalty.cards.keys import sealing_key_from
from loyalty.commands.session import (
    acting,
    database_of,
    opened,
    settings_of_environment,
    work_of,
)
from loyalty.services.cards.replacing import replace_keys
from loyalty.services.community.policy import community_called


@click.group("keys")
def keys() -> None:
    """Replace the keys that sign cards."""


@keys.command("replace")
@click.argument("slug")
@acting
@click.option("--yes", is_flag=True, help="Do not ask before all cards are replaced.")
def replace(slug: str, *, username: str, yes: bool) -> None:
    """Replace the keys of the community SLUG, and every card that still works.

    The old cards stop at once, so new ones must be printed and handed over. Tills follow at their
    next contact.
    """
    settings = settings_of_environment()
    if not yes:
        click.confirm(f"Replace every card of {slug} that still works?", abort=True)
    with opened(database_of(settings)) as session:
        community = community_called(session, slug)
        work = work_of(session, username)
        if work.community_id != community.id:
            raise click.ClickException(f"{username} is no account of {slug}.")
        done = replace_keys(work, sealing_key=sealing_key_from(settings.secret_key))
    click.echo(
        f"{done.keys} keys and {done.cards} cards are replaced; revocation list {done.list_number}"
        " names the old cards. Print the new ones and hand them over."
    )
