"""A QR code as SVG: sharp on any printer, and the same bytes for the same text."""

import io
import re
from typing import Any, Final

# Level M survives a fold or a stain; beyond this the squares are too small for a cheap camera.
QR_BYTES_MAX: Final = 1200
# From here on digits at the end are written as digits, three of them in ten bits.
DIGITS_APART_MIN: Final = 32

_ENDS_IN_DIGITS: Final = re.compile(rf"(.*?)([0-9]{{{DIGITS_APART_MIN},}})", re.ASCII | re.DOTALL)
_BYTES, _DIGITS = 4, 1  # the modes, as the standard numbers them


def qr_svg(text: str) -> str:
    """Draw a text; ValueError when it is longer than a printed square can carry."""
    import segno  # noqa: PLC0415 - a laptop starts without it

    size = len(text.encode())
    if size > QR_BYTES_MAX:
        raise ValueError(f"{size} bytes in a QR code, at most {QR_BYTES_MAX}")
    drawn = io.BytesIO()
    split = _ENDS_IN_DIGITS.fullmatch(text)
    content: Any = text
    if split is not None and split[1]:
        content = [(split[1], _BYTES), (split[2], _DIGITS)]
    code = segno.make(content, error="m", micro=False, boost_error=False)
    code.save(drawn, kind="svg", border=0, xmldecl=False)
    return drawn.getvalue().decode()
