"""Uploads: what a counter's camera makes comes in clean; nothing else comes in at all."""

import asyncio
import contextlib
import io
import random
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pylopdf_fonts_zh_cn
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, Pdf, String
from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageStat

from webui import uploads, uploads_worker
from webui.uploads import (
    FILE_BYTES_MAX,
    ActivePdfError,
    BrokenUploadError,
    EmptyUploadError,
    EncryptedPdfError,
    TooManyPixelsError,
    UploadError,
    UploadTooLargeError,
    UploadTypeError,
    UploadWarning,
    check_upload,
    check_upload_async,
    kind_of,
    shown_name,
)
from webui.uploads_worker import SIDE_MAX, THUMBNAIL_SIDE_MAX

GPS_TAG = 0x8825
ORIENTATION_TAG = 0x0112
MAKER_TAG = 0x010F


def a_page(width: int = 1240, height: int = 1754) -> Image.Image:
    """A sheet of print, as a good camera sees it."""
    page = Image.new("RGB", (width, height), (246, 244, 238))
    draw = ImageDraw.Draw(page)
    font = ImageFont.truetype(str(pylopdf_fonts_zh_cn.serif_path()), width // 45)
    for line in range(34):
        text = f"第{line}行 申请人居住在龙仙镇青云村 家庭人口三人 以务农为生"
        draw.text((width // 12, height // 14 + line * height // 40), text, "black", font)
    return page


def encoded(picture: Image.Image, form: str, **options: object) -> bytes:
    made = io.BytesIO()
    picture.save(made, form, **options)
    return made.getvalue()


def a_pdf(change: Callable[[Pdf], None] | None = None, *, pages: int = 1) -> bytes:
    with Pdf.new() as pdf:
        for _ in range(pages):
            pdf.add_blank_page()
        if change:
            change(pdf)
        made = io.BytesIO()
        pdf.save(made)
    return made.getvalue()


PAGE = encoded(a_page(), "JPEG", quality=85)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_kept_as_webp_with_a_small_one_beside_it(form: str) -> None:
    kept = check_upload(encoded(a_page(2480, 3508), form), "户口簿.jpg")

    assert (kept.media_type, kept.pages, kept.name) == ("image/webp", 1, "户口簿.jpg")
    assert kept.warnings == ()
    with Image.open(io.BytesIO(kept.data)) as picture:
        assert picture.format == "WEBP"
        assert picture.size == (kept.width, kept.height)
        assert max(picture.size) == SIDE_MAX
        assert picture.width / picture.height == pytest.approx(2480 / 3508, abs=0.002)
    with Image.open(io.BytesIO(kept.thumbnail)) as small:
        assert max(small.size) == THUMBNAIL_SIDE_MAX


def test_a_small_picture_is_not_blown_up() -> None:
    kept = check_upload(encoded(a_page(300, 420), "PNG"), "a.png")
    assert (kept.width, kept.height) == (300, 420)


def test_a_picture_stands_upright_and_says_nothing_of_the_place_it_was_taken() -> None:
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = 6
    exif[MAKER_TAG] = "SECRETMAKER"
    exif.get_ifd(GPS_TAG).update({1: "N", 2: (24.0, 21.0, 0.0), 3: "E", 4: (114.0, 7.0, 0.0)})
    picture = Image.new("RGB", (400, 200), "white")
    picture.paste("red", (0, 0, 100, 200))
    data = encoded(picture, "JPEG", exif=exif, comment=b"SECRETCOMMENT")
    assert b"SECRETMAKER" in data

    kept = check_upload(data, "a.jpg")

    assert (kept.width, kept.height) == (200, 400)
    with Image.open(io.BytesIO(kept.data)) as upright:
        red, green, _ = upright.convert("RGB").getpixel((100, 30))  # type: ignore[misc]
        assert red > 200
        assert green < 100
        assert not upright.getexif()
        assert {"exif", "icc_profile", "xmp"}.isdisjoint(upright.info)
    for left in (kept.data, kept.thumbnail):
        assert b"SECRET" not in left
        assert b"EXIF" not in left


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "I;16"])
def test_a_picture_of_any_kind_of_colours_is_readable(mode: str) -> None:
    if mode == "I;16":
        picture = Image.new("I;16", (200, 200), 60_000)
    else:
        picture = Image.new("RGBA", (200, 200), (255, 255, 255, 0)).convert(mode)
    kept = check_upload(encoded(picture, "PNG"), "a.png")
    with Image.open(io.BytesIO(kept.data)) as read:
        assert ImageStat.Stat(read.convert("L")).mean[0] > (200 if mode != "RGBA" else 250)


def test_a_print_shops_cmyk_jpeg_is_readable() -> None:
    kept = check_upload(encoded(a_page().convert("CMYK"), "JPEG"), "a.jpg")
    assert kept.warnings == ()


def test_a_blurred_or_dark_picture_is_taken_with_a_warning() -> None:
    blurred = a_page().filter(ImageFilter.GaussianBlur(5))
    dark = a_page().point(lambda value: value // 6)

    assert check_upload(encoded(blurred, "JPEG"), "").warnings == (UploadWarning.BLURRED,)
    assert UploadWarning.DARK in check_upload(encoded(dark, "JPEG"), "").warnings


def test_nothing_is_refused() -> None:
    with pytest.raises(EmptyUploadError):
        check_upload(b"", "a.jpg")


def test_thirty_megabytes_are_refused_before_anything_is_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(subprocess, "Popen", None)
    with pytest.raises(UploadTooLargeError):
        check_upload(PAGE + bytes(30 * 1024 * 1024), "a.jpg")


def test_ten_megabytes_are_not_too_many() -> None:
    noise = Image.frombytes("RGB", (1800, 1800), random.Random(1).randbytes(3 * 1800 * 1800))
    data = encoded(noise, "PNG")
    assert 0.9 * FILE_BYTES_MAX < len(data) <= FILE_BYTES_MAX
    assert check_upload(data, "a.png").width == 1800


@pytest.mark.parametrize(
    "data",
    [
        b"MZ\x90\x00" * 100,
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a" + bytes(100),
        b"II*\x00" + bytes(100),
        b"PK\x03\x04" + bytes(100),
        b" %PDF-1.7",
        b"RIFF\x00\x00\x00\x00WAVE",
        b"\xff",
    ],
)
def test_a_file_is_what_its_bytes_say_not_its_name(data: bytes) -> None:
    with pytest.raises(UploadTypeError):
        check_upload(data, "scan.jpg")


def test_a_moving_picture_is_no_scan() -> None:
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "green")]
    for form in ("WEBP", "PNG"):
        data = encoded(frames[0], form, save_all=True, append_images=frames[1:])
        with pytest.raises(UploadTypeError):
            check_upload(data, "a.webp")


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_picture_cut_at_sixty_percent_is_broken(form: str) -> None:
    data = encoded(a_page(), form)
    with pytest.raises(BrokenUploadError):
        check_upload(data[: len(data) * 6 // 10], "a.jpg")


def test_a_name_of_a_kind_is_not_enough() -> None:
    for magic in (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x00\x00\x00\x00WEBP", b"%PDF-1.7"):
        with pytest.raises(BrokenUploadError):
            check_upload(magic + b"no more than that", "a.jpg")


def a_bomb(side: int) -> bytes:
    """A PNG of one grey, written without ever holding its pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        check = zlib.crc32(kind + body)
        return len(body).to_bytes(4, "big") + kind + body + check.to_bytes(4, "big")

    size = side.to_bytes(4, "big")
    packer = zlib.compressobj(9)
    row = bytes(side * 3 + 1)
    packed = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    header = size + size + bytes((8, 2, 0, 0, 0))
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def test_a_bomb_of_pixels_is_refused_before_it_is_decoded() -> None:
    bomb = a_bomb(12_000)
    assert len(bomb) < FILE_BYTES_MAX
    began = time.monotonic()
    with pytest.raises(TooManyPixelsError, match="144000000 pixels, at most 52000000"):
        check_upload(bomb, "a.png")
    assert time.monotonic() - began < 2


def test_the_largest_telephone_picture_fits_into_the_memory_given() -> None:
    data = encoded(Image.new("RGB", (8000, 6000), "white"), "PNG")
    kept = check_upload(data, "a.png")
    assert (kept.width, kept.height) == (2000, 1500)


def test_a_pdf_is_kept_as_it_came() -> None:
    data = a_pdf(pages=3)
    kept = check_upload(data, "合同.pdf")
    assert (kept.media_type, kept.pages, kept.data) == ("application/pdf", 3, data)
    assert kept.thumbnail == b""


def test_a_scanned_pdf_is_taken() -> None:
    assert check_upload(encoded(a_page(), "PDF"), "a.pdf").pages == 1


def _open_action(pdf: Pdf) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def _named_script(pdf: Pdf) -> None:
    names = Array([String("a"), Dictionary(S=Name.JavaScript, JS=String("1"))])
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=names))


def _launch_link(pdf: Pdf) -> None:
    link = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Link,
        Rect=Array([0, 0, 9, 9]),
        A=Dictionary(S=Name.Launch, F=String("cmd.exe")),
    )
    pdf.pages[0].Annots = Array([link])


def _script_after_a_turn(pdf: Pdf) -> None:
    then = pdf.make_indirect(Dictionary(S=Name.JavaScript, JS=pdf.make_stream(b"app.alert(1)")))
    pdf.Root.OpenAction = Dictionary(S=Name.GoTo, D=Array([pdf.pages[0].obj]), Next=Array([then]))


def _page_event(pdf: Pdf) -> None:
    pdf.pages[0].AA = Dictionary(O=Dictionary(S=Name.JavaScript, JS=String("1")))


def _attachment(pdf: Pdf) -> None:
    pdf.attachments["工资表.xlsm"] = b"PK\x03\x04"


def _form_with_xfa(pdf: Pdf) -> None:
    pdf.Root.AcroForm = Dictionary(Fields=Array([]), XFA=pdf.make_stream(b"<xdp/>"))


@pytest.mark.parametrize(
    "change",
    [
        _open_action,
        _named_script,
        _launch_link,
        _script_after_a_turn,
        _page_event,
        _attachment,
        _form_with_xfa,
    ],
)
def test_a_pdf_that_can_do_something_is_refused(change: Callable[[Pdf], None]) -> None:
    with pytest.raises(ActivePdfError):
        check_upload(a_pdf(change), "a.pdf")


def test_a_script_hidden_in_a_compressed_object_is_found() -> None:
    with Pdf.open(io.BytesIO(a_pdf(_script_after_a_turn))) as pdf:
        made = io.BytesIO()
        pdf.save(made, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    assert b"JavaScript" not in made.getvalue()
    with pytest.raises(ActivePdfError):
        check_upload(made.getvalue(), "a.pdf")


def test_a_name_spelt_with_escapes_is_found() -> None:
    def padded(pdf: Pdf) -> None:
        pdf.Root.OpenAction = Dictionary(S=Name.Launch, Padding=String("12345678"))

    data = a_pdf(padded).replace(b"12345678", b"123456").replace(b"/Launch", b"/L#61unch")
    with pytest.raises(ActivePdfError):
        check_upload(data, "a.pdf")


@pytest.mark.parametrize("password", ["", "geheim"])
def test_an_encrypted_pdf_is_refused(password: str) -> None:
    with Pdf.open(io.BytesIO(a_pdf())) as pdf:
        made = io.BytesIO()
        pdf.save(made, encryption=pikepdf.Encryption(owner="owner", user=password))
    with pytest.raises(EncryptedPdfError):
        check_upload(made.getvalue(), "a.pdf")


def test_a_pdf_cut_at_sixty_percent_is_broken() -> None:
    data = encoded(a_page(), "PDF")
    with pytest.raises(BrokenUploadError):
        check_upload(data[: len(data) * 6 // 10], "a.pdf")


def test_a_pdf_with_too_many_pages_is_refused() -> None:
    with pytest.raises(BrokenUploadError, match="201 pages, at most 200"):
        check_upload(a_pdf(pages=201), "a.pdf")


def test_a_worker_that_hangs_is_stopped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    hung = tmp_path / "hung.py"
    hung.write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr(uploads_worker, "__file__", str(hung))
    monkeypatch.setattr(uploads, "WALL_SECONDS_MAX", 0.5)
    began = time.monotonic()
    with pytest.raises(BrokenUploadError):
        check_upload(PAGE, "a.jpg")
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("said", ["b'nonsense'", "bytes(50_000_000)", "b''"])
def test_what_a_subverted_worker_says_is_not_believed(
    said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    liar = tmp_path / "liar.py"
    liar.write_text(f"import sys\nsys.stdin.buffer.read()\nsys.stdout.buffer.write({said})\n")
    monkeypatch.setattr(uploads_worker, "__file__", str(liar))
    with pytest.raises(BrokenUploadError):
        check_upload(PAGE, "a.jpg")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")
def test_a_worker_can_neither_write_nor_eat_nor_see_our_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    real = uploads_worker.__file__
    prying = tmp_path / "prying.py"
    prying.write_text(
        f"import os, runpy, sys\n"
        f"limit = runpy.run_path({real!r})['_limit_self']\n"
        f"limit()\n"
        f"said = []\n"
        f"try:\n    bytearray(1 << 31)\nexcept MemoryError:\n    said.append('no memory')\n"
        f"import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"try:\n    open({str(tmp_path / 'left')!r}, 'w').write('x' * 9999)\n"
        f"except OSError:\n    said.append('no file')\n"
        f"said.append(os.environ.get('TONGBAN_SECRET', 'no secret'))\n"
        f"import msgspec\n"
        f"sys.stdin.buffer.read()\n"
        f"sys.stdout.buffer.write(msgspec.msgpack.encode("
        f"{{'refusal': 'E_UPLOAD_BROKEN', 'detail': ', '.join(said)}}))\n"
    )
    monkeypatch.setenv("TONGBAN_SECRET", "hunter2")
    monkeypatch.setattr(uploads_worker, "__file__", str(prying))
    with pytest.raises(BrokenUploadError, match="no memory, no file, no secret"):
        check_upload(PAGE, "a.jpg")


async def test_many_pictures_at_once_all_come_through() -> None:
    kept = await asyncio.gather(*(check_upload_async(PAGE, f"{n}.jpg") for n in range(6)))
    assert [one.name for one in kept] == [f"{n}.jpg" for n in range(6)]


@pytest.mark.parametrize(
    ("declared", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\Lin\\户口簿.jpg", "户口簿.jpg"),
        ("a\x00b\n\u202egpj.exe", "abgpj.exe"),
        ("长" * 500, "长" * 120),
        ("/", ""),
    ],
)
def test_a_name_is_only_shown(declared: str, shown: str) -> None:
    assert shown_name(declared) == shown


@given(st.binary(max_size=64))
def test_any_bytes_have_one_of_four_kinds_or_none(data: bytes) -> None:
    with contextlib.suppress(UploadTypeError):
        assert kind_of(data) in {"jpeg", "png", "webp", "pdf"}


@pytest.mark.parametrize("place", range(6))
def test_a_damaged_file_is_refused_or_read_but_never_a_surprise(place: int) -> None:
    chance = random.Random(place)
    data = bytearray(encoded(a_page(400, 560), ("JPEG", "PNG", "PDF")[place % 3]))
    for _ in range(12):
        data[chance.randrange(16, len(data))] ^= chance.randrange(1, 256)
    with contextlib.suppress(UploadError):
        assert check_upload(bytes(data), "a").pages == 1
