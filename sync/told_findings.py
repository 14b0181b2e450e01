"""Findings of supervision samples in the journal: who signed them, and their words."""

from collections.abc import Iterator
from typing import Final

from sync.bodies import SampleFinding
from sync.engine import Work
from sync.errors import PartError
from sync.node import Node
from sync.parts import PartNotHeldError, content_of
from sync.payloads import Message
from sync.stored import stored_body, stored_message
from sync.tables import MessageState

REASON: Final = "reason"


def findings_in(work: Work) -> Iterator[tuple[Message, SampleFinding]]:
    """As they came, refused ones left out."""
    rows = work.execute(
        "SELECT id, wire FROM message WHERE kind = 'sample-finding' AND state = ? ORDER BY arrival",
        (MessageState.ADMITTED.value,),
    ).fetchall()
    for id_, wire in rows:
        message = stored_message(wire, id_)
        body = stored_body(message)
        if isinstance(body, SampleFinding):
            yield message, body


async def reason_of(node: Node, finding: SampleFinding) -> str:
    """The reviewer's words; nothing where there are none, or they are not here."""
    for part in finding.parts:
        if part.name == REASON:
            try:
                return content_of(await node.parts.get(part.hash)).decode("utf-8", "replace")
            except (PartNotHeldError, PartError):
                return ""
    return ""
