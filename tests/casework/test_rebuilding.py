"""A case begun anew from a receipt: the receipt's own day counts, and its own papers."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from casework import act as acts
from casework.act import AnyAct
from casework.case import Status
from casework.case_clocks import clocks_of
from casework.clock import ClockName
from casework.errors import CaseworkError
from casework.fold import advance, continues
from casework.judging import refusal
from casework.matter import MatterRef
from casework.rebuilding import MATERIALS_TRIED_MAX, materials_behind, verdict_on
from casework.voucher import Attested, Voucher, materials_digest, voucher_bytes, voucher_digits
from tests.builders import INTAKE, NOON, OTHER_TOWN, TOWN, VILLAGE, Pad
from tests.casework.situations import (
    MATTER,
    OTHER,
    PARTS,
    RECEIPT,
    VOUCHER,
    almighty,
    situations,
    verdicts,
)
from tests.county import calendar

BEGUN = acts.Rebuild(RECEIPT, acts.Receive(INTAKE, verdicts()))
NOTHING = situations()["nothing"]


def digits(voucher: Voucher) -> str:
    return voucher_digits(voucher_bytes(voucher), b"\x01" * 64)


def why(act: AnyAct, *, fault: str | None = None) -> CaseworkError | None:
    asked = replace(almighty(NOTHING, OTHER_TOWN), voucher_fault=fault)
    return refusal(None, act, PARTS, asked)


def test_any_hall_that_accepts_begins_it_and_the_receipts_day_counts() -> None:
    written = Pad().write(BEGUN, node=OTHER_TOWN, after=None)

    assert why(BEGUN) is None
    assert continues(None, written)
    case = replace(advance(None, written), matter=MATTER.ref)
    assert (case.status, case.rebuilt_from, case.received_by) == (
        Status.RECEIVED,
        OTHER,
        OTHER_TOWN,
    )
    assert case.first_responsible == VILLAGE
    [moment] = case.timeline
    assert (moment.act, moment.at, moment.written_at) == ("receive", VOUCHER.at, NOON)
    [notice] = [
        clock
        for clock in clocks_of(case, MATTER, calendar(), NOON)
        if clock.name is ClockName.NOTICE
    ]
    on_the_day = advance(None, Pad().write(BEGUN.restated, node=TOWN, after=None, at=VOUCHER.at))
    [same] = [
        clock
        for clock in clocks_of(replace(on_the_day, matter=MATTER.ref), MATTER, calendar(), NOON)
        if clock.name is ClockName.NOTICE
    ]
    assert notice.due_on == same.due_on


def test_what_a_village_collected_begins_nothing_in_law() -> None:
    receipt = digits(replace(VOUCHER, attests=Attested.COLLECTED, node=VILLAGE))
    act = acts.Rebuild(receipt, acts.Collect(INTAKE, verdicts()))

    case = advance(None, Pad().write(act, node=TOWN, after=None))

    assert why(act) is None
    assert (case.status, case.received_by, case.first_responsible) == (
        Status.COLLECTED,
        None,
        VILLAGE,
    )


def test_an_act_that_is_not_what_the_receipt_attests_cannot_be_read() -> None:
    with pytest.raises(ValueError, match="attested"):
        acts.Rebuild(RECEIPT, acts.Collect(INTAKE, verdicts()))
    with pytest.raises(ValueError, match="square"):
        acts.Rebuild("12", acts.Receive(INTAKE, verdicts()))


def test_nothing_is_begun_from_a_receipt_that_does_not_hold_or_says_something_else() -> None:
    ahead = replace(VOUCHER, at=NOON + timedelta(days=30))
    older = replace(VOUCHER, matter=MatterRef(MATTER.id, MATTER.version + 1))
    early = replace(VOUCHER, at=NOON - timedelta(days=20_000))
    papers = acts.Receive(INTAKE, verdicts()[1:])

    found = {
        "fault": why(BEGUN, fault="E_SIGNATURE"),
        "ahead": why(acts.Rebuild(digits(ahead), BEGUN.restated)),
        "older": why(acts.Rebuild(digits(older), BEGUN.restated)),
        "early": why(acts.Rebuild(digits(early), BEGUN.restated)),
        "papers": why(acts.Rebuild(RECEIPT, papers)),
    }

    assert {name: error.code if error else None for name, error in found.items()} == {
        "fault": "E_VOUCHER",
        "ahead": "E_DATE_ORDER",
        "older": "E_MATTER_VERSION",
        "early": "E_MATTER_VERSION",
        "papers": "E_VOUCHER_MATERIALS",
    }


def test_the_papers_are_found_out_from_their_digest_where_the_counts_are_usual() -> None:
    needed = MATTER.materials[:6]
    held = tuple(verdict_on(need, is_held=need.id in {"m1", "m4"}) for need in needed)
    odd = (verdict_on(needed[0], is_held=True, copies=9),)

    found = materials_behind(materials_digest(held), needed)

    assert found == held
    assert materials_behind(materials_digest(odd), needed) is None
    assert materials_behind(materials_digest(held), needed * MATERIALS_TRIED_MAX) is None
