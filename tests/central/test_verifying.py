"""Verifying exports: one state at every holder, and nothing altered goes unnoticed."""

import asyncio
import base64
import json
import shutil
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from casework.entry import Entry
from casework.names import ZERO_ID, CaseNumber, NodeId
from central.services.verifying import Report, verify_exports
from sync.errors import EnvelopeError
from sync.exporting import ExportError, export_log
from sync.node import Node
from sync.opening import OpenNode
from tests.builders import COUNTY, LIN, MATTER, TOWN, VILLAGE
from tests.cluster import carry, collected, fetch
from tests.founded import a_clock, a_county, at_work, enrol

Line = dict[str, Any]


async def talk(one: Node, other: Node) -> None:
    """A whole contact between neighbours: hellos, frames, receipts, sets."""
    for asking, answering in ((one, other), (other, one)):
        nonce = asking.exchange.new_nonce()
        hello = await answering.exchange.make_hello(asking.id, nonce)
        await asking.exchange.accept_hello(hello, nonce)
    while (
        await carry(one, other)
        + await carry(other, one)
        + await fetch(one, other)
        + await fetch(other, one)
    ):
        pass


async def worked(path: Path) -> list[Path]:
    """A village takes in two cases, they travel up, and three nodes export what they hold."""
    clock = a_clock()
    async with AsyncExitStack() as stack:
        county = await stack.enter_async_context(a_county(path, clock))
        nodes: dict[NodeId, OpenNode] = {COUNTY: county.opened}
        for name in (TOWN, VILLAGE):
            await enrol(county, path, name, clock)
            nodes[name] = await stack.enter_async_context(at_work(path, name, clock))
        pairs = ((VILLAGE, TOWN), (TOWN, COUNTY))
        for _ in range(2):
            for child, parent in reversed(pairs):
                await talk(nodes[child].node, nodes[parent].node)
        for number in range(2):
            await nodes[VILLAGE].node.journal.append(an_entry(number))
        for _ in range(2):
            for child, parent in pairs:
                await talk(nodes[child].node, nodes[parent].node)
            await nodes[COUNTY].node.tick()
        folders = []
        for name, opened in nodes.items():
            assert opened.store.holdings.is_complete, name
            folders.append(path / f"export of {name}")
            await export_log(opened.database, opened.store, opened.identity, folders[-1], clock)
        return folders


def an_entry(number: int) -> Entry:
    return Entry(
        number=CaseNumber(f"N-{number}"),
        previous=ZERO_ID,
        act=collected(),
        matter_version=MATTER,
        delegation=None,
        officer=LIN,
        acting_for=None,
        bundle=None,
        project=None,
        parts=(),
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return asyncio.run(worked(tmp_path_factory.mktemp("worked")))


@pytest.fixture
def exports(made: list[Path], tmp_path: Path) -> list[Path]:
    """The three exports, the county's first, in a place where a test may spoil them."""
    return [shutil.copytree(folder, tmp_path / folder.name) for folder in made]


def codes_of(report: Report) -> set[str]:
    return {fault.code for fault in report.faults}


def alter(path: Path, how: Callable[[list[Line]], object]) -> None:
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    how(lines)
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))


def village_log(folder: Path) -> Path:
    (path,) = (folder / "logs").glob(f"{VILLAGE}_*_case.jsonl")
    return path


def test_every_holder_shows_the_same_state(exports: list[Path]) -> None:
    report = verify_exports(exports)

    assert report.faults == ()
    assert len(report.cases) == 2
    for case in report.cases:
        assert set(case.states) == {COUNTY, TOWN, VILLAGE}
        assert case.is_equal
        assert case.status == "collected"


def test_one_export_is_verified_by_itself(exports: list[Path]) -> None:
    report = verify_exports(exports[:1])

    assert report.is_sound
    assert report.messages > 0


def test_a_flipped_bit_is_named(exports: list[Path]) -> None:
    def flip(lines: list[Line]) -> None:
        wire = bytearray(base64.b64decode(lines[0]["wire"]))
        wire[-1] ^= 1
        lines[0]["wire"] = base64.b64encode(wire).decode()

    alter(village_log(exports[0]), flip)

    report = verify_exports(exports)
    assert "E_SIGNATURE" in codes_of(report)
    assert {fault.node for fault in report.faults} == {COUNTY}


def test_a_message_that_was_taken_out_leaves_a_gap(exports: list[Path]) -> None:
    (path,) = (exports[0] / "logs").glob(f"{COUNTY}_*_control.jsonl")
    alter(path, lambda lines: lines.__delitem__(2))

    assert "E_GAP" in codes_of(verify_exports(exports))


def test_the_last_words_of_a_machine_are_missed_by_those_who_heard_them(
    exports: list[Path],
) -> None:
    """The end of a log leaves no gap behind it; the county's copy is longer."""
    village = next(each for each in exports if VILLAGE in each.name)
    alter(village_log(village), lambda lines: lines.pop())
    faults = verify_exports(exports).faults
    assert (VILLAGE, "E_GAP") in {(fault.node, fault.code) for fault in faults}


def test_a_case_that_was_taken_out_is_missed(exports: list[Path]) -> None:
    alter(village_log(exports[0]), lambda lines: lines.clear())

    assert codes_of(verify_exports(exports)) == {"E_CASE"}


def test_a_row_that_was_edited_is_named(exports: list[Path]) -> None:
    def edit(lines: list[Line]) -> None:
        lines[0]["digest"] = "0" * 64

    alter(exports[1] / "cases.jsonl", edit)

    (fault,) = verify_exports(exports).faults
    assert (fault.node, fault.code) == (TOWN, "E_PROJECTION")


def test_a_message_filed_in_another_place_is_named(exports: list[Path]) -> None:
    def swap(lines: list[Line]) -> None:
        lines[0]["seq"], lines[1]["seq"] = lines[1]["seq"], lines[0]["seq"]

    alter(village_log(exports[2]), swap)

    assert "E_ROW" in codes_of(verify_exports(exports))


def test_another_root_is_not_believed(exports: list[Path]) -> None:
    with pytest.raises(EnvelopeError):
        verify_exports(exports, "12345 12345 12345 12345 12345 12345")


def test_a_folder_that_was_not_finished_is_no_export(exports: list[Path]) -> None:
    (exports[0] / "export.json").unlink()

    with pytest.raises(ExportError):
        verify_exports(exports)


def test_no_personal_part_leaves_the_node(exports: list[Path]) -> None:
    for folder in exports:
        for line in (folder / "parts.jsonl").read_text().splitlines():
            assert set(json.loads(line)) == {
                "owner",
                "case",
                "hash",
                "size",
                "media_type",
                "state",
            }
