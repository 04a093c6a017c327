"""The `loyalty` command: each file parses, calls one service and prints."""

from importlib import import_module
from typing import Any

import click

from loyalty.commands.loading import loading
from loyalty.rules.errors import LoyaltyError

MODULES = {
    "audit": "audit",
    "backup": "backup",
    "community": "community",
    "demo": "demo",
    "distribute": "distribute",
    "doctor": "doctor",
    "drill": "drill",
    "figures": "figures",
    "housekeeping": "housekeeping",
    "import": "import_table",
    "init": "init",
    "join-link": "join_link",
    "keys": "keys",
    "migrate": "migrate",
    "reseal": "reseal",
    "restore": "restore",
    "round": "round",
    "serve": "serve",
    "street": "street",
    "verify-month": "verify_month",
    "verify-record": "verify_record",
    "work": "work",
}
"""Each command, and the module here that has it, loaded when it is called or listed."""


class Programme(click.Group):
    """Says in a sentence what was refused, as the API says it in a problem."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """Return the names of all commands."""
        return sorted(MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return a command, loading what it needs and not what the others do."""
        if cmd_name not in MODULES:
            return None
        with loading():
            module = import_module(f"loyalty.commands.{MODULES[cmd_name]}")
        found = (value for value in vars(module).values() if isinstance(value, click.Command))
        return next(command for command in found if command.name == cmd_name)

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
