"""The watch over receipts: the county sees one lapse of which it holds nothing but the name."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from casework.case import Status
from casework.instants import instant_text
from casework.names import CaseId, CaseNumber, Lane, MatterId, MessageId
from central.services.reach import Reach
from central.store.announced import AnnouncedReceipts, AwaitedReceipt
from sync.engine import Work
from sync.manifests import announce
from tests.builders import COUNTY, TOWN
from tests.central.reviewing import CHEN, FORESTRY, SHE, SOCIAL, Office
from tests.cluster import Cluster, received, rows

EVERYTHING = Reach(sees_cases=True, department=None, writes=True, names_people=True)
_SETTING = "receipts-awaited"


@pytest.fixture
async def county(tmp_path: Path) -> AsyncIterator[Cluster]:
    cluster = Cluster(tmp_path)
    await cluster.add(COUNTY, TOWN)
    await cluster.greet(TOWN, COUNTY)
    yield cluster
    await cluster.close()


async def take_in(county: Cluster, number: str) -> CaseId:
    """What the desk does at a receipt."""
    case = await county.act(TOWN, received(), number=number)
    town = county.nodes[TOWN]
    [record] = await town.journal.messages(case)
    await town.change(lambda batch: announce(batch, record.message))
    return case


async def carry_names(county: Cluster) -> None:
    """The control lane goes first; here nothing else gets through."""
    town, above = county.nodes[TOWN], county.nodes[COUNTY]
    sent = dict(await town.exchange.receipted(COUNTY))
    for frame in await town.exchange.frames_to_send(COUNTY, after=sent, limit_bytes=65536):
        if frame.lane is Lane.CONTROL:
            await above.exchange.receive(TOWN, frame.data)
    for receipt in await above.exchange.receipts_to_send(TOWN):
        await town.exchange.receive(COUNTY, receipt)


async def test_a_receipt_is_awaited_from_its_name_until_its_entry_comes(county: Cluster) -> None:
    announced = AnnouncedReceipts(county.nodes[COUNTY].database)
    assert await announced.awaited() == ()
    await take_in(county, "A-1")
    await carry_names(county)
    assert await rows(county.nodes[COUNTY], "SELECT count(*) FROM case_row") == [(0,)]

    (awaited,) = await announced.awaited()
    assert (awaited.number, awaited.node) == ("A-1", TOWN)

    await county.talk(TOWN, COUNTY)
    assert await announced.awaited() == ()


async def test_no_announcement_is_read_twice_and_none_is_missed(county: Cluster) -> None:
    """A look between two announcements of one instant sees both in the end."""
    database = county.nodes[COUNTY].database
    announced = AnnouncedReceipts(database)
    await take_in(county, "A-1")
    await carry_names(county)
    first = await announced.awaited()
    again = await announced.awaited()
    assert [each.number for each in first] == ["A-1"]
    assert again == first
    assert await AnnouncedReceipts(database).awaited() == first, "remembered, not kept in memory"

    await county.talk(TOWN, COUNTY)
    await take_in(county, "A-2")
    await carry_names(county)
    assert [each.number for each in await announced.awaited()] == ["A-2"]


async def announce_to(office: Office, matter: MatterId, number: str) -> None:
    """As if a township had named a receipt, and its line had gone down since."""
    receipt = AwaitedReceipt(
        MessageId("e" * 60 + number[-4:]),
        TOWN,
        CaseNumber(number),
        matter,
        instant_text(office.clock.now()),
    )

    def put(work: Work) -> None:
        row = work.execute("SELECT value FROM setting WHERE key = ?", (_SETTING,)).fetchone()
        known = msgspec.json.decode(row[0])["awaited"] if row else []
        known = {"upto": "", "last": [], "awaited": [*known, msgspec.to_builtins(receipt)]}
        work.execute(
            "INSERT INTO setting (key, value) VALUES (?, ?)"
            " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (_SETTING, msgspec.json.encode(known)),
        )

    await office.app.state.services.database.work(put)


async def test_six_working_days_on_the_receipt_counts_as_accepted_from_its_day(
    office: Office,
) -> None:
    """Received on Friday the 20th; five working days later nobody has answered."""
    await announce_to(office, SOCIAL, "A-0001")
    watch = office.app.state.services.receipt_watch

    (before,) = (await watch.look(EVERYTHING)).awaited
    office.clock.advance(timedelta(days=10))
    (after,) = (await watch.look(EVERYTHING)).awaited

    assert (before.received_on, before.due_on) == (date(2026, 11, 20), date(2026, 11, 27))
    assert before.accepted_on is None
    assert after.accepted_on == date(2026, 11, 20)
    assert after.lamp.word_code == "overdue"
    page = (await (await office.sign_in(CHEN)).get("/receipts")).text
    assert "A-0001" in page
    assert "如无告知，自 11月20日起视为受理" in page


async def test_each_department_watches_its_own_receipts(office: Office) -> None:
    await announce_to(office, SOCIAL, "A-0001")
    await announce_to(office, FORESTRY, "A-0002")

    mine = (await (await office.sign_in(CHEN)).get("/receipts")).text
    theirs = (await (await office.sign_in(SHE)).get("/receipts")).text

    assert ("A-0001" in mine, "A-0002" in mine) == (True, False)
    assert ("A-0001" in theirs, "A-0002" in theirs) == (False, True)


async def test_a_case_that_is_here_and_not_answered_is_watched_from_its_last_day_but_one(
    office: Office,
) -> None:
    case = await office.case(accepted=False)
    assert case.status is Status.RECEIVED

    pages = []
    for days in (0, 6, 4):
        office.clock.advance(timedelta(days=days))
        pages.append((await (await office.sign_in(CHEN)).get("/receipts")).text)

    assert [case.number in page for page in pages] == [False, True, True]
    assert ["已视为受理" in page for page in pages] == [False, False, True]
