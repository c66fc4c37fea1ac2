"""Logos: small, stripped, and whatever isn't a plain picture refused with a word."""

import io
import struct
import zlib

import pytest
from PIL import Image, ImageDraw, PngImagePlugin

from fiilis.core.errors import Invalid
from fiilis.design import logos


def picture(
    width: int = 640, height: int = 200, mode: str = "RGB", colour: object = "#0f766e", **save: object
) -> bytes:
    made = Image.new(mode, (width, height), colour)  # type: ignore[arg-type]
    ImageDraw.Draw(made).ellipse((10, 10, height - 10, height - 10), fill=0 if mode == "L" else "#203040")
    out = io.BytesIO()
    made.save(out, **({"format": "PNG"} | save))  # type: ignore[arg-type]
    return out.getvalue()


def opened(logo: logos.Logo) -> Image.Image:
    return Image.open(io.BytesIO(logo.data))


@pytest.mark.parametrize("size", [(1, 20_000), (20_000, 1)])
def test_picture_of_a_thread_is_refused(size: tuple[int, int]) -> None:
    out = io.BytesIO()
    Image.new("RGB", size).save(out, "PNG")
    with pytest.raises(Invalid) as caught:
        logos.remade(out.getvalue())
    assert caught.value.code == "too_many_pixels"


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_picture_becomes_a_small_webp(form: str) -> None:
    logo = logos.remade(picture(format=form))
    seen = opened(logo)
    assert (seen.format, seen.size, logo.backed) == ("WEBP", (logo.width, logo.height), False)
    assert (logo.width, logo.height) == (307, 96)
    assert len(logo.data) <= logos.LARGEST


@pytest.mark.parametrize(("width", "height", "size"), [(2000, 100, (320, 16)), (50, 40, (50, 40)), (90, 3000, (3, 96))])
def test_picture_keeps_its_shape_and_is_never_enlarged(width: int, height: int, size: tuple[int, int]) -> None:
    made = Image.new("RGB", (width, height), "#0f766e")
    out = io.BytesIO()
    made.save(out, "PNG")
    logo = logos.remade(out.getvalue())
    assert (logo.width, logo.height) == size


def test_busy_picture_still_fits() -> None:
    noise = Image.effect_noise((640, 192), 120).convert("RGB")
    out = io.BytesIO()
    noise.save(out, "PNG")
    assert len(logos.remade(out.getvalue()).data) <= logos.LARGEST


def test_nothing_else_of_the_file_is_kept() -> None:
    exif = Image.Exif()
    exif[0x013B] = "Aino Virtanen"
    said = PngImagePlugin.PngInfo()
    said.add_text("Comment", "Aino Virtanen")
    for raw in (picture(format="JPEG", exif=exif.tobytes()), picture(pnginfo=said)):
        assert b"Aino" in raw
        logo = logos.remade(raw)
        assert b"Aino" not in logo.data
        assert {"exif", "icc_profile", "xmp"} & set(opened(logo).info) == set()


def test_picture_is_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    logo = logos.remade(picture(200, 100, format="JPEG", exif=exif.tobytes()))
    assert logo.height > logo.width


def test_pale_logo_on_nothing_gets_a_dark_ground() -> None:
    made = Image.new("RGBA", (300, 90), (0, 0, 0, 0))
    ImageDraw.Draw(made).rectangle((20, 20, 280, 70), fill=(255, 255, 255, 255))
    out = io.BytesIO()
    made.save(out, "PNG")
    logo = logos.remade(out.getvalue())
    assert logo.backed
    assert opened(logo).convert("RGB").getpixel((1, 1))[0] < 60  # type: ignore[index]


def bomb() -> bytes:
    """A PNG of few bytes that says it is 30,000 x 30,000."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


REFUSED = {
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "svg with a head": b'\xef\xbb\xbf\n<?xml version="1.0"?><svg/>',
    "text": b"hello",
    "empty": b"",
    "gif": picture(format="GIF"),
    "cut": picture()[:300],
    "bomb": bomb(),
    "large": picture() + b"\0" * logos.UPLOAD_MOST,
    "nothing in it": picture(mode="RGBA", colour=(0, 0, 0, 0))[:0] or b"\0",
}
CODES = {
    "svg": "svg", "svg with a head": "svg", "text": "format", "empty": "format", "gif": "format", "cut": "broken",
    "bomb": "too_many_pixels", "large": "too_large", "nothing in it": "format",
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_plain_picture_is_refused_with_a_word(what: str) -> None:
    with pytest.raises(Invalid) as caught:
        logos.remade(REFUSED[what])
    assert (caught.value.code, caught.value.fields[0].field) == (CODES[what], "logo")


def test_picture_without_anything_to_see_is_refused() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (30, 30), (0, 0, 0, 0)).save(out, "PNG")
    with pytest.raises(Invalid) as caught:
        logos.remade(out.getvalue())
    assert caught.value.code == "empty"


def test_large_but_honest_picture_is_taken() -> None:
    assert logos.remade(picture(4000, 2500)).height == 96
