"""Which of its own decisions a township is to look at again.

It computes its sample from the seed that the county told, from its own decisions and from the
county's verdicts on them: what the county would tell it, it need not believe.
"""

from datetime import datetime, tzinfo
from typing import Final

from msgspec import Struct

from casework.instants import parse_instant
from casework.names import MessageId
from casework.sampling import Eligible, SampleParty, sample
from casework.verdict import Judgement
from sync.node import Node
from sync.sampled_weeks import Week, weeks_in
from township_node.store.verdicts import JudgedHere, judged_here

WEEKS_SHOWN: Final = 4


class SampledHere(Struct, frozen=True):
    week: str
    judged: JudgedHere
    decided_at: datetime


async def sampled_here(node: Node, zone: tzinfo) -> tuple[SampledHere, ...]:
    """The newest week first."""
    weeks = await node.database.read(weeks_in)
    told = sorted(
        (each for each in weeks.values() if each.seed is not None),
        key=lambda each: each.week,
        reverse=True,
    )
    judged = {each.decision: each for each in await judged_here(node.database)}
    return tuple(
        SampledHere(week.week, judged[id_], parse_instant(judged[id_].said.decided_at))
        for week in told[:WEEKS_SHOWN]
        for id_ in _drawn(week, list(judged.values()), zone)
    )


def _drawn(week: Week, judged: list[JudgedHere], zone: tzinfo) -> tuple[MessageId, ...]:
    assert week.seed is not None, "its seed was told"
    begins, ends = week.span(zone)
    eligible = [
        Eligible(
            each.decision,
            each.delegation,
            each.said.judgement is Judgement.CONFIRMED_FLAGGED,
        )
        for each in judged
        if each.delegation is not None
        and each.said.judgement is not Judgement.REJECTED
        and begins <= parse_instant(each.said.received_at) < ends
    ]
    return sample(week.seed, SampleParty.TOWNSHIP, eligible)
