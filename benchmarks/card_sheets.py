"""How long 200 cards take to be drawn, and how surely their codes are read from paper.

Each page is rendered as printers of several resolutions would have it, and spoilt as paper and
light do: bars one dot too fat, half of a card in shadow, a tenth of the light. zxing-cpp reads each
code, and zbar and the till's own reader beside it where the machine has them. It ends with 1 if a
card of a clean page is not read, or if 200 cards take more than 5 s of computing or 2 MB.
"""

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
from base64 import b32encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pypdfium2
import zxingcpp
from PIL import Image, ImageChops, ImageOps

from loyalty.reports.card_face import HONOURS, WIDTH, CardFace
from loyalty.reports.card_sheet import CardSheet, draw_card_sheet
from loyalty.reports.month_pattern import pattern_of
from loyalty.reports.sheet_layout import SheetLayout, front_place
from loyalty.rules.card_number import group_digits, number_of

PROJECT = Path(__file__).parents[1]
CARDS = 200
HALF_LIGHT = 127
SHADOW, EDGE = 0.7, 10
"""What light a shadow leaves, and how wide its edge is, in millimetres."""
HONOURS_OF_A_MARKET = 3
MOST_SECONDS, MOST_BYTES = 5.0, 2_000_000
DPI = (150, 203, 300, 600)
DRAWN_AT = datetime(2026, 12, 9, 4, tzinfo=UTC)


def face(place: int) -> CardFace:
    """Return a card of nobody."""
    random = Random(place)
    number = number_of(f"{random.randrange(10**12):012}")
    token = b32encode(random.randbytes(75)).decode()
    return CardFace(
        language="zh-Hans",
        community="田园市场",
        title="打折卡",
        honour="文明居民",
        colour=list(HONOURS.values())[place % HONOURS_OF_A_MARKET],
        rate="8–8.5折",
        share="付80–85%",
        rate_note="以店内公示为准",
        until_name="有效至",
        until="2027年1月31日",
        holder_name="持卡人",
        holder="张*明",
        month="1月",
        pattern=pattern_of(hashlib.sha256(b"a key").digest(), 1),
        number=number,
        printed_number=group_digits(number),
        address=f"https://ka.tianyuan.example/C/{token}",
        qr_name="扫码查卡",
        rules=("在挂牌的爱心店铺用，结账前出示。",) * 5,
        telephone="社区电话 0991-1234567",
        promise="不得转借 · 无储值 · 免费发放",
        batch="20261209-1200",
        demonstration="",
    )


def gained(image: Image.Image) -> Image.Image:
    """Let every black dot swell by one, to the right and downwards, as ink does."""
    dots = image.point(lambda light: 255 if light > HALF_LIGHT else 0)
    fat = dots
    for dx, dy in ((1, 0), (0, 1), (1, 1)):
        fat = ImageChops.darker(fat, ImageChops.offset(dots, dx, dy))
    return fat


def shadowed(image: Image.Image) -> Image.Image:
    """Let a shadow with a soft edge lie on the left half of every card."""
    place, dot = front_place(SheetLayout(), 0), image.width / 210
    card = Image.linear_gradient("L").rotate(90).resize((int(EDGE * dot), 1))
    mask = Image.new("L", (image.width, 1), 0)
    for column in range(2):
        left = place.x + column * (WIDTH + 2)
        middle = left + WIDTH / 2
        mask.paste(255, (int(left * dot), 0, int((middle - EDGE / 2) * dot), 1))
        mask.paste(ImageOps.invert(card), (int((middle - EDGE / 2) * dot), 0))
    dark = image.point(lambda light: light * SHADOW)
    return Image.composite(dark, image, mask.resize(image.size))


def dim(image: Image.Image) -> Image.Image:
    """Leave a tenth of the light."""
    return image.point(lambda light: light * 0.1)


SPOILT: dict[str, Callable[[Image.Image], Image.Image]] = {
    "clean": lambda image: image,
    "one dot of gain": gained,
    "half in shadow": shadowed,
    "10% of the light": dim,
}


def by_zxing(image: Image.Image) -> set[str]:
    """Read as zxing-cpp does."""
    return {code.text for code in zxingcpp.read_barcodes(image)}


def by_zbar(image: Image.Image) -> set[str]:
    """Read as zbar does."""
    with tempfile.NamedTemporaryFile(suffix=".png") as file:
        image.save(file.name)
        command = ["zbarimg", "--quiet", "--raw", file.name]
        told = subprocess.run(command, capture_output=True, check=False)  # noqa: S603
    return set(told.stdout.decode().split())


TILL = """
import { readFileSync } from "node:fs";
import { prepareZXingModule, readBarcodes } from "READER";
const wasmBinary = readFileSync("WASM");
prepareZXingModule({ overrides: { wasmBinary }, fireImmediately: true });
const OPTIONS = { formats: ["QRCode", "Code128", "EAN13", "EAN8", "UPCA", "UPCE"], tryHarder: true,
  tryRotate: true, tryInvert: false, maxNumberOfSymbols: 255 };
const found = await readBarcodes(new Blob([readFileSync(process.argv[2])]), OPTIONS);
console.log(JSON.stringify(found.filter(({ isValid }) => isValid).map(({ text }) => text)));
"""
"""The reader of `loyalty/till/static/scan/decoding.js`, with its options; of a page, all codes."""


def by_till(image: Image.Image) -> set[str]:
    """Read as the till does."""
    vendor = PROJECT / "loyalty/static/vendor/zxing"
    program = TILL.replace("READER", str(vendor / "reader/index.js")).replace(
        "WASM", str(vendor / "zxing_reader.wasm")
    )
    with tempfile.TemporaryDirectory() as folder:
        script, picture = Path(folder, "read.mjs"), Path(folder, "page.png")
        script.write_text(program, "utf-8")
        image.save(picture)
        told = subprocess.run(["node", script, picture], capture_output=True, check=True)  # noqa: S603, S607
    return set(json.loads(told.stdout))


def readers() -> Iterator[tuple[str, Callable[[Image.Image], set[str]]]]:
    """Yield the readers that this machine has."""
    yield "zxing-cpp", by_zxing
    if shutil.which("zbarimg"):
        yield "zbar", by_zbar
    if shutil.which("node"):
        yield "till", by_till


def drawn(cards: int) -> tuple[bytes, float]:
    """Return so many cards, and the seconds of computing they took."""
    sheet = CardSheet(
        "zh-Hans", "打折卡", [face(place) for place in range(cards)], "田园市场", "正面", "背面"
    )
    begun = time.process_time()
    file = draw_card_sheet(sheet, SheetLayout(), drawn_at=DRAWN_AT)
    return file, time.process_time() - begun


def main() -> int:
    """Draw, read and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=2, help="of which codes are read, both sides")
    pages = parser.parse_args().pages
    file, seconds = drawn(CARDS)
    print(f"{CARDS} cards: {seconds:.1f} s of computing, {len(file):,} bytes")
    document = pypdfium2.PdfDocument(file)
    wanted = [
        {getattr(face(place), member) for place in range(page * 10, page * 10 + 10)}
        for page in range(pages)
        for member in ("number", "address")
    ]
    failed = seconds > MOST_SECONDS or len(file) > MOST_BYTES
    for dpi in DPI:
        images = [
            document[page].render(scale=dpi / 72).to_pil().convert("L") for page in range(2 * pages)
        ]
        for spoilt, spoil in SPOILT.items():
            told = []
            for name, read in readers():
                found = [read(spoil(image)) for image in images]
                sides = [
                    sum(len(found[page] & wanted[page]) for page in range(side, 2 * pages, 2))
                    for side in (0, 1)
                ]
                of = pages * 10
                told.append(f"{name} {sides[0]}/{of} barcodes, {sides[1]}/{of} QR")
                failed |= spoilt == "clean" and name == "zxing-cpp" and sides != [of, of]
            print(f"{dpi} dpi, {spoilt}: {'; '.join(told)}", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
