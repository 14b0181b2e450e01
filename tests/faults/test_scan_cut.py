"""A scan under way when the line breaks and the machines die: what had come need not come again."""

from typing import Final

import msgspec
import pytest

from tests.builders import COUNTY, TOWN, VILLAGE
from tests.faults.county import County, Entered

pytestmark = pytest.mark.processes

SCAN_BYTES: Final = 2_000_000
CUT_AT: Final = 0.6
# Hellos, the ranges that were in flight, and what HTTP adds.
OVERHEAD_BYTES: Final = 150_000


def come_of_it(county: County, case: Entered) -> int:
    """How much of the scan the township has on disk."""
    found = county.rows(
        TOWN,
        "SELECT a.ranges FROM part_arrival AS a JOIN part_reference AS r ON r.hash = a.hash"
        " WHERE r.case_id = ?",
        case.case,
    )
    ranges = msgspec.json.decode(found[0][0], type=list[tuple[int, int]]) if found else []
    return sum(end - first for first, end in ranges)


def is_held(county: County, case: Entered) -> bool:
    sql = (
        "SELECT count(*) FROM part AS p JOIN part_reference AS r ON r.hash = p.hash"
        " WHERE r.case_id = ? AND p.size > ? AND p.state = 'held'"
    )
    return bool(county.one(TOWN, sql, case.case, SCAN_BYTES))


async def test_a_scan_cut_at_sixty_percent_goes_on_where_it_was(county: County) -> None:
    line = county.lines[VILLAGE]
    await county.start(VILLAGE, TOWN)
    line.limit = line.passed + int(CUT_AT * SCAN_BYTES)
    case = await county.enter(VILLAGE, scan_bytes=SCAN_BYTES)
    await county.until(lambda: line.is_cut, "the line is cut")
    await county.kill(VILLAGE, TOWN)
    come = come_of_it(county, case)
    assert 0.3 * SCAN_BYTES < come < CUT_AT * SCAN_BYTES

    line.heal()
    line.passed = 0
    await county.start(VILLAGE, TOWN, COUNTY)
    await county.until(lambda: is_held(county, case), "the whole scan is at the township")
    assert line.passed < SCAN_BYTES - come + OVERHEAD_BYTES
    await county.nothing_lost_nothing_twice()
