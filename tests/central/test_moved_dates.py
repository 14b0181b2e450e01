"""A new calendar: which dates it moved is on record, and nothing else is."""

import json
from pathlib import Path

import pytest

from casework import act as acts
from casework.case import Case
from tests.central.reviewing import CHEN, LUO, SHE, SOCIAL, Office
from tests.central.test_publishing import copy_of


async def publish_holiday(office: Office, folder: Path, *days: str) -> None:
    """The county announces that these days are not worked."""
    calendar = copy_of(folder) / "calendar.json"
    data = json.loads(calendar.read_text())
    data["holidays"] += [{"date": day, "name": "临时放假"} for day in days]
    data["version"] += 1
    data.pop("workdays_per_year", None)
    data.pop("vectors", None)
    calendar.write_text(json.dumps(data, ensure_ascii=False))
    county = office.app.state.services.county
    await county.load(folder)
    assert await county.publish()


async def due_dates(office: Office) -> dict[str, str]:
    rows = await office.app.state.services.database.fetch("SELECT number, due_on FROM case_row")
    return dict(rows)


async def ranked(office: Office) -> None:
    ranking = office.app.state.services.queues.lists.ranking
    await ranking.rank()
    await ranking.finished()


@pytest.fixture
async def case(office: Office) -> Case:
    found = await office.case(SOCIAL)
    await ranked(office)
    return found


async def test_a_date_that_a_holiday_moves_is_listed_with_both_dates(
    office: Office, case: Case, tmp_path: Path
) -> None:
    assert await due_dates(office) == {case.number: "2026-12-22"}
    changes = office.app.state.services.queues.changes
    assert (await changes.moves()).in_all == 0

    await publish_holiday(office, tmp_path / "folder", "2026-12-01")
    await ranked(office)

    moves = await changes.moves()
    (move,) = moves.moves
    assert (move.case, move.due_before, move.due_after) == (case.id, "2026-12-22", "2026-12-23")
    assert move.calendar_after == move.calendar_before + 1
    for officer, sees in ((CHEN, True), (SHE, False), (LUO, True)):
        page = (await (await office.sign_in(officer)).get("/publishing/dates")).text
        assert (case.number in page) is sees
        assert "日历变更影响" in page


async def test_a_calendar_that_moves_nothing_leaves_no_record(
    office: Office, case: Case, tmp_path: Path
) -> None:
    await publish_holiday(office, tmp_path / "folder", "2026-12-30")
    await ranked(office)

    assert (await office.app.state.services.queues.changes.moves()).in_all == 0
    assert await due_dates(office) == {case.number: "2026-12-22"}


async def test_a_case_that_moved_meanwhile_has_its_new_date_for_another_reason(
    office: Office, case: Case, tmp_path: Path
) -> None:
    await publish_holiday(office, tmp_path / "folder", "2026-12-01")
    queues = office.app.state.services.queues
    await queues.lists.ranking._forget_old()  # the first list that is opened begins so
    await office.act(CHEN, acts.Take(), case=case.id)
    await ranked(office)

    assert (await queues.changes.moves()).in_all == 0


@pytest.mark.usefixtures("case")
async def test_while_dates_are_computed_the_page_says_how_far_it_is(
    office: Office, tmp_path: Path
) -> None:
    ranking = office.app.state.services.queues.lists.ranking
    await publish_holiday(office, tmp_path / "folder", "2026-12-01")
    await ranking._forget_old()

    waiting = await ranking.progress()
    await ranked(office)
    done = await ranking.progress()

    assert (waiting.cases, waiting.waiting) == (1, 1)
    assert (done.cases, done.waiting) == (1, 0)


@pytest.mark.usefixtures("case")
async def test_of_two_calendars_the_move_from_before_both_is_kept(
    office: Office, tmp_path: Path
) -> None:
    """The second calendar comes before the first one's dates were computed."""
    queues = office.app.state.services.queues
    await publish_holiday(office, tmp_path / "one", "2026-12-01")
    await queues.lists.ranking._forget_old()
    await publish_holiday(office, tmp_path / "two", "2026-12-01", "2026-12-02")
    await ranked(office)

    (move,) = (await queues.changes.moves()).moves
    assert (move.due_before, move.due_after) == ("2026-12-22", "2026-12-24")
    assert move.calendar_after == move.calendar_before + 2
