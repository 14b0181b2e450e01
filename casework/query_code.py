"""The code that an applicant types beside the number of a case, to ask how it goes.

It is derived from the case, so the laptop that prints the receipt and the county that is asked
agree without a message. It keeps the curious from walking through numbers; it is no secret, so
whoever answers masks what is personal and counts failures.
"""

import hashlib
import re
from typing import Final

from casework.names import CaseId, CaseNumber

QUERY_CODE_DIGITS: Final = 6

_TAG: Final = b"tongban-query-v1"
# The receipt's own square says more, for a hall that never heard of the case (casework.voucher).
_SCANNED: Final = re.compile(r"(?:.*[#/])?([^#/\s.]{1,50})\.(\d{6})(?:\.\d+)?", re.ASCII)


def query_code(case: CaseId) -> str:
    """Six digits, the same at every node. They are printed, so the rule never changes."""
    digest = hashlib.sha256(_TAG + case.encode()).digest()
    return str(int.from_bytes(digest, "big") % 10**QUERY_CODE_DIGITS).zfill(QUERY_CODE_DIGITS)


def query_text(number: CaseNumber, case: CaseId, url: str = "", voucher: str = "") -> str:
    """What the QR of a paper holds: with a page to open, or alone for a counter's scanner.

    After the `#` nothing is sent to anybody's server by a phone that opens it.
    """
    text = f"{number}.{query_code(case)}" + (f".{voucher}" if voucher else "")
    return f"{url}#{text}" if url else text


def split_query(text: str) -> tuple[CaseNumber, str] | None:
    """The number and the code that a scanner typed, None if the text is something else."""
    match = _SCANNED.fullmatch(text.strip())
    return (CaseNumber(match[1]), match[2]) if match else None
