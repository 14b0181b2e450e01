"""The process that opens a stranger's file: `python -I uploads_worker.py KIND [squares] < file`.

It limits itself before it reads a byte, answers once in MessagePack (`webui.uploads._Answer`) and
ends. With `squares` it says what the QR codes in a picture say, and keeps nothing of the picture.
It runs by its path, so it may import nothing of ours. Whatever goes wrong unforeseen is a broken
file.
"""

import io
import sys
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

MEMORY_BYTES_MAX: Final = 1024 * 1024 * 1024
CPU_SECONDS_MAX: Final = 20
OPEN_FILES_MAX: Final = 64

# What the largest telephone cameras take; decoded, it fits into the memory above.
PIXELS_MAX: Final = 52_000_000
SIDE_MAX: Final = 2000
THUMBNAIL_SIDE_MAX: Final = 320
WEBP_QUALITY: Final = 80
THUMBNAIL_QUALITY: Final = 70
WEBP_EFFORT: Final = 2  # Of 6: a third of the time of 4, for some percent more bytes.

# Sharpness is the variance of the Laplacian, measured at one size so that cameras compare.
SHARPNESS_SIDE: Final = 1000
SHARPNESS_MIN: Final = 120.0
BRIGHTNESS_MIN: Final = 70.0

# How many codes of one picture are told; a desk of papers may lie in it.
SQUARES_MAX: Final = 10

PDF_PAGES_MAX: Final = 200
PDF_OBJECTS_MAX: Final = 100_000
PDF_DEPTH_MAX: Final = 50

# Actions that do more than turn a page, and entries that hold scripts or other files.
ACTIVE_ACTIONS: Final = frozenset(
    {
        "/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/ResetForm", "/GoToR", "/GoToE",
        "/Rendition", "/Movie", "/Sound", "/RichMediaExecute", "/GoTo3DView",
    }
)  # fmt: skip
ACTIVE_ENTRIES: Final = frozenset(
    {"/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/XFA", "/RichMediaContent", "/AA"}
)
ACTIVE_TYPES: Final = frozenset(
    {"/EmbeddedFile", "/FileAttachment", "/RichMedia", "/Movie", "/Sound"}
)


class Refused(Exception):  # noqa: N818 - a refusal, not an error of ours
    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


def main() -> None:
    import msgspec  # noqa: PLC0415 - the parent imports this module for its limits only

    kind, squares = sys.argv[1], sys.argv[2:] == ["squares"]
    _load_decoders(kind)
    if squares:
        import zxingcpp  # noqa: F401, PLC0415
    _limit_self()
    data = sys.stdin.buffer.read()
    answer: dict[str, Any]
    try:
        if squares:
            answer = {"squares": squares_in(data, kind)}
        else:
            answer = check_pdf(data) if kind == "pdf" else check_picture(data, kind)
    except Refused as refused:
        answer = {"refusal": refused.code, "detail": refused.detail}
    except Exception as error:  # noqa: BLE001 - a decoder may raise anything at all
        answer = {"refusal": "E_UPLOAD_BROKEN", "detail": type(error).__name__}
    sys.stdout.buffer.write(msgspec.msgpack.encode(answer))
    sys.stdout.buffer.flush()


def check_picture(data: bytes, kind: str) -> dict[str, Any]:
    """Decode a picture and make it anew: upright, small enough, without a word of metadata."""
    from PIL import Image  # noqa: PLC0415

    picture = _decoded(data, kind)
    picture.thumbnail((SIDE_MAX, SIDE_MAX), Image.Resampling.LANCZOS)
    thumbnail = picture.copy()
    thumbnail.thumbnail((THUMBNAIL_SIDE_MAX, THUMBNAIL_SIDE_MAX))
    return {
        "media_type": "image/webp",
        "data": _as_webp(picture, WEBP_QUALITY),
        "thumbnail": _as_webp(thumbnail, THUMBNAIL_QUALITY),
        "pages": 1,
        "width": picture.width,
        "height": picture.height,
        "warnings": warnings_of(picture),
    }


def squares_in(data: bytes, kind: str) -> list[str]:
    """What the QR codes in a picture say, as text."""
    import zxingcpp  # noqa: PLC0415

    found = zxingcpp.read_barcodes(_decoded(data, kind))
    codes = (each.text for each in found if each.format == zxingcpp.BarcodeFormat.QRCode)
    return list(codes)[:SQUARES_MAX]


def _decoded(data: bytes, kind: str) -> "Picture":
    """The picture, upright and in plain colours; a huge one already at a fraction of its size."""
    from PIL import Image, ImageOps  # noqa: PLC0415

    Image.MAX_IMAGE_PIXELS = None  # The limit below is ours, and is an error, not a warning.
    with Image.open(io.BytesIO(data), formats=(kind,)) as opened:
        pixels = opened.width * opened.height
        if pixels > PIXELS_MAX:
            raise Refused("E_UPLOAD_PIXELS", f"{pixels} pixels, at most {PIXELS_MAX}")
        if kind != "jpeg" and getattr(opened, "is_animated", False):
            raise Refused("E_UPLOAD_TYPE", "a moving picture")
        # A JPEG can be decoded at a half or a quarter, at a fraction of the cost.
        opened.draft("RGB", (SIDE_MAX, SIDE_MAX))
        opened.load()
        upright = ImageOps.exif_transpose(opened)
    return _on_white(upright)


def warnings_of(picture: "Picture") -> list[str]:
    """What a person may want to take again; never a reason to refuse."""
    from PIL import Image, ImageFilter, ImageStat  # noqa: PLC0415

    grey = picture.convert("L")
    grey.thumbnail((SHARPNESS_SIDE, SHARPNESS_SIDE), Image.Resampling.BILINEAR)
    laplacian = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)
    # The filter leaves the outermost pixels as they are; they would pass for edges.
    inner = (1, 1, max(grey.width - 1, 2), max(grey.height - 1, 2))
    edges = grey.filter(laplacian).crop(inner)
    found = []
    if ImageStat.Stat(edges).var[0] < SHARPNESS_MIN:
        found.append("blurred")
    if ImageStat.Stat(grey).mean[0] < BRIGHTNESS_MIN:
        found.append("dark")
    return found


def check_pdf(data: bytes) -> dict[str, Any]:
    """Read a PDF strictly and refuse what is more than pages; it is kept as it came."""
    import pikepdf  # noqa: PLC0415

    try:
        pdf = pikepdf.open(io.BytesIO(data), attempt_recovery=False)
    except pikepdf.PasswordError as error:
        raise Refused("E_UPLOAD_PDF_ENCRYPTED", "needs a password") from error
    with pdf:
        if pdf.is_encrypted:
            raise Refused("E_UPLOAD_PDF_ENCRYPTED", "encrypted")
        if len(pdf.objects) > PDF_OBJECTS_MAX:
            raise Refused("E_UPLOAD_BROKEN", f"more than {PDF_OBJECTS_MAX} objects")
        for one in pdf.objects:
            _refuse_active(one, depth=0)
        pages = len(pdf.pages)
        if not 0 < pages <= PDF_PAGES_MAX:
            raise Refused("E_UPLOAD_BROKEN", f"{pages} pages, at most {PDF_PAGES_MAX}")
        if problems := pdf.check_pdf_syntax():
            raise Refused("E_UPLOAD_BROKEN", problems[0][:200])
    return {"media_type": "application/pdf", "pages": pages}


def _refuse_active(one: Any, *, depth: int) -> None:
    """Look through one object and what lies directly in it; the rest has its own turn."""
    from pikepdf import Array, Dictionary, Stream  # noqa: PLC0415

    if depth > PDF_DEPTH_MAX:
        raise Refused("E_UPLOAD_BROKEN", f"nested more than {PDF_DEPTH_MAX} deep")
    if isinstance(one, Array):
        inner = list(one)
    elif isinstance(one, Dictionary | Stream):
        entries = dict((one.stream_dict if isinstance(one, Stream) else one).items())
        if active := ACTIVE_ENTRIES & entries.keys():
            raise Refused("E_UPLOAD_PDF_ACTIVE", ", ".join(sorted(active)))
        words = {str(entries[key]) for key in ("/S", "/Type", "/Subtype") if _is_name(entries, key)}
        if does := words & (ACTIVE_ACTIONS | ACTIVE_TYPES):
            raise Refused("E_UPLOAD_PDF_ACTIVE", ", ".join(sorted(does)))
        inner = list(entries.values())
    else:
        return
    for value in inner:
        if isinstance(value, Array | Dictionary) and not value.is_indirect:
            _refuse_active(value, depth=depth + 1)


def _is_name(entries: dict[str, Any], key: str) -> bool:
    from pikepdf import Name  # noqa: PLC0415

    return isinstance(entries.get(key), Name)


def _on_white(picture: "Picture") -> "Picture":
    """The picture in plain colours; what was transparent is paper."""
    from PIL import Image  # noqa: PLC0415

    if picture.mode.startswith("I"):
        # Sixteen bits a pixel: only the upper eight can be seen.
        picture = picture.convert("I").point(lambda value: value / 256).convert("L")
    if picture.has_transparency_data:
        layered = picture.convert("RGBA")
        paper = Image.new("RGBA", layered.size, "white")
        return Image.alpha_composite(paper, layered).convert("RGB")
    return picture.convert("RGB")


def _as_webp(picture: "Picture", quality: int) -> bytes:
    made = io.BytesIO()
    picture.save(made, "WEBP", quality=quality, method=WEBP_EFFORT, exif=b"", icc_profile=b"")
    return made.getvalue()


def _load_decoders(kind: str) -> None:
    """Import what is needed while files may still be opened."""
    if kind == "pdf":
        import pikepdf  # noqa: F401, PLC0415
    else:
        from PIL import (  # noqa: PLC0415
            Image,
            ImageFilter,
            ImageOps,
            ImageStat,
            JpegImagePlugin,
            PngImagePlugin,
            WebPImagePlugin,
        )

        del ImageFilter, ImageOps, ImageStat, JpegImagePlugin, PngImagePlugin, WebPImagePlugin
        Image.preinit()


def _limit_self() -> None:
    """Bound this process for good; Windows has no such limits, only the parent's timer."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415

    for limit, value in (
        (resource.RLIMIT_AS, MEMORY_BYTES_MAX),
        (resource.RLIMIT_CPU, CPU_SECONDS_MAX),
        (resource.RLIMIT_NOFILE, OPEN_FILES_MAX),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))


if __name__ == "__main__":
    main()
