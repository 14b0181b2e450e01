"""The fees of a matter at intake: paid, waived on a ground, or to be settled later (row C10).

A fee that is due before acceptance is settled in the sitting that accepts, or the rules refuse it.
"""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from casework import act as acts
from casework.act_contents import BEFORE_ACCEPT, FEN_PER_YUAN
from casework.matter import Fee, MatterVersion
from webui import labels
from webui.intake_reader import Reader

PAID: Final = "paid"
AMOUNT_YUAN_MAX: Final = 10_000_000
# The buttons that accept: for them what is due before acceptance must be settled.
ACCEPTING: Final = frozenset({"accept", "accept_deferred", "instant"})
_WAIVED: Final = "waived-"


class FeeLine(Struct, frozen=True, kw_only=True):
    """A fee as the form shows it: what can be chosen, and what is."""

    at: int
    fee: Fee

    @property
    def name(self) -> str:
        return fee_name(self.at)

    @property
    def amount_name(self) -> str:
        return f"{self.name}-yuan"

    @property
    def is_due(self) -> bool:
        return self.fee.collect == BEFORE_ACCEPT

    @property
    def choices(self) -> tuple[tuple[str, str], ...]:
        words = labels.label("fee_choice", PAID)
        waived = labels.label("fee_choice", "waived")
        grounds = enumerate(self.fee.exemptions)
        return (
            (PAID, words),
            *((f"{_WAIVED}{place}", f"{waived}：{ground}") for place, ground in grounds),
        )


def fee_lines(matter: MatterVersion) -> tuple[FeeLine, ...]:
    return tuple(FeeLine(at=at, fee=fee) for at, fee in enumerate(matter.fees))


def fee_name(at: int) -> str:
    return f"fee-{at}"


def read_fees(reader: Reader, matter: MatterVersion | None, act: str) -> tuple[acts.SettleFee, ...]:
    """What was settled; a fee that is due now and is not is an error on its field."""
    settled = []
    for line in fee_lines(matter) if matter is not None else ():
        found = _read(reader, line)
        if found is not None:
            settled.append(found)
        elif line.is_due and act in ACCEPTING and line.name not in reader.errors:
            words = labels.FIELD_CHOOSE.format(label=line.fee.name)
            reader.lack(line.name, words)
    return tuple(settled)


def total_yuan(settled: Sequence[acts.SettleFee]) -> float:
    return sum(each.paid_fen for each in settled) / FEN_PER_YUAN


def _read(reader: Reader, line: FeeLine) -> acts.SettleFee | None:
    chosen = reader.form.typed(line.name)
    if chosen not in dict(line.choices):
        return None
    if chosen != PAID:
        return acts.SettleFee(line.at, 0, int(chosen.removeprefix(_WAIVED)))
    if line.fee.amount_yuan is not None:
        return acts.SettleFee(line.at, line.fee.amount_yuan * FEN_PER_YUAN, None)
    amount = reader.form.integer(
        line.amount_name, label=line.fee.name, low=0, high=AMOUNT_YUAN_MAX, required=True
    )
    return None if amount is None else acts.SettleFee(line.at, amount * FEN_PER_YUAN, None)
