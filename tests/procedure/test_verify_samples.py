"""Supervision samples are drawn again from the logs alone, and whoever steers one is found."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from casework.names import PartHash
from casework.sampling import SampleParty, seed_digest
from central.cli import main
from central.services.queues import Queues
from central.services.sampling import Sampling
from central.services.verifying import Report, verify_exports
from central.services.verifying_samples import SAMPLES_FILE, sample_lines
from central.store.returns import Returns
from sync.bodies import SampleSeed
from sync.exporting import export_log
from tests.builders import COUNTY
from tests.procedure.stage import Stage
from tests.procedure.test_verdicts import decided

WEEK = "2026-W48"
STEERED = {
    "received in another week": "UPDATE judged_decision SET received_at = '2026-11-10T00:00:00'",
    "left out as refused": "UPDATE judged_decision SET is_refused = TRUE",
    "under another record": "UPDATE judged_decision SET delegation = NULL",
}


def sampling(stage: Stage) -> Sampling:
    desk = stage.desks[COUNTY]
    return Sampling(desk, Queues(desk, Returns(desk.node.database)))


async def a_week_of_decisions(stage: Stage) -> None:
    await sampling(stage).keep()
    await stage.on("11-23")
    await decided(stage)
    await stage.settle()
    await stage.on("11-30")
    await sampling(stage).keep()
    await stage.settle()


async def exported(stage: Stage, folder: Path) -> Path:
    opened = stage.nodes[COUNTY]
    also = {SAMPLES_FILE: sample_lines}
    store, identity, clock = opened.store, opened.identity, stage.clock
    await export_log(opened.database, store, identity, folder, clock, also=also)
    return folder


def reasons(report: Report) -> list[str]:
    assert {fault.code for fault in report.faults} <= {"E_SAMPLE"}
    return [fault.reason for fault in report.faults]


async def test_what_the_county_shows_is_what_the_logs_draw(stage: Stage, tmp_path: Path) -> None:
    await a_week_of_decisions(stage)
    folder = await exported(stage, tmp_path / "county")
    report = verify_exports([folder])
    assert report.faults == ()
    weeks = {each.week: dict(each.counts) for each in report.weeks}
    # Of a record's only decision of a week, everybody looks at it.
    assert weeks[WEEK] == dict.fromkeys(SampleParty, 1)

    told = CliRunner().invoke(main, ["verify", "--quiet", str(folder)])
    assert told.exit_code == 0
    line = f"samples {WEEK}  drawn again: department 1, centre 1, township 1  as shown"
    assert line in told.output.splitlines()


@pytest.mark.parametrize("how", STEERED)
async def test_a_decision_kept_out_of_a_sample_is_named(
    stage: Stage, tmp_path: Path, how: str
) -> None:
    await a_week_of_decisions(stage)
    await stage.nodes[COUNTY].database.executemany(STEERED[how], [()])
    folder = await exported(stage, tmp_path / "county")
    told = reasons(verify_exports([folder]))
    assert len(told) == len(SampleParty)
    assert all("is drawn by the logs, and not shown" in each for each in told)

    shown = CliRunner().invoke(main, ["verify", str(folder)])
    assert shown.exit_code == 1
    assert f"samples {WEEK}" in shown.output
    assert "NOT AS SHOWN" in shown.output


async def test_a_decision_put_into_a_sample_is_named(stage: Stage, tmp_path: Path) -> None:
    """What came in another week is shown for this one."""
    await sampling(stage).keep()
    await stage.on("11-30")
    await sampling(stage).keep()
    await decided(stage)
    await stage.settle()
    await stage.nodes[COUNTY].database.executemany(
        "UPDATE judged_decision SET received_at = '2026-11-25T00:00:00'", [()]
    )
    told = reasons(verify_exports([await exported(stage, tmp_path / "county")]))
    assert len(told) == len(SampleParty)
    assert all("is shown, and not drawn by the logs" in each for each in told)


async def test_a_list_that_was_taken_out_is_missed(stage: Stage, tmp_path: Path) -> None:
    await a_week_of_decisions(stage)
    folder = await exported(stage, tmp_path / "county")
    (folder / SAMPLES_FILE).unlink()
    assert "centre: no sample is shown" in reasons(verify_exports([folder]))


async def test_a_seed_chosen_afterwards_is_named(stage: Stage, tmp_path: Path) -> None:
    await a_week_of_decisions(stage)
    other = b"\x07" * 32
    digest = PartHash(seed_digest(WEEK, other))
    bound = SampleSeed(WEEK, digest, None)
    for body in (bound, replace(bound, seed=PartHash(other.hex()))):
        await stage.nodes[COUNTY].node.journal.append(body)
    told = reasons(verify_exports([await exported(stage, tmp_path / "county")]))
    assert set(told) == {"is bound to a second seed"}
