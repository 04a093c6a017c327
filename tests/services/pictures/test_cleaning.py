"""Pictures made clean: judged by what they hold, without place and device, never too large."""

import io
import struct
import time
import zlib

import pytest
from PIL import Image

from loyalty.services import apart
from loyalty.services.errors import PictureReaderBusyError, PictureRefusedError
from loyalty.services.pictures import pictures
from loyalty.services.pictures.cleaning import RefusedError, clean_here
from loyalty.services.pictures.pictures import LARGEST_FILE, PictureFault, clean_picture
from tests.given_pictures import photo, taken_here

SVG = (
    b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
)


def bomb(width: int, height: int) -> bytes:
    """Return a PNG of a few bytes that says it has many pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(b"\0" * 1000)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def kept(content: bytes) -> Image.Image:
    clean, width, height = clean_here(content)
    image = Image.open(io.BytesIO(clean))
    assert (image.format, image.size) == ("JPEG", (width, height))
    return image


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_each_kind_that_is_read_becomes_a_jpeg(kind: str) -> None:
    assert kept(photo(kind=kind)).size == (40, 30)


@pytest.mark.parametrize(
    ("size", "then"),
    [((1600, 10), (1600, 10)), ((1601, 10), (1600, 10)), ((1000, 3200), (500, 1600))],
)
def test_no_side_is_longer_than_1600_pixels(size: tuple[int, int], then: tuple[int, int]) -> None:
    assert kept(photo(*size)).size == then


def test_neither_place_nor_device_nor_comment_is_kept() -> None:
    sent = taken_here()
    assert b"Camera of Wang Fang" in sent
    assert b"43.79N" in sent

    clean, *_ = clean_here(sent)

    image = Image.open(io.BytesIO(clean))
    assert not image.getexif()
    assert image.info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert b"Camera" not in clean
    assert b"43.79N" not in clean


def test_what_was_up_stays_up_without_the_camera_saying_so() -> None:
    assert kept(taken_here()).size == (30, 40)


def test_what_shines_through_lies_on_white() -> None:
    image = kept(photo(kind="PNG", mode="RGBA", colour=(0, 0, 0, 0)))

    assert image.getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK"])
def test_pictures_of_every_kind_of_colour_are_kept(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"

    assert kept(photo(kind=kind, mode=mode)).mode == "RGB"


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"%PDF-1.7 called picture.jpg", PictureFault.PDF),
        (SVG, PictureFault.DRAWING),
        (b"\0\0\0\x18ftypheic\0\0\0\0", PictureFault.OTHER_PICTURE),
        (photo(kind="GIF"), PictureFault.OTHER_PICTURE),
        (b"", PictureFault.NO_PICTURE),
        (b"MZ a program", PictureFault.NO_PICTURE),
        (photo(400, 300, colour="red")[:-700], PictureFault.DAMAGED),
        (bomb(40_000_001, 1), PictureFault.TOO_MANY_PIXELS),
        (bomb(65_500, 65_500), PictureFault.TOO_MANY_PIXELS),
        (bomb(5_000, 8_000), PictureFault.DAMAGED),
    ],
)
def test_what_is_no_picture_is_called_by_its_name(content: bytes, fault: PictureFault) -> None:
    with pytest.raises(RefusedError) as refusal:
        clean_here(content)

    assert PictureFault(str(refusal.value)) is fault


def test_a_process_of_its_own_cleans_what_comes_in() -> None:
    clean = clean_picture(taken_here())

    assert (clean.width, clean.height) == (30, 40)
    assert Image.open(io.BytesIO(clean.content)).format == "JPEG"
    with pytest.raises(PictureRefusedError) as refusal:
        clean_picture(SVG)
    assert refusal.value.fault == PictureFault.DRAWING


def test_forty_million_pixels_fit() -> None:
    clean = clean_picture(photo(8_000, 5_000, kind="PNG", mode="RGBA", compress_level=1))

    assert (clean.width, clean.height) == (1600, 1000)


@pytest.mark.parametrize(("size", "fault"), [(0, "no_picture"), (1, "too_large")])
def test_a_file_has_at_most_eight_megabytes(size: int, fault: str) -> None:
    with pytest.raises(PictureRefusedError) as refusal:
        clean_picture(bytes(LARGEST_FILE + size))

    assert refusal.value.fault == fault


def test_whoever_comes_while_another_picture_is_read_is_told_so_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pictures, "LONGEST_WAIT", pictures.LONGEST_WAIT / 20)
    began = time.monotonic()

    with pictures.ONE_AT_A_TIME, pytest.raises(PictureReaderBusyError) as refusal:
        clean_picture(taken_here())

    assert refusal.value.fault == PictureFault.BUSY
    # The one before takes half a minute.
    assert time.monotonic() - began < 30


def test_a_machine_without_time_for_a_picture_says_so_and_takes_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as hurried:
        hurried.setattr(apart, "SECONDS", 0.001)
        with pytest.raises(PictureReaderBusyError) as refusal:
            clean_picture(taken_here())

    assert refusal.value.fault == PictureFault.BUSY
    assert clean_picture(taken_here()).width == 30
