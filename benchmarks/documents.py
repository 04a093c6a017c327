"""Do the files of a month open in LibreOffice, and do their formulas come to the same?

Takes the briefing and the workbook of the last month from a running service with the demonstration,
has LibreOffice draw the one as PDF and work the other out anew, and compares every cell.
"""

import argparse
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from urllib.request import Request, urlopen
from zoneinfo import ZoneInfo

from openpyxl import load_workbook

from benchmarks.market import signed_in
from benchmarks.service import Line
from loyalty.rules.calendar import Month

SLOWEST_SECONDS = 10
SUFFIXES = ("docx", "xlsx")


def main() -> None:
    """Fetch, convert, compare; exit with 1 if a formula comes to something else."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--accounts", type=Path, default=Path("var/demo-accounts.json"))
    parser.add_argument("--folder", type=Path, default=Path("build/documents"))
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    token = signed_in(Line(asked.url), asked.accounts, "demo-manager")
    month = Month.of(datetime.now(ZoneInfo("Asia/Shanghai")).date()).plus(-1)
    for suffix in SUFFIXES:
        began = time.monotonic()
        file = _fetch(asked.url, token, suffix, month)
        seconds = time.monotonic() - began
        (asked.folder / f"month.{suffix}").write_bytes(file)
        print(f"{suffix}: {len(file):,} bytes in {seconds:.2f} s")
        if seconds > SLOWEST_SECONDS or file != _fetch(asked.url, token, suffix, month):
            sys.exit(f"{suffix}: too slow, or not the same bytes twice")
    _convert(asked.folder / "month.docx", "pdf", asked.folder)
    anew = asked.folder / "anew"
    _convert(asked.folder / "month.xlsx", "xlsx", anew)
    different = _compare(asked.folder / "month.xlsx", anew / "month.xlsx")
    sys.exit("\n".join(different) if different else 0)


def _fetch(url: str, token: str, suffix: str, month: Month) -> bytes:
    address = f"{url}/api/v1/benefit.{suffix}?from={month}&to={month}"
    request = Request(address, headers={"Authorization": f"Bearer {token}"})  # noqa: S310  # ours
    with urlopen(request, timeout=60) as answer:  # noqa: S310  # likewise
        return bytes(answer.read())


def _convert(file: Path, to: str, folder: Path) -> None:
    command = ["soffice", "--headless", "--convert-to", to, "--outdir", str(folder), str(file)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)  # noqa: S603  # ours


def _compare(written: Path, anew: Path) -> list[str]:
    """Return the formulas whose result was written otherwise than LibreOffice works it out."""
    formulas, ours = load_workbook(written), load_workbook(written, data_only=True)
    theirs = load_workbook(anew, data_only=True)
    found = [
        (sheet.title, cell.coordinate)
        for sheet in formulas
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]
    print(f"{len(found)} formulas on {len(formulas.sheetnames)} sheets")
    return [
        f"{title}!{at}: {ours[title][at].value} here, {theirs[title][at].value} in LibreOffice"
        for title, at in found
        if abs((ours[title][at].value or 0) - (theirs[title][at].value or 0)) > 1e-9  # noqa: PLR2004
    ]


if __name__ == "__main__":
    main()
