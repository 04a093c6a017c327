"""`loyalty housekeeping`: forget in time, and erase again whom a backup has brought back."""

import json
import logging
import traceback
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import click

from loyalty.cards.keys import sealing_key_from
from loyalty.clock import community_now
from loyalty.commands.session import database_of, opened, settings_of_environment
from loyalty.commands.upkeep import look_at_disk
from loyalty.database import is_away, limit_to
from loyalty.models import Community
from loyalty.services.community.policy import communities
from loyalty.services.privacy.erasure_file import copy_erasures, read_erasures
from loyalty.services.privacy.housekeeping import ERASES, STEPS, House, carry_out
from loyalty.services.staff.gone_homes import forget_gone_homes
from loyalty.settings import Settings

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Houses:
    """What has come of keeping the houses of all communities."""

    done: dict[str, Mapping[str, int]] = field(default_factory=dict)
    """By slug: how much each step has done."""
    failed: list[str] = field(default_factory=list)
    """Slugs of those whose housekeeping was broken off."""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print for a script to read.")
def housekeeping(*, as_json: bool) -> None:
    """Keep house, as `serve` does every hour. It may run twice, or at two places at once."""
    houses = keep_every_house(settings_of_environment())
    _tell(houses.done, as_json=as_json)
    if houses.failed:
        raise click.ClickException(_failed_in_words(houses.failed))


def _tell(done: Mapping[str, Mapping[str, int]], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(done))
        return
    for slug, counts in done.items():
        told = ", ".join(f"{name} {count}" for name, count in counts.items() if count)
        click.echo(f"{slug}: {told or 'nothing to do'}")


def _failed_in_words(slugs: Sequence[str]) -> str:
    return f"The housekeeping has failed in {', '.join(slugs)}; the log says where."


def keep_every_house(settings: Settings) -> Houses:
    """Keep the houses of all communities; where one fails the others are kept all the same."""
    url = database_of(settings)
    with opened(url) as session:
        served = communities(session)
        forget_gone_homes(session)
    houses = Houses()
    for community in served:
        try:
            houses.done[community.slug] = keep_house(url, settings, community)
        except Exception as error:
            if is_away(error):
                raise
            houses.failed.append(community.slug)
            # What an error says may name people; where it came from does not.
            where = "".join(traceback.format_tb(error.__traceback__))
            _logger.error(  # noqa: TRY400  # without what it says
                "the housekeeping of %s has failed: %s\n%s",
                community.slug,
                type(error).__name__,
                where,
            )
    return houses


def erase_again(url: str, settings: Settings) -> int:
    """Erase whom a restored backup has brought back, in all communities; return how many."""
    with opened(url) as session:
        served = communities(session)
    return sum(keep_house(url, settings, one, steps=(ERASES,))[ERASES] for one in served)


def keep_house(
    url: str, settings: Settings, community: Community, *, steps: Iterable[str] = STEPS
) -> Mapping[str, int]:
    """Keep the house of one community, step by step; return how much each has done."""
    erased = read_erasures(settings.erasures)
    done = Counter(dict.fromkeys(steps, 0))
    for name in steps:
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
    look_at_disk(url, settings, community)
    return done
