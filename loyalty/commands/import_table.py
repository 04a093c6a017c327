"""`loyalty import`: a table of residents, shops, deeds or contributions."""

import json
import sys
from pathlib import Path

import click

from loyalty.commands.session import (
    acting,
    database_of,
    opened,
    settings_of_environment,
    work_of,
)
from loyalty.models import ImportJob
from loyalty.services.imports.answers import TableAnswers
from loyalty.services.imports.jobs import (
    ADDING,
    ImportKind,
    UploadTable,
    apply_import,
    upload_table,
)
from loyalty.services.imports.tables import read_table
from loyalty.words.imports import note_in_words, row_fault_in_words


@click.command("import")
@click.argument("kind", type=click.Choice(ADDING))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@acting
@click.option("--apply", "applying", is_flag=True, help="Take the rows in, if none is wrong.")
@click.option("--only-valid", is_flag=True, help="With --apply: leave the wrong rows out.")
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="HEADING=FIELD",
    help="Which column is which; may be repeated.",
)
@click.option(
    "--everywhere",
    multiple=True,
    metavar="FIELD=TEXT",
    help="What holds for every row that does not say it, such as adult=是; may be repeated.",
)
@click.option("--json", "as_json", is_flag=True, help="Print for a script to read.")
def import_table(
    kind: str,
    file: Path,
    *,
    username: str,
    applying: bool,
    only_valid: bool,
    columns: tuple[str, ...],
    everywhere: tuple[str, ...],
    as_json: bool,
) -> None:
    """Read FILE (.xlsx, .xls or .csv), say row by row what is wrong, and take it in if asked.

    Exits with 1 if a row is wrong.
    """
    table = read_table(file.read_bytes())
    with opened(database_of(settings_of_environment())) as session:
        work = work_of(session, username)
        request = UploadTable(
            ImportKind(kind),
            table,
            dry_run=True,
            answers=TableAnswers(everywhere=_pairs(everywhere)),
            columns=_pairs(columns),
        )
        job = upload_table(work, request)
        if applying and (only_valid or not job.errors):
            apply_import(work, job.id, only_valid=only_valid)
    report(job, as_json=as_json)
    sys.exit(1 if job.errors else 0)


def _pairs(typed: tuple[str, ...]) -> dict[str, str]:
    """Return what was typed as ``NAME=VALUE``."""
    pairs = [one.partition("=") for one in typed]
    if not all(sign for _, sign, _ in pairs):
        raise click.UsageError("Write it as NAME=VALUE.")
    return {name: value for name, _, value in pairs}


def report(job: ImportJob, *, as_json: bool) -> None:
    """Print what became of a table."""
    errors = [
        {"row": fault["row"], "column": fault["column"], "message": row_fault_in_words(fault)}
        for fault in job.errors
    ]
    notes = [note_in_words(note) for note in job.notes]
    answer = {
        "import_id": str(job.id),
        "rows": job.row_count,
        "valid": len(job.valid_rows),
        "errors": errors,
        "notes": notes,
        "applied": job.applied_at is not None,
    }
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False))
        return
    for error in errors:
        click.echo(f"第{error['row']}行 {error['message']}")
    for note in notes:
        click.echo(note)
    outcome = "taken in" if job.applied_at else "not taken in; --apply does"
    click.echo(f"{job.row_count} rows, {len(job.valid_rows)} right, {outcome}.")
