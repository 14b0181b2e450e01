"""Cases told in a line: who does what on which day, without the checks of a real intake."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from msgspec.structs import replace

from casework import act as acts
from casework.act import AnyAct, Outcome
from casework.case import Case
from casework.entry import Written
from casework.fold import fold
from casework.matter import MatterRef, MatterVersion
from casework.names import NodeId
from tests.builders import CHEN, COUNTY, INTAKE, TOWN, Pad, a_verdict

VERDICTS = (a_verdict(),)
RECEIVE = acts.Receive(INTAKE, VERDICTS)
ACCEPT = acts.Accept(VERDICTS)
GRANT = acts.DecideGrant((), None)
REFUSE = acts.DecideRefuse((), ("x1",), None)
PRODUCE = acts.ProduceResult(None)

Told = tuple[NodeId, AnyAct, datetime]


def on(day: str, hour: int = 10, minute: int = 0) -> datetime:
    """An instant of a day in the county, `11-20` in 2026."""
    year = "" if len(day) > len("11-20") else "2026-"
    return datetime.fromisoformat(f"{year}{day}T{hour:02}:{minute:02}+08:00").astimezone(UTC)


def town(act: AnyAct, day: str, hour: int = 10) -> Told:
    return TOWN, act, on(day, hour)


def county(act: AnyAct, day: str, hour: int = 10) -> Told:
    return COUNTY, act, on(day, hour)


def passed(step: int) -> AnyAct:
    return acts.Opine(step, Outcome.PASS)


def returned(step: int) -> AnyAct:
    return acts.Opine(step, Outcome.RETURN)


def special(procedure: str, expected_by: str) -> AnyAct:
    return acts.StartSpecial(procedure, f"2026-{expected_by}", CHEN)


def a_case(*told: Told, matter: MatterVersion | None = None) -> Case:
    """The case that these acts leave, whoever would have been allowed to do them."""
    case = fold(entries_of(*told, matter=matter)).case
    assert case is not None
    return case


def entries_of(*told: Told, matter: MatterVersion | None = None) -> list[Written]:
    """The entries of these acts; the pen goes along to whoever acts next."""
    pad = Pad()
    chain: list[Written] = []
    for node, act, at in _with_pen(told):
        written = pad.write(act, node=node, after=chain[-1] if chain else None, at=at)
        if matter is not None:
            ref = MatterRef(matter.id, matter.version)
            written = replace(written, entry=replace(written.entry, matter_version=ref))
        chain.append(written)
    return chain


def _with_pen(told: Iterable[Told]) -> Iterator[Told]:
    before: NodeId | None = None
    for node, act, at in told:
        if before is not None and before != node:
            yield before, acts.HandOverPen(node), at
        yield node, act, at
        before = node
