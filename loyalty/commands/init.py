"""`loyalty init`: found a community and open its first account."""

from dataclasses import replace
from difflib import get_close_matches
from importlib import import_module
from zoneinfo import available_timezones

import click
from flask import Flask

from loyalty.clock import community_now
from loyalty.commands.session import opened, owner_database_of, settings_of_environment
from loyalty.commands.tables import bring_up_to_date
from loyalty.services.actors import Role
from loyalty.services.community.founding import FoundCommunity, found_community
from loyalty.services.staff.accounts import CreateAccount, open_account
from loyalty.services.staff.passwords import SHORTEST_PASSWORD
from loyalty.settings import Settings


def _known_zone(_: click.Context, __: click.Parameter, name: str) -> str:
    """Refuse a time zone nobody knows before anything is asked or stored."""
    zones = available_timezones()
    if name in zones:
        return name
    near = next(iter(get_close_matches(name.title(), sorted(zones), n=1)), "Asia/Shanghai")
    raise click.ClickException(f"There is no time zone {name!r}; name one such as {near}.")


def _refuse_taken(slug: str, settings: Settings) -> None:
    """Refuse a short name under which the service has pages or calls of its own."""
    # By its name, for the app stands above the commands.
    app: Flask = import_module("loyalty.app").create_app(settings)
    if slug in {rule.rule.split("/")[1] for rule in app.url_map.iter_rules()}:
        raise click.ClickException(
            f"Addresses of the service itself begin with /{slug}; choose another short name."
        )


@click.command()
@click.option("--name", prompt="Name of the community")
@click.option("--slug", prompt="Short name in addresses", help="Lower-case letters and hyphens.")
@click.option(
    "--timezone",
    default="Asia/Shanghai",
    show_default=True,
    is_eager=True,
    callback=_known_zone,
    help="IANA time zone.",
)
@click.option("--username", prompt="Username of the manager")
@click.option("--display-name", prompt="Name of the manager")
@click.option(
    "--password",
    envvar="LOYALTY_INIT_PASSWORD",
    prompt=f"Password of the manager, at least {SHORTEST_PASSWORD} characters",
    hide_input=True,
    confirmation_prompt=True,
    help="Better typed at the prompt, where no list of processes shows it.",
)
def init(
    name: str, slug: str, *, timezone: str, username: str, display_name: str, password: str
) -> None:
    """Found a community with the default policy, and open the account of its manager."""
    settings = settings_of_environment()
    url = owner_database_of(settings)
    _refuse_taken(slug, replace(settings, database_url=url))
    bring_up_to_date(settings)
    now = community_now(timezone)
    with opened(url) as session:
        community = found_community(session, FoundCommunity(slug, name, timezone), now=now)
        request = CreateAccount(
            username=username,
            display_name=display_name,
            roles={Role.MANAGER},
        )
        open_account(session, community, request, password=password, now=now)
    click.echo(f"{name} is founded; {username} can sign in.")
