"""The county's newest word on each decision, among the verdicts that are held of a case."""

from collections.abc import Iterable

from casework.names import MessageId
from sync.bodies import Verdict
from sync.payloads import Message
from sync.stored import stored_body


def newest_verdicts(messages: Iterable[Message]) -> dict[MessageId, Verdict]:
    """By decision. A verdict names the one that it replaces: the order they came in is nothing."""
    bodies = ((each.id, stored_body(each)) for each in messages)
    said = {id_: body for id_, body in bodies if isinstance(body, Verdict)}
    replaced = {body.replaces for body in said.values()}
    return {body.decision: body for id_, body in said.items() if id_ not in replaced}
