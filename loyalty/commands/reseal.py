"""`loyalty reseal`: seal personal data with a new key, after the old one."""

import click

from loyalty.commands.session import opened, owner_database_of, settings_of_environment
from loyalty.database import limit_to
from loyalty.services.community.policy import communities
from loyalty.services.privacy.resealing import refuse_other_keys, reseal_some


@click.command()
def reseal() -> None:
    """Seal personal data with LOYALTY_DATA_KEY, which LOYALTY_OLD_DATA_KEY has sealed so far.

    Stop the service first. What is broken off goes on where it was when it is run again.
    """
    url = owner_database_of(settings_of_environment())
    with opened(url) as session:
        served = communities(session)
    for community in served:
        total = 0
        more = True
        while more:
            with opened(url) as session:
                limit_to(session, community.id)
                more = bool(done := reseal_some(session, community.id))
                total += done
        click.echo(f"{community.slug}: {total} records sealed anew")
    with opened(url, only_read=True) as session:
        refuse_other_keys(session)
