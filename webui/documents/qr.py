"""A QR code as SVG: sharp on any printer, and the same bytes for the same text."""

import io
from typing import Final

# Level M survives a fold or a stain; beyond this the squares are too small for a cheap camera.
QR_BYTES_MAX: Final = 1200


def qr_svg(text: str) -> str:
    """Draw a text; ValueError when it is longer than a printed square can carry."""
    import segno  # noqa: PLC0415 - a laptop starts without it

    size = len(text.encode())
    if size > QR_BYTES_MAX:
        raise ValueError(f"{size} bytes in a QR code, at most {QR_BYTES_MAX}")
    drawn = io.BytesIO()
    code = segno.make(text, error="m", micro=False, boost_error=False)
    code.save(drawn, kind="svg", border=0, xmldecl=False)
    return drawn.getvalue().decode()
