"""Anything that has the right form, in any order, by anybody: admission goes on, no case breaks."""

import asyncio
import json
import tempfile
import types
import typing
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Any, Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import fields

from casework import act as acts
from casework.act import AnyAct
from casework.case_clocks import clocks_of
from casework.entry import Entry, PartRef
from casework.limits import LIMIT_DAYS_MAX, Limit, LimitUnit
from casework.names import ZERO_ID, CaseNumber, Lane, NodeId, PartHash, case_id, log_name
from casework.voucher import read_voucher
from sync.bodies import Deposit, DepositKind
from sync.payloads import Body, Message
from sync.stored import case_from_bytes
from tests.builders import COUNTY, LIN, MATTER, NOON, OTHER_TOWN, TOWN, VILLAGE
from tests.cluster import FIRST, Cluster, a_county, rows
from tests.county import calendar, matter
from tests.wires import a_message, hand_frame

EXAMPLES: Final = 15
AUTHORS: Final = (TOWN, OTHER_TOWN, VILLAGE)
NODES: Final = (COUNTY, TOWN, OTHER_TOWN, VILLAGE, NodeId("440229901077-01"), NodeId("999999-01"))
TEXTS: Final = ("", "m1", "1", "counter", "2026-12-01", "\x00", "䶮·", "-" * 80)
DAYS: Final = ("2026-12-01", "0001-01-01", "9999-12-31", "1970-01-01")
STEPS_MAX: Final = 14
NUMBER: Final = CaseNumber("A-0001")
VOUCHER: Final = json.loads(
    (Path(__file__).parent.parent / "golden" / "wire" / "voucher.json").read_text()
)["digits"]

nodes = st.sampled_from(NODES)
# Places where an entry may stand or a deposit be taken up: what was written before, or nothing.
places = st.integers(0, STEPS_MAX)


def any_of(kind: Any, name: str = "") -> st.SearchStrategy[Any]:  # noqa: C901, PLR0911
    """Values of a type as it stands in an act."""
    if name in {"to", "pickup", "asker", "counter"}:
        return nodes
    if name in {"supply_by", "expected_by", "answer_by", "collect_by"}:
        return st.sampled_from(DAYS)
    if name == "at":
        return st.just("2026-11-20T04:00:00.000000Z")
    origin = typing.get_origin(kind)
    if origin is typing.Annotated:
        return any_of(typing.get_args(kind)[0], name)
    if origin in {typing.Union, types.UnionType}:
        return st.one_of(*(any_of(each, name) for each in typing.get_args(kind)))
    if origin is tuple:
        return st.lists(any_of(typing.get_args(kind)[0]), max_size=2).map(tuple)
    if isinstance(kind, typing.NewType):
        return any_of(kind.__supertype__, name)
    if kind is type(None):
        return st.none()
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(list(kind))
    if kind is Limit:
        days = st.sampled_from((0, 1, LIMIT_DAYS_MAX))
        return st.builds(Limit, days, st.sampled_from(list(LimitUnit)))
    if isinstance(kind, type) and issubclass(kind, Struct):
        return an_act(kind)
    return {
        str: st.sampled_from(TEXTS),
        int: st.sampled_from((-1, 0, 1, 2**53 - 1)),
        bool: st.booleans(),
    }[kind]


def an_act(kind: type[Struct]) -> st.SearchStrategy[Any]:
    hints = typing.get_type_hints(kind, include_extras=True)
    members = {each.name: any_of(hints[each.name], each.name) for each in fields(kind)}
    return st.builds(kind, **members)


def a_rebuild() -> st.SearchStrategy[acts.Rebuild]:
    """A case begun anew by a square that can be read; no other makes the act at all."""
    kind = {"collected": acts.Collect, "received": acts.Receive}
    attested = kind[read_voucher(VOUCHER).attests.value]
    return st.builds(acts.Rebuild, st.just(VOUCHER), an_act(attested))


any_act: Final = st.one_of(
    *(an_act(kind) for kind in typing.get_args(AnyAct) if kind is not acts.Rebuild), a_rebuild()
)
part: Final = st.builds(
    PartRef,
    st.sampled_from([PartHash("ab" * 32), PartHash("cd" * 32)]),
    st.sampled_from((20_000, 17 * 1024 * 1024, 2**53 - 1)),
    st.sampled_from(TEXTS),
    st.sampled_from(("applicant", "result", "m1")),
)


class Step(Struct, frozen=True):
    """What one node writes; `after` and `case` count what was written so far."""

    author: NodeId
    act: AnyAct
    after: int
    case: int
    is_deposit: bool
    minutes: int
    parts: tuple[PartRef, ...]


step: Final = st.builds(
    Step,
    st.sampled_from(AUTHORS),
    any_act,
    places,
    places,
    st.sampled_from((False, False, False, True)),
    st.sampled_from((-(10**8) // 6, -60, 0, 0, 0, 60, 10**9)),
    st.lists(part, max_size=2, unique_by=lambda each: each.hash).map(tuple),
)


@settings(
    max_examples=EXAMPLES,
    suppress_health_check=list(HealthCheck),
)
@given(st.lists(step, min_size=1, max_size=STEPS_MAX))
def test_whatever_is_signed_is_taken_in_and_breaks_nothing(steps: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(live_through(Path(folder), steps))


async def live_through(folder: Path, steps: list[Step]) -> None:
    cluster = await a_county(folder)
    try:
        for child, parent in cluster.links():
            await cluster.greet(child, parent)
        written: list[Message] = []
        last: dict[NodeId, Message] = {}
        for each in steps:
            message = write(cluster, each, written, last)
            written.append(message)
            last[each.author] = message
            parent = TOWN if each.author == VILLAGE else COUNTY
            sender, receiver = cluster.nodes[each.author], cluster.nodes[parent]
            await receiver.exchange.receive(
                sender.id, await hand_frame(sender, receiver, message.wire)
            )
        for above, below in ((COUNTY, OTHER_TOWN), (COUNTY, TOWN), (TOWN, VILLAGE)):
            await cluster.carry(above, below)
        await cluster.nodes[COUNTY].tick()
        await check(cluster, written)
    finally:
        await cluster.close()


async def check(cluster: Cluster, written: list[Message]) -> None:
    for node in cluster.nodes.values():
        for case, blocked, folded in await rows(node, "SELECT id, blocked, folded FROM case_row"):
            assert blocked != "E_FOLD", (node.id, case)
            told = case_from_bytes(folded)
            clocks_of(told, matter("minimum-living-allowance"), calendar(), NOON)
    above = cluster.nodes[COUNTY]
    for message in written:
        if message.node != VILLAGE:
            assert await rows(above, "SELECT 1 FROM message WHERE id = ?", message.id)


def write(
    cluster: Cluster, step: Step, written: list[Message], last: dict[NodeId, Message]
) -> Message:
    before = last.get(step.author)
    seq = before.header.seq + 1 if before else 1
    after = written[step.after] if step.after < len(written) else None
    case = written[step.case].header.case if step.case < len(written) else None
    if case is None:
        case = case_id(log_name(step.author, FIRST, Lane.CASE), seq)
    return a_message(
        cluster.nodes[step.author],
        body_of(step, after, written),
        seq=seq,
        prev=before,
        case=case,
        at=max(NOON + timedelta(minutes=step.minutes), NOON - timedelta(days=365 * 50)),
    )


def body_of(step: Step, after: Message | None, written: list[Message]) -> Body:
    act = step.act
    if isinstance(act, acts.TakeUpDeposit):
        deposit = written[-1].id if written else ZERO_ID
        act = acts.TakeUpDeposit(deposit, act.at, act.restated)
    if step.is_deposit and not isinstance(
        act,
        acts.HandOverPen | acts.ReturnPen | acts.ReclaimPen | acts.TakeUpDeposit | acts.Rebuild,
    ):
        kind = DepositKind.SUPPLEMENT
        return Deposit(NUMBER, kind, act, LIN, None, step.parts)
    return Entry(
        number=NUMBER,
        previous=after.id if after else ZERO_ID,
        act=act,
        matter_version=MATTER,
        delegation=None,
        officer=LIN,
        acting_for=None,
        bundle=None,
        project=None,
        parts=step.parts,
    )
