"""The `loyalty` command: each file parses, calls one service and prints."""

from typing import Any

import click

from loyalty.commands.backup import backup
from loyalty.commands.demo import demo
from loyalty.commands.distribute import distribute
from loyalty.commands.doctor import doctor
from loyalty.commands.drill import drill
from loyalty.commands.figures import figures
from loyalty.commands.housekeeping import housekeeping
from loyalty.commands.import_table import import_table
from loyalty.commands.init import init
from loyalty.commands.migrate import migrate
from loyalty.commands.restore import restore
from loyalty.commands.round import selection_round
from loyalty.commands.serve import serve
from loyalty.commands.street import street
from loyalty.commands.verify_month import verify_month
from loyalty.commands.verify_record import verify_record
from loyalty.commands.work import work
from loyalty.rules.errors import LoyaltyError


class Programme(click.Group):
    """Says in a sentence what was refused, as the API says it in a problem."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except LoyaltyError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=Programme, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="loyalty")
def main() -> None:
    """Run a neighbourhood market's discount-card programme."""


COMMANDS = (
    backup,
    demo,
    distribute,
    doctor,
    drill,
    figures,
    housekeeping,
    import_table,
    init,
    migrate,
    restore,
    selection_round,
    serve,
    street,
    verify_month,
    verify_record,
    work,
)

for command in COMMANDS:
    main.add_command(command)
