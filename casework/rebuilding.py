"""A case begun anew from a resident's receipt: what that must say, and which papers it names.

Whether its signature holds is found out where the directory is held, and comes in the standing.
"""

from collections.abc import Sequence
from itertools import product
from typing import Final

from casework import act as acts
from casework.errors import DateOrderError, MatterVersionError, VoucherError, VoucherMaterialsError
from casework.material import MaterialRequirement, MaterialState, MaterialVerdict
from casework.matter import in_force
from casework.standing import Standing
from casework.verdict import CLOCKS_APART_MAX
from casework.voucher import materials_digest, read_voucher

# Beyond it the papers are ticked by hand: every further one doubles what is tried.
MATERIALS_TRIED_MAX: Final = 14


def check_rebuilt(act: acts.Rebuild, standing: Standing) -> None:
    """Raise the CaseworkError that says why the receipt begins no such case."""
    if standing.voucher_fault is not None:
        raise VoucherError(standing.voucher_fault)
    voucher = read_voucher(act.voucher)
    matter = standing.matter
    if voucher.matter != matter.ref:
        raise MatterVersionError(f"{matter.ref} from a receipt under {voucher.matter}")
    if voucher.at > standing.now + CLOCKS_APART_MAX:
        raise DateOrderError(f"a receipt of {voucher.at} at {standing.now}")
    if not in_force(matter, standing.calendar.day_of(voucher.at)):
        raise MatterVersionError(f"{matter.ref} was not in effect at {voucher.at}")
    if materials_digest(act.restated.materials) != voucher.materials:
        raise VoucherMaterialsError(f"{act.restated.materials} are not those of the receipt")


def materials_behind(
    digest: str, needed: Sequence[MaterialRequirement]
) -> tuple[MaterialVerdict, ...] | None:
    """Which of a matter's papers make a receipt's digest, in the counts that the matter asks for.

    None where no choice of them does: somebody had noted other counts, and ticks them by hand.
    """
    if len(needed) > MATERIALS_TRIED_MAX:
        return None
    for held in product((True, False), repeat=len(needed)):
        found = tuple(
            verdict_on(need, is_held=each) for need, each in zip(needed, held, strict=True)
        )
        if materials_digest(found) == digest:
            return found
    return None


def verdict_on(
    need: MaterialRequirement,
    *,
    is_held: bool,
    originals: int | None = None,
    copies: int | None = None,
) -> MaterialVerdict:
    """A paper as the receipt has it; counts that are not told are those of the matter."""
    if not is_held:
        return MaterialVerdict(need.id, MaterialState.MISSING, 0, 0, ())
    return MaterialVerdict(
        need.id,
        MaterialState.PRESENT,
        need.originals if originals is None else originals,
        need.copies if copies is None else copies,
        (),
    )
