"""凭证核验: what a receipt that a resident brings says, whoever signed it, with no line at all."""

from datetime import datetime
from typing import Final

import structlog
from msgspec import Struct

from casework.errors import UnknownCaseError
from casework.names import CaseId
from casework.numbering import spoken_number
from sync.errors import EnvelopeError, MalformedEnvelopeError, UnknownKeyError
from sync.vouching import Vouched, open_voucher
from township_node.services.office import Office
from township_node.services.reading import case_url
from township_node.words import word
from webui.filters import moment

_log = structlog.stdlib.get_logger("township_node.vouchers")

# What was not checked is no word against the paper.
_UNCHECKED: Final = (MalformedEnvelopeError, UnknownKeyError)


class VoucherShown(Struct, frozen=True, kw_only=True):
    """A receipt whose signature holds, in words."""

    typed: str
    number: str
    matter: str
    attested: str
    at: datetime
    node: str
    first_responsible: str
    key: str
    key_state: str
    is_doubtful: bool
    materials: str
    case_url: str  # of the case itself, where it has come here


class VoucherFault(Struct, frozen=True):
    """Why a receipt is not believed; `is_false` if that is a word against it."""

    code: str
    text: str
    is_false: bool


async def check_voucher(office: Office, typed: str) -> VoucherShown | VoucherFault:
    """What somebody scanned, in words; nothing is asked of any other node."""
    try:
        found = read_voucher(office, typed)
    except EnvelopeError as error:
        return fault_of(error)
    voucher = found.voucher
    matter = office.holdings.matter(voucher.matter)
    names = office.names
    return VoucherShown(
        typed=typed,
        number=spoken_number(voucher.number),
        matter=matter.name if matter is not None else voucher.matter.matter,
        attested=word("attested", voucher.attests.value),
        at=voucher.at,
        node=names.node(voucher.node),
        first_responsible=names.node(voucher.first_responsible),
        key=voucher.key,
        key_state=_key_state(found),
        is_doubtful=found.lost_since is not None,
        materials=voucher.materials,
        case_url=await _held(office, voucher.case),
    )


def fault_of(error: EnvelopeError) -> VoucherFault:
    _log.info("receipt not believed", code=error.code, reason=str(error))
    text = word("verify_fault", error.code)
    return VoucherFault(error.code, text, not isinstance(error, _UNCHECKED))


def read_voucher(office: Office, typed: str) -> Vouched:
    holdings = office.holdings
    return open_voucher(typed, holdings.directory, holdings.compromises)


def _key_state(found: Vouched) -> str:
    if found.lost_since is not None:
        return word("verify", "key_lost", at=moment(found.lost_since))
    return word("verify", "key_ended" if found.ended is not None else "key_sound")


async def _held(office: Office, case: CaseId) -> str:
    try:
        await office.desk.get_case(case)
    except UnknownCaseError:
        return ""
    return case_url(case)
