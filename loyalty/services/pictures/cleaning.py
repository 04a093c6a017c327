"""Makes one picture clean. Runs in a process of its own, which may run out of time or memory.

The file arrives on standard input. What leaves is one line of JSON, ``{"width": …, "height": …}``
or ``{"fault": code}``, and after it the new picture: nothing but its pixels, so neither the place
where it was taken nor a device is told.
"""

import io
import json
import sys

from PIL import Image, ImageOps, UnidentifiedImageError

from loyalty.services.apart import limit_this_process

MEMORY_BYTES = 768 * 1024 * 1024
"""Address space of this process: the largest picture in four bytes a pixel, three times over."""
CPU_SECONDS = 10

MOST_PIXELS = 40_000_000
LONGEST_SIDE = 1600
"""In pixels, of what is kept."""
QUALITY = 82
WHITE = (255, 255, 255)

READ = ("JPEG", "PNG", "WEBP")
OTHERS = (
    (b"%PDF", "pdf"),
    (b"\0\0\1\0", "other_picture"),
    (b"GIF8", "other_picture"),
    (b"BM", "other_picture"),
    (b"II*\0", "other_picture"),
    (b"MM\0*", "other_picture"),
)
"""How files begin that are often taken for a picture to be added."""


class RefusedError(Exception):
    """A file that is not kept; its text is the code of the reason."""


def clean_here(content: bytes) -> tuple[bytes, int, int]:
    """Return a picture as it is kept, a JPEG, with its width and height in pixels.

    What it is, its bytes say and not its name. A transparent one lies on white; of a moving one the
    first picture is taken.

    Raises:
        RefusedError: it is no picture that we read, is damaged, or has too many pixels.
    """
    image = _open(content)
    if image.width * image.height > MOST_PIXELS:
        raise RefusedError("too_many_pixels")
    try:
        # A JPEG is then read at a fraction of its size.
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        upright = ImageOps.exif_transpose(image)
        seen = upright.convert("RGBA") if upright.has_transparency_data else upright.convert("RGB")
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise RefusedError("damaged") from error
    kept = Image.new("RGB", seen.size, WHITE)
    kept.paste(seen, mask=seen if seen.mode == "RGBA" else None)
    file = io.BytesIO()
    kept.save(file, "JPEG", quality=QUALITY, optimize=True)
    return file.getvalue(), *kept.size


def _open(content: bytes) -> Image.Image:
    Image.MAX_IMAGE_PIXELS = None  # Ours is asked for by itself.
    try:
        return Image.open(io.BytesIO(content), formats=READ)
    except UnidentifiedImageError as error:
        raise RefusedError(_name_other(content)) from error
    except (OSError, SyntaxError, ValueError) as error:
        raise RefusedError("damaged") from error


def _name_other(content: bytes) -> str:
    for start, kind in OTHERS:
        if content.startswith(start):
            return kind
    if content[4:8] == b"ftyp":
        return "other_picture"
    return "drawing" if b"<svg" in content[:4096].lower() else "no_picture"


def main() -> None:
    """Clean the picture on standard input within the limits, and write what is kept."""
    limit_this_process(memory_bytes=MEMORY_BYTES, cpu_seconds=CPU_SECONDS)
    try:
        content, width, height = clean_here(sys.stdin.buffer.read())
        told: dict[str, int | str] = {"width": width, "height": height}
    except RefusedError as refusal:
        content, told = b"", {"fault": str(refusal)}
    except MemoryError:
        content, told = b"", {"fault": "too_many_pixels"}
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + content)


if __name__ == "__main__":
    main()
