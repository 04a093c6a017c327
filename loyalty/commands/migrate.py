"""`loyalty migrate`: bring the tables to a revision, or write the next one."""

from datetime import datetime
from typing import cast

import click
from alembic import command
from alembic.script import Script

from loyalty.clock import utc_now
from loyalty.commands.session import owner_database_of, settings_of_environment
from loyalty.commands.tables import move_tables
from loyalty.database import configure_alembic


@click.command()
@click.argument("revision", default="head")
@click.option(
    "--write",
    "deed",
    metavar="DEED",
    help="Write a migration from the difference between models and tables, "
    'named by its deed: "add vouchers".',
)
@click.option("--no-copy", is_flag=True, help="Do not copy what is there before it is changed.")
def migrate(revision: str, deed: str | None, *, no_copy: bool) -> None:
    """Bring the tables to REVISION: head, base, a name, or -1 for one step back.

    What stands in them is copied into `backups` of the data folder first.
    """
    settings = settings_of_environment()
    move_tables(settings, revision=revision, copied=not no_copy)
    click.echo(f"The tables stand at {revision}.")
    if deed:
        click.echo(write_migration(owner_database_of(settings), deed, now=utc_now()))


def write_migration(url: str, deed: str, *, now: datetime) -> str:
    """Write a migration from how the models differ from the tables; return its file.

    Args:
        deed: what it does, such as ``add vouchers``.
        now: names the file, beside the deed.
    """
    with configure_alembic(url) as config:
        script = command.revision(config, deed, autogenerate=True, rev_id=f"{now:%Y%m%d_%H%M}")
    return str(cast("Script", script).path)
