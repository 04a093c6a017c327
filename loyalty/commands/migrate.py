"""`loyalty migrate`: bring the tables to a revision, or write the next one."""

import click

from loyalty.clock import utc_now
from loyalty.commands.session import owner_database_of, settings_of_environment
from loyalty.database import migrate as migrate_database
from loyalty.database import write_migration
from loyalty.roles import grant_to_service


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
    settings = settings_of_environment()
    url = owner_database_of(settings)
    migrate_database(url, revision=revision)
    if settings.owner_database_url is not None:
        grant_to_service(url)
    click.echo(f"The tables stand at {revision}.")
    if deed:
        click.echo(write_migration(url, deed, now=utc_now()))
