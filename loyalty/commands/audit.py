"""`loyalty audit`: whether what was recorded is what was chained, and published."""

import json
import re
from collections.abc import Iterator
from typing import TextIO

import click

from loyalty.cards.audit_heads import BadHeadError, read_head
from loyalty.commands.session import database_of, opened, settings_of_environment
from loyalty.services.audit_chain.faults import KnownHead, find_faults
from loyalty.services.audit_chain.links import find_last_link
from loyalty.services.community.policy import enter_community
from loyalty.services.ledger.closing import list_heads_in_months

_WRITTEN_DOWN = re.compile(r"([1-9]\d{0,8}):([0-9a-f]{64})")


class WrittenDownHead(click.ParamType[KnownHead]):
    """A head as somebody has noted it: its number, a colon, its 64 hexadecimal digits."""

    name = "number:head"

    def convert(
        self, value: str | KnownHead, param: click.Parameter | None, ctx: click.Context | None
    ) -> KnownHead:
        """Return the head that was written down."""
        if isinstance(value, KnownHead):
            return value
        found = _WRITTEN_DOWN.fullmatch(value.strip().lower())
        if found is None:
            self.fail("write the number, a colon and 64 hexadecimal digits", param, ctx)
        return KnownHead(int(found[1]), found[2])


@click.group("audit")
def audit() -> None:
    """Look whether what was recorded has been changed since."""


@audit.command("verify")
@click.argument("slug")
@click.option(
    "--published",
    "files",
    type=click.File(encoding="utf-8"),
    multiple=True,
    help="A copy of /api/v1/public/SLUG/audit-head that you kept; may be given several times.",
)
@click.option(
    "--head",
    "written_down",
    type=WrittenDownHead(),
    multiple=True,
    help="A head that you wrote down, such as 12:5f0c…; may be given several times.",
)
def verify(slug: str, *, files: tuple[TextIO, ...], written_down: tuple[KnownHead, ...]) -> None:
    """Hash all that the community SLUG has recorded anew, and name each link that is not right.

    Whoever made the whole chain anew, or cut off its end, is found by a head that you know from
    elsewhere alone, so give one. Exits with 1 if anything is wrong.
    """
    known = [*written_down, *_read_published(files)]
    with opened(database_of(settings_of_environment()), only_read=True) as session:
        community = enter_community(session, slug)
        last = find_last_link(session, community.id)
        known += list_heads_in_months(session, community)
        found = False
        for fault in find_faults(session, community, known):
            found = True
            click.echo(f"{fault.kind}: {fault.detail}")
    if found:
        raise click.exceptions.Exit(1)
    if last is None:
        click.echo("Nothing has been chained yet.")
    else:
        click.echo(f"{last.number} links are right. Head {last.number}:{last.head}")


def _read_published(files: tuple[TextIO, ...]) -> Iterator[KnownHead]:
    for file in files:
        try:
            head, key_id, signature = read_head(json.load(file))
        except (ValueError, RecursionError, BadHeadError) as error:
            raise click.ClickException(f"{file.name} is no copy of a published head.") from error
        yield KnownHead(head.number, head.head, (head, key_id, signature))
