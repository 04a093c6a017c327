"""`loyalty migrate`: bring the tables to a revision, or write the next one."""

import click

from loyalty.clock import utc_now
from loyalty.commands.session import database_of, settings_of_environment
from loyalty.database import migrate as migrate_database
from loyalty.database import write_migration


@click.command()
@click.argument("revision", default="head")
@click.option(
    "--write",
    "deed",
    metavar="DEED",
    help="Write a migration from the difference between models and tables, "
    'named by its deed: "add vouchers".',
)
def migrate(revision: str, deed: str | None) -> None:
    """Bring the tables to REVISION: head, base, a name, or -1 for one step back."""
    url = database_of(settings_of_environment())
    migrate_database(url, revision=revision)
    click.echo(f"The tables stand at {revision}.")
    if deed:
        click.echo(write_migration(url, deed, now=utc_now()))
