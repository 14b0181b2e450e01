"""The fees of a matter at its intake: paid, waived on a ground of the list, or still owed.

A fee that is due before acceptance is settled in the same sitting, before the acceptance; one that
is due with the result may be.
"""

from decimal import Decimal
from typing import Final, Literal

from msgspec import Struct

from casework.act import SettleFee
from casework.act_contents import BEFORE_ACCEPT, FEN_PER_YUAN
from casework.matter import Fee, MatterVersion
from webui import labels_intake
from webui.intake_reader import Reader

How = Literal["", "paid", "waived", "later"]

YUAN_MAX: Final = Decimal(10_000_000)
FEN_DIGITS: Final = 2
# The buttons that accept: by then what is due is settled.
_ACCEPTING: Final = frozenset({"accept", "accept_deferred", "instant"})
_HOWS: Final[tuple[How, ...]] = ("paid", "waived", "later")


class FeeAnswer(Struct, frozen=True, kw_only=True):
    """A fee, by its place in the matter's list, and what became of it."""

    place: int
    fee: Fee
    how: How
    paid_fen: int | None = None
    exemption: int | None = None

    @property
    def name(self) -> str:
        return fee_name(self.place)

    @property
    def is_due(self) -> bool:
        return self.fee.collect == BEFORE_ACCEPT

    @property
    def is_owed(self) -> bool:
        """Due before acceptance, and neither paid nor waived."""
        return self.is_due and self.how not in {"paid", "waived"}

    @property
    def settlement(self) -> SettleFee | None:
        if self.how == "paid" and self.paid_fen is not None:
            return SettleFee(self.place, self.paid_fen, None)
        if self.how == "waived" and self.exemption is not None:
            return SettleFee(self.place, 0, self.exemption)
        return None


def fee_name(place: int) -> str:
    return f"fee-{place}"


def read_fees(reader: Reader, matter: MatterVersion, act: str) -> tuple[FeeAnswer, ...]:
    """What was answered about every fee; owed and due is an error once it would be accepted."""
    return tuple(_read(reader, place, fee, act) for place, fee in enumerate(matter.fees))


def _read(reader: Reader, place: int, fee: Fee, act: str) -> FeeAnswer:
    name = fee_name(place)
    how: How = next((each for each in _HOWS if each == reader.form.typed(name)), "")
    if how == "waived" and not fee.exemptions:
        how = ""
    answer = FeeAnswer(
        place=place,
        fee=fee,
        how=how,
        paid_fen=_paid(reader, name, fee) if how == "paid" else None,
        exemption=_exemption(reader, name, fee) if how == "waived" else None,
    )
    if answer.is_owed and act in _ACCEPTING:
        reader.lack(name, labels_intake.FEE_DUE.format(name=fee.name))
    return answer


def _paid(reader: Reader, name: str, fee: Fee) -> int | None:
    """In fen; where the list fixes the amount nobody types it."""
    if fee.amount_yuan is not None:
        return fee.amount_yuan * FEN_PER_YUAN
    field = f"{name}-yuan"
    label = labels_intake.FEE_AMOUNT.format(name=fee.name)
    if reader.skip_blank(field, label, required=True):
        return None
    value = reader.form.decimal(field, label=label, low=0, high=YUAN_MAX)
    if value is None:
        return None
    fen = value * FEN_PER_YUAN
    if fen != fen.to_integral_value():
        text = labels_intake.FIELD_DECIMALS.format(label=label, limit=FEN_DIGITS)
        reader.errors.add(field, text)
        return None
    return int(fen)


def _exemption(reader: Reader, name: str, fee: Fee) -> int | None:
    allowed = [str(place) for place in range(len(fee.exemptions))]
    label = labels_intake.FEE_EXEMPTION.format(name=fee.name)
    if len(allowed) == 1 and reader.is_blank(f"{name}-why"):
        return 0
    chosen = reader.choice(f"{name}-why", allowed, label, required=True)
    return None if chosen is None else int(chosen)
