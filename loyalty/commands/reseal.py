"""`loyalty reseal`: seal personal data with a new key, and the rest with a new secret."""

import click

from loyalty.commands.session import (
    opened,
    owner_database_of,
    sealing_keys_of,
    settings_of_environment,
)
from loyalty.database import limit_to
from loyalty.services.community.policy import communities
from loyalty.services.privacy.resealing import (
    count_unsealed_pins,
    refuse_other_keys,
    reseal_secrets,
    reseal_some,
)


@click.command()
def reseal() -> None:
    """Seal personal data with LOYALTY_DATA_KEY, which LOYALTY_OLD_DATA_KEY has sealed so far.

    Card keys, second factors and whatever else lies under the secret are sealed with
    LOYALTY_SECRET_KEY, where LOYALTY_OLD_SECRET_KEY is what it was.

    Stop the service first. What is broken off goes on where it was when it is run again.
    """
    settings = settings_of_environment()
    url = owner_database_of(settings)
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
        with opened(url) as session:
            limit_to(session, community.id)
            secrets = reseal_secrets(session, community, sealing_keys_of(settings))
            pins = count_unsealed_pins(session, community)
        click.echo(f"{community.slug}: {total} records and {secrets} secrets sealed anew")
        if pins and (until := settings.old_secret_until) is not None:
            click.echo(
                f"{community.slug}: {pins} PINs of residents were hashed under the old secret;"
                f" those not used until {until:%Y-%m-%d %H:%M} UTC end with it, and are chosen"
                " anew with a code that is printed for them"
            )
    with opened(url, only_read=True) as session:
        refuse_other_keys(session)
