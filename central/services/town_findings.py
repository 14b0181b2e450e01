"""What townships found of their own samples, as they signed it.

It counts where the decision was drawn for the township, and was made by it or below it: nobody
waters down an error rate by finding right what nobody drew.
"""

from collections.abc import Callable, Mapping

from msgspec import Struct

from casework.names import MessageId, NodeId, is_below
from casework.sampling import SampleParty
from central.store.samples import Decided, Found
from sync.bodies import SampleFinding
from sync.engine import Work
from sync.node import Node
from sync.stored import instant_of
from sync.told_findings import findings_in, reason_of


class _Said(Struct, frozen=True):
    node: NodeId
    at: str
    body: SampleFinding


async def findings_of_towns(
    node: Node, drawn: Callable[[Work], Mapping[MessageId, Decided]]
) -> dict[tuple[MessageId, SampleParty], Found]:
    """The newest word on each decision. `drawn`: the townships' samples of the weeks told."""

    def read(work: Work) -> list[_Said]:
        said = [_Said(message.node, message.header.at, body) for message, body in findings_in(work)]
        chosen = drawn(work) if said else {}
        return [each for each in said if _counts(each, chosen)]

    found: dict[tuple[MessageId, SampleParty], Found] = {}
    for each in await node.database.read(read):
        decision = MessageId(each.body.decision)
        found[decision, SampleParty.TOWNSHIP] = Found(
            decision=decision,
            party=SampleParty.TOWNSHIP,
            finding=each.body.finding,
            reason=await reason_of(node, each.body),
            officer=each.body.officer,
            at=instant_of(each.at),
        )
    return found


def _counts(said: _Said, drawn: Mapping[MessageId, Decided]) -> bool:
    decided = drawn.get(MessageId(said.body.decision))
    return decided is not None and (decided.node == said.node or is_below(decided.node, said.node))
