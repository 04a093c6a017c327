"""`loyalty figures`: the months that are over, written out without persons."""

from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path

import click
from sqlalchemy.orm import Session

from loyalty.clock import community_now
from loyalty.commands.round import MonthParameter
from loyalty.commands.session import (
    database_of,
    opened,
    opened_for_reports,
    settings_of_environment,
)
from loyalty.models import Community
from loyalty.reports.parquet import write_parquet
from loyalty.rules.calendar import Month
from loyalty.services.community.policy import communities
from loyalty.services.ledger.benefit import Sums
from loyalty.services.ledger.month_cells import MonthCell, list_exported_months, list_month_cells

HIDDEN = (None,) * len(Sums.__slots__)


@click.group("figures")
def figures() -> None:
    """Write out the figures of months that are over."""


@figures.command("export")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--community", "slugs", multiple=True, help="Short name; all if none is given.")
@click.option("--month", type=MonthParameter(), help="Such as 2026-12; all that are out if none.")
def export(folder: Path, *, slugs: tuple[str, ...], month: Month | None) -> None:
    """Write a Parquet file for each community and month into FOLDER, as docs/figures.md says.

    A file that is there already is written anew, to the same bytes.
    """
    settings = settings_of_environment()
    url = database_of(settings)
    if not slugs:
        with opened(url, only_read=True) as session:
            slugs = tuple(one.slug for one in communities(session))
    folder.mkdir(parents=True, exist_ok=True)
    written: list[bool] = []
    for slug in slugs:
        with opened_for_reports(url, settings, slug) as (session, community):
            written += _export(session, community, [month] if month else [], folder)
    click.echo(f"{len(written)} files in {folder}, {sum(written)} of them new or changed.")


def _export(
    session: Session, community: Community, months: Sequence[Month], folder: Path
) -> list[bool]:
    """Write the files of a community; return of each whether that changed it."""
    today = community_now(community.timezone).date()
    written = []
    for month in months or list_exported_months(session, community, today=today):
        cells = list_month_cells(session, community, month, today=today)
        rows = [(community.slug, month.first, cell.trade, *_figures_of(cell)) for cell in cells]
        written.append(write_parquet(folder / f"{community.slug}-{month}.parquet", rows))
    return written


def _figures_of(cell: MonthCell) -> tuple[int | None, ...]:
    return HIDDEN if cell.sums is None else astuple(cell.sums)
