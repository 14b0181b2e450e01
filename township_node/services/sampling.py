"""Which of its own decisions a township is to look at again, and what it found.

It computes its sample from the seed that the county told, from its own decisions and from the
county's verdicts on them: what the county would tell it, it need not believe. What its reviewers
find they sign, and the county counts it.
"""

from datetime import datetime, tzinfo
from typing import Final

from msgspec import Struct

from casework.entry import PartRef
from casework.instants import parse_instant
from casework.names import MessageId, OfficerId
from casework.organisation import Officer
from casework.sampling import Eligible, Finding, SampleParty, is_reasoned, sample
from casework.verdict import Judgement
from sync.bodies import SampleFinding
from sync.engine import Work
from sync.node import Node
from sync.parts import SALT_BYTES, make_part
from sync.payloads import Message
from sync.sampled_weeks import Week, weeks_in
from sync.stored import instant_of
from sync.told_findings import REASON, findings_in, reason_of
from sync.writing import write
from township_node.services.office import Office
from township_node.store.verdicts import JudgedHere, judged_here

WEEKS_SHOWN: Final = 4


class SampleError(Exception):
    """A finding cannot be recorded so; `code` says why."""

    def __init__(self, code: str) -> None:
        self.code: Final = code
        super().__init__(code)


class FoundHere(Struct, frozen=True):
    finding: Finding
    reason: str
    officer: OfficerId
    at: datetime


class SampledHere(Struct, frozen=True):
    week: str
    judged: JudgedHere
    decided_at: datetime
    found: FoundHere | None

    def made_by(self, officer: OfficerId) -> bool:
        """Whether an officer had a hand in the decision: nobody looks at their own."""
        return any(
            officer in {each.officer, each.acting_for, each.approved_by}
            for each in self.judged.case.timeline
            if each.entry == self.judged.decision
        )


async def sampled_here(office: Office) -> tuple[SampledHere, ...]:
    """The newest week first."""
    node, zone = office.desk.node, office.calendar.tz
    weeks = await node.database.read(weeks_in)
    told = sorted(
        (each for each in weeks.values() if each.seed is not None),
        key=lambda each: each.week,
        reverse=True,
    )
    judged = {each.decision: each for each in await judged_here(node.database)}
    found = await _found(node)
    return tuple(
        SampledHere(
            week.week, judged[id_], parse_instant(judged[id_].said.decided_at), found.get(id_)
        )
        for week in told[:WEEKS_SHOWN]
        for id_ in _drawn(week, list(judged.values()), zone)
    )


async def record(
    office: Office, officer: Officer, sampled: SampledHere, finding: Finding, reason: str
) -> None:
    """Sign what a reviewer found; SampleError if it may not be said so, or not by them."""
    if sampled.made_by(officer.id):
        raise SampleError("own")
    said = reason.strip()
    if not is_reasoned(finding, said):
        raise SampleError("reason")
    node, parts, small = office.desk.node, [], {}
    if said:
        hash_, data = make_part(said.encode(), node.randomness(SALT_BYTES))
        parts.append(PartRef(hash_, len(data), "text/plain", REASON))
        small[hash_] = data
    body = SampleFinding(sampled.judged.decision, finding, officer.id, tuple(parts))
    case = sampled.judged.case.id
    await node.change(lambda batch: write(batch, body, case=case, small=small))


async def _found(node: Node) -> dict[MessageId, FoundHere]:
    """This node's newest word on each decision."""

    def read(work: Work) -> list[tuple[Message, SampleFinding]]:
        return [each for each in findings_in(work) if each[0].node == node.id]

    return {
        MessageId(body.decision): FoundHere(
            body.finding, await reason_of(node, body), body.officer, instant_of(message.header.at)
        )
        for message, body in await node.database.read(read)
    }


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
