"""`loyalty join-link`: a way back in for who has lost password and second factor."""

import click
from sqlalchemy import select

from loyalty.clock import community_now
from loyalty.commands.session import database_of, opened, settings_of_environment
from loyalty.models import StaffAccount
from loyalty.rules.typed_text import clean_login_name
from loyalty.services.community.policy import community_called
from loyalty.services.errors import UnknownRecordError
from loyalty.services.staff.links import make_link_address, make_operators_link


@click.command("join-link")
@click.argument("slug")
@click.argument("username")
def join_link(slug: str, username: str) -> None:
    """Print a link by which USERNAME of the community SLUG joins anew; it works once, for a week.

    See in person who gets it: it replaces password and second factor.
    """
    settings = settings_of_environment()
    with opened(database_of(settings)) as session:
        community = community_called(session, slug)
        account = session.scalar(
            select(StaffAccount).where(
                StaffAccount.community_id == community.id,
                StaffAccount.username == clean_login_name(username),
                StaffAccount.active,
            )
        )
        if account is None:
            raise UnknownRecordError(f"{slug} has no open account {username}.")
        now = community_now(community.timezone)
        made = make_operators_link(session, community, account, now=now)
    click.echo(make_link_address(settings.base_url, made.token))
