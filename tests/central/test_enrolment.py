"""Enrolment: a code, a second person, one more key; and nothing else makes a node."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from casework.names import NodeId, OfficerId
from sync.enrolling import EnrolState, read_slip
from sync.errors import EnrolmentError, EnvelopeError
from sync.lanes import DataDirInUseError
from sync.opening import open_node
from tests.builders import CHEN, HALL, TOWN, VILLAGE, WU
from tests.founded import (
    Machine,
    a_clock,
    a_county,
    a_day_later,
    at_work,
    enrol,
    settings_for,
)
from township_node.tables import SCHEMA


async def test_a_machine_becomes_a_node_and_works(tmp_path: Path) -> None:
    clock = a_clock()
    async with a_county(tmp_path, clock) as county:
        identity = await enrol(county, tmp_path, TOWN, clock)
        async with at_work(tmp_path, TOWN, clock) as opened:
            directory = opened.store.holdings.directory

            assert identity.node == TOWN
            assert directory.newest_incarnation(TOWN) == identity.incarnation
            assert directory == county.opened.store.holdings.directory
            assert opened.store.is_behind  # the other sets were named, and are to be fetched
            assert len(await opened.store.wanted(100)) == 4


async def test_the_first_lease_and_numbers_are_there_at_once(tmp_path: Path) -> None:
    clock = a_clock()
    async with a_county(tmp_path, clock) as county:
        identity = await enrol(county, tmp_path, TOWN, clock)
        rows = await county.opened.database.fetch(
            "SELECT node, incarnation FROM lease UNION ALL SELECT node, incarnation"
            " FROM number_block WHERE node = ?",
            (TOWN,),
        )

        assert rows == [(TOWN, identity.incarnation)] * len(rows)
        assert len(rows) >= 2


async def test_only_neighbours_of_the_county_have_an_account_at_the_broker(tmp_path: Path) -> None:
    clock = a_clock()
    async with a_county(tmp_path, clock) as county:
        for node in (TOWN, HALL, VILLAGE):
            await enrol(county, tmp_path, node, clock)
        accounts = await county.broker_accounts(lambda name: f"key for {name}")

        assert [one.name for one in accounts] == [HALL, TOWN]
        assert all(one.node_user and one.node_user.startswith("U") for one in accounts)


async def test_it_waits_until_a_second_person_has_compared(tmp_path: Path) -> None:
    clock = a_clock()
    async with a_county(tmp_path, clock) as county:
        slip = await county.enrolment.add(TOWN, CHEN)
        machine = Machine(tmp_path / "machine", clock)
        shown = machine.prepare(slip)

        assert (await machine.ask(county)).state is EnrolState.PENDING
        (waiting,) = await county.enrolment.pending()
        assert (waiting.node, waiting.fingerprint) == (TOWN, shown)
        with pytest.raises(EnrolmentError, match="does not compare"):
            await county.approve(TOWN, shown, CHEN)
        with pytest.raises(EnrolmentError, match="no machine"):
            await county.approve(TOWN, "12345 " * 6, WU)
        await county.approve(TOWN, shown.replace(" ", ""), WU)
        assert (await machine.ask(county)).state is EnrolState.GRANTED
        assert await county.enrolment.pending() == []


async def test_a_code_is_good_once(tmp_path: Path) -> None:
    clock = a_clock()
    async with a_county(tmp_path, clock) as county:
        slip = await county.enrolment.add(TOWN)
        first, second = (Machine(tmp_path / name, clock) for name in ("first", "second"))
        first.prepare(slip)
        await first.ask(county)
        second.prepare(slip)

        with pytest.raises(EnrolmentError, match="E_ENROLMENT"):
            await second.ask(county)


async def test_a_code_is_good_for_a_day_and_for_its_node(tmp_path: Path) -> None:
    clock = a_clock()
    async with a_county(tmp_path, clock) as county:
        slip = await county.enrolment.add(TOWN)
        elsewhere = Machine(tmp_path / "elsewhere", clock)
        elsewhere.prepare(replace(slip, node=HALL))
        with pytest.raises(EnrolmentError):
            await elsewhere.ask(county)
        a_day_later(clock)
        late = Machine(tmp_path / "late", clock)
        late.prepare(slip)

        with pytest.raises(EnrolmentError):
            await late.ask(county)


async def test_a_county_with_another_root_is_not_believed(tmp_path: Path) -> None:
    clock = a_clock()
    async with a_county(tmp_path, clock) as county:
        slip = await county.enrolment.add(TOWN)
        machine = Machine(tmp_path / TOWN, clock)
        shown = machine.prepare(replace(slip, root_fingerprint="00000 " * 5 + "00000"))
        await machine.ask(county)
        await county.approve(TOWN, shown, None)

        with pytest.raises(EnvelopeError):
            await machine.finish(county)
        assert not machine.files.is_enrolled


async def test_a_replaced_machine_is_a_new_incarnation(tmp_path: Path) -> None:
    clock = a_clock()
    async with a_county(tmp_path, clock) as county:
        old = await enrol(county, tmp_path, TOWN, clock)
        new = await enrol(county, tmp_path, TOWN, clock, name="replacement")
        entry = county.opened.store.holdings.directory.find_node(TOWN)

        assert entry is not None
        assert entry.incarnations == (old.incarnation, new.incarnation)
        assert len(entry.keys) == 2


async def test_a_machine_that_enrols_again_signs_with_its_old_key_too(tmp_path: Path) -> None:
    clock = a_clock()
    async with a_county(tmp_path, clock) as county:
        old = await enrol(county, tmp_path, TOWN, clock)
        new = await enrol(county, tmp_path, TOWN, clock)

        assert new.incarnation != old.incarnation
        async with at_work(tmp_path, TOWN, clock) as opened:
            assert opened.identity == new
            assert opened.signer.key_id == new.key_id


async def test_a_machine_stopped_half_way_goes_on_with_the_same_keys(tmp_path: Path) -> None:
    clock = a_clock()
    async with a_county(tmp_path, clock) as county:
        slip = await county.enrolment.add(TOWN)
        shown = Machine(tmp_path / TOWN, clock).prepare(slip)
        await Machine(tmp_path / TOWN, clock).ask(county)

        assert Machine(tmp_path / TOWN, clock).prepare(slip) == shown
        assert (await Machine(tmp_path / TOWN, clock).ask(county)).state is EnrolState.PENDING


async def test_garbage_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    async with a_county(tmp_path, a_clock()) as county:
        for wire in (b"", b"\x93", b"x" * 1000):
            answer = await county.enrolment.answer(wire)
            assert b"refused" in answer
        assert await county.enrolment.pending() == []


async def test_a_node_works_in_one_process_only(tmp_path: Path) -> None:
    clock = a_clock()
    async with a_county(tmp_path, clock) as county:
        await enrol(county, tmp_path, TOWN, clock)
    async with at_work(tmp_path, TOWN, clock):
        with pytest.raises(DataDirInUseError):
            async with open_node(settings_for(tmp_path, TOWN), SCHEMA, clock):
                pass


async def test_nobody_enrols_as_the_county_or_as_nobody(tmp_path: Path) -> None:
    async with a_county(tmp_path, a_clock()) as county:
        for node in ("440229-01", "440229999-01"):
            with pytest.raises(EnrolmentError):
                await county.enrolment.add(NodeId(node), OfficerId("o0010"))


async def test_a_slip_survives_being_copied_badly(tmp_path: Path) -> None:
    async with a_county(tmp_path, a_clock()) as county:
        slip = await county.enrolment.add(TOWN)

        assert read_slip(f"  {slip.text[:20]} {slip.text[20:]}\n") == slip
        with pytest.raises(EnrolmentError):
            read_slip(slip.text[:-1])
        with pytest.raises(EnrolmentError):
            read_slip(slip.text.replace("440229901-01", "440229-01"))
