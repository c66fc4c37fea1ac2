"""Somebody's logo made safe and small: read as pixels alone and written anew, so nothing else of the file is kept."""

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from fiilis.core.errors import FieldProblem, Invalid

if TYPE_CHECKING:
    from PIL.Image import Image

WIDEST, HIGHEST = 320, 96
LARGEST = 8 * 1024
"""Bytes of the logo that every customer's page carries."""
UPLOAD_MOST = 4 * 1024 * 1024
PIXELS_MOST = 12_000_000
"""A file of few bytes may hold a picture of many gigabytes: its size is read before its pixels."""
SIDE_MOST = 16_383
"""Of a picture a pixel wide, each row costs as much again as its pixels."""
FORMATS = ("PNG", "JPEG", "WEBP")
_WORKED = 1600  # pixels a side: more of them would only take memory
_QUALITIES = (90, 80, 70, 60, 50, 40, 30)
_SMALLER = (1.0, 0.8, 0.6, 0.45, 0.3)
_PALE = 190  # of 255: pixels lighter than this vanish on white
_DARK = (20, 24, 31)


@dataclass(frozen=True, slots=True)
class Logo:
    """A logo as WebP. `backed`: it was pale on nothing and got a dark ground, so that it can be seen."""

    data: bytes
    width: int
    height: int
    backed: bool


def remade(raw: bytes) -> Logo:
    """Return the picture as WebP of at most 320 x 96 pixels and 8 kB, without any of the file's other content.

    Raises Invalid, in the reader's language, for a file that is too large, no PNG, JPEG or WebP, broken, or a picture
    of more than 12 million pixels.
    """
    if len(raw) > UPLOAD_MOST:
        raise _refused("too_large", _("The file is larger than 4 MB. Save the logo smaller."))
    head = raw[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<svg", b"<?xml", b"<!doctype svg")):
        raise _refused("svg", _("An SVG may hold a program, so it isn't taken. Save the logo as PNG."))
    picture, backed = _seen(_pixels(raw))
    for share in _SMALLER:
        small = _fitted(picture, share)
        for quality in (None, *_QUALITIES):
            data = _written(small, quality)
            if len(data) <= LARGEST:
                return Logo(data, small.width, small.height, backed)
    raise _refused("too_busy", _("The logo doesn't fit in 8 kB. Choose a simpler version of it."))


def _pixels(raw: bytes) -> "Image":
    """Return the picture's pixels with their transparency, upright."""
    from PIL import Image, ImageOps, UnidentifiedImageError  # noqa: PLC0415 - slow import

    try:
        with Image.open(io.BytesIO(raw), formats=FORMATS) as picture:
            if picture.width * picture.height > PIXELS_MOST or max(picture.size) > SIDE_MOST:
                raise _refused("too_many_pixels", _("The picture has more than 12 million pixels. Save it smaller."))
            picture.draft("RGB", (_WORKED, _WORKED))  # a JPEG is decoded no larger than needed
            pixels = picture.convert("RGBA")
            pixels.thumbnail((_WORKED, _WORKED))
            turned: Image.Image = ImageOps.exif_transpose(pixels)
            return turned
    except Image.DecompressionBombError:
        text = _("The picture has more than 12 million pixels. Save it smaller.")
        raise _refused("too_many_pixels", text) from None
    except UnidentifiedImageError:
        raise _refused("format", _("The file is no PNG, JPEG or WebP picture.")) from None
    except (OSError, SyntaxError, ValueError, EOFError):  # what the decoders raise for files that end or lie
        raise _refused("broken", _("The picture is broken. Save it anew and try again.")) from None


def _seen(picture: "Image") -> tuple["Image", bool]:
    """Return the picture cut to what is seen, on a dark ground if it is pale and stands on nothing."""
    from PIL import Image  # noqa: PLC0415 - slow import

    alpha = picture.getchannel("A")
    box = alpha.getbbox()
    if box is None:
        raise _refused("empty", _("The picture is transparent all over."))
    on_nothing = not _opaque(picture)
    picture, alpha = picture.crop(box), alpha.crop(box)
    histogram = picture.convert("L").histogram(mask=alpha.point(lambda value: 255 if value > 127 else 0))
    pixels = sum(histogram)
    pale = pixels > 0 and sum(value * count for value, count in enumerate(histogram)) / pixels > _PALE
    if not (pale and on_nothing):
        return picture, False
    edge = max(2, picture.height // 6)
    ground = Image.new("RGBA", (picture.width + 2 * edge, picture.height + 2 * edge), (*_DARK, 255))
    ground.alpha_composite(picture, (edge, edge))
    return ground, True


def _fitted(picture: "Image", share: float) -> "Image":
    from PIL import Image  # noqa: PLC0415 - slow import

    scale = min(1.0, WIDEST / picture.width, HIGHEST / picture.height) * share
    size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    return picture if size == picture.size else picture.resize(size, Image.Resampling.LANCZOS)


def _written(picture: "Image", quality: int | None) -> bytes:
    """Return the picture as WebP: without loss, or at a quality of 100."""
    # Of an opaque picture the fourth channel would only take room.
    plain = picture.convert("RGB") if _opaque(picture) else picture
    out = io.BytesIO()
    bare = {"exif": b"", "xmp": b"", "icc_profile": b""}
    plain.save(out, "WEBP", method=6, lossless=quality is None, quality=quality or 80, **bare)
    return out.getvalue()


def _opaque(picture: "Image") -> bool:
    return picture.getchannel("A").histogram()[255] == picture.width * picture.height


def _refused(code: str, text: str) -> Invalid:
    return Invalid(text, code=code, fields=[FieldProblem("logo", code, text)])
