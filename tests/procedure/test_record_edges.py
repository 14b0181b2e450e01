"""A record on the very edges of its days, a list that must not be, and a town beyond its lease."""

from pathlib import Path

import pytest

from casework import act as acts
from casework.act import Outcome
from casework.case import Status
from casework.verdict import Judgement
from central.services.loading import LoadError
from tests.builders import COUNTY, TOWN
from tests.procedure.liar import GRANT, RECORD
from tests.procedure.lies import changed
from tests.procedure.scene import MATTER, taken_in
from tests.procedure.stage import QIU, WU, Stage, intake_for, papers_for
from tests.procedure.test_verdicts import verdicts

# The record begins with the 24th and ends with the 25th, by the county's own day.
EDGES = [
    ("11-23", "23:59:59.999999", "E_NOT_DELEGATED"),
    ("11-24", "00:00", None),
    ("11-25", "23:59:59.999999", None),
    ("11-26", "00:00", "E_NOT_DELEGATED"),
]
DAYS = changed(not_before="2026-11-24", not_after="2026-11-25")


@pytest.mark.parametrize(("day", "at", "code"), EDGES)
async def test_a_record_counts_from_its_first_instant_to_its_last(
    stage: Stage, tmp_path: Path, day: str, at: str, code: str | None
) -> None:
    """The town's desk and the county's judge draw the line in the same place."""
    await stage.on("11-23")
    honest, lying = [await taken_in(stage) for _ in range(2)]
    await stage.publish(tmp_path / "county files", "delegations.json", DAYS)
    await stage.on(day, at)
    assert await stage.tried(QIU, GRANT, case=honest) == code
    told = await stage.liar(TOWN).signs(lying, GRANT, delegation=RECORD)
    await stage.settle()

    [(_, said)] = await verdicts(stage, lying)
    assert said.decision == told
    right = (Judgement.CONFIRMED, ()) if code is None else (Judgement.REJECTED, (code,))
    assert (said.judgement, said.grounds) == right


async def test_a_power_that_may_be_handed_on_is_not_published(stage: Stage, tmp_path: Path) -> None:
    before = stage.nodes[COUNTY].store.holdings.versions
    with pytest.raises(LoadError, match="E_REDELEGATION"):
        await stage.publish(tmp_path / "files", "delegations.json", changed(redelegate=True))
    assert stage.nodes[COUNTY].store.holdings.versions == before


async def test_beyond_its_lease_a_town_gives_opinions_and_takes_in_and_decides_nothing(
    stage: Stage,
) -> None:
    await stage.on("11-23")
    case = await taken_in(stage)
    await stage.settle()
    stage.cut_off.add(TOWN)
    for day in ("11-25", "11-28"):  # beyond the record's hours, then beyond lease and grace
        await stage.on(day)
        assert await stage.tried(QIU, GRANT, case=case) == "E_LEASE_ENDED"
        made = await stage.do(QIU, acts.Opine(2, Outcome.PASS), case=case)
        assert made.status is Status.IN_REVIEW
        taken = await stage.do(WU, *intake(stage), matter=stage.matter(MATTER))
        assert taken.status is Status.ACCEPTED
    await stage.do(QIU, acts.HandOverPen(COUNTY), case=case)
    stage.cut_off.clear()
    await stage.settle()
    assert (await stage.agreed(case, TOWN, COUNTY)).pen == COUNTY
    assert await stage.tried(QIU, *DECIDED, case=taken.id) is None


DECIDED = (acts.Take(), acts.Opine(2, Outcome.PASS), GRANT)


def intake(stage: Stage) -> tuple[acts.Receive, acts.Accept]:
    given = intake_for({"volume_m3": "8"})
    full = papers_for(stage.matter(MATTER), given)
    return acts.Receive(given, full), acts.Accept(full)
