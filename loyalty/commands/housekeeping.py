"""`loyalty housekeeping`: forget in time, and erase again whom a backup has brought back."""

import json
from collections import Counter
from collections.abc import Mapping

import click

from loyalty.cards.keys import sealing_key_from
from loyalty.clock import community_now
from loyalty.commands.session import database_of, opened, settings_of_environment
from loyalty.database import limit_to
from loyalty.models import Community
from loyalty.services.community.policy import communities
from loyalty.services.privacy.erasure_file import copy_erasures, read_erasures
from loyalty.services.privacy.housekeeping import STEPS, House, carry_out
from loyalty.settings import Settings


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print for a script to read.")
def housekeeping(*, as_json: bool) -> None:
    """Keep house, as `serve` does every hour. It may run twice, or at two places at once."""
    done = keep_every_house(settings_of_environment())
    if as_json:
        click.echo(json.dumps(done))
        return
    for slug, counts in done.items():
        told = ", ".join(f"{name} {count}" for name, count in counts.items() if count)
        click.echo(f"{slug}: {told or 'nothing to do'}")


def keep_every_house(settings: Settings) -> Mapping[str, Mapping[str, int]]:
    """Keep the houses of all communities; return, by slug, how much each step has done."""
    url = database_of(settings)
    with opened(url) as session:
        served = communities(session)
    return {community.slug: keep_house(url, settings, community) for community in served}


def keep_house(url: str, settings: Settings, community: Community) -> Mapping[str, int]:
    """Keep the house of one community, step by step; return how much each has done."""
    erased = read_erasures(settings.erasures)
    done = Counter(dict.fromkeys(STEPS, 0))
    for name in STEPS:
        more = True
        while more:
            with opened(url) as session:
                limit_to(session, community.id)
                house = House(
                    session,
                    community,
                    community_now(community.timezone),
                    sealing_key_from(settings.secret_key),
                    erased,
                )
                count, more = carry_out(name, house)
            done[name] += count
    with opened(url) as session:
        copy_erasures(session, community.id, settings.erasures)
    return done
