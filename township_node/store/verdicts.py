"""What the county said of decisions that were made here: the newest word on each."""

from typing import Final

from msgspec import Struct

from casework.case import Case
from casework.names import DelegationId, MessageId, NodeId
from sync.bodies import Verdict
from sync.engine import Database, Work
from sync.stored import case_from_bytes, stored_body, stored_message

VERDICTS_READ_MAX: Final = 500
_ROWS: Final = (
    "SELECT said.wire, c.folded FROM message AS said JOIN case_row AS c ON c.id = said.case_id"
    " WHERE said.kind = 'verdict' ORDER BY said.arrival DESC LIMIT ?"
)


class JudgedHere(Struct, frozen=True):
    """A decision of this node, or of one below, with the county's newest word on it."""

    decision: MessageId
    node: NodeId
    said: Verdict
    case: Case
    delegation: DelegationId | None = None  # the record that it cites


async def judged_here(database: Database) -> tuple[JudgedHere, ...]:
    return await database.read(_read)


def _read(work: Work) -> tuple[JudgedHere, ...]:
    found: dict[MessageId, JudgedHere] = {}
    for wire, folded in work.execute(_ROWS, (VERDICTS_READ_MAX,)).fetchall():
        said = stored_body(stored_message(wire))
        if not isinstance(said, Verdict) or said.decision in found:
            continue
        decision = MessageId(said.decision)
        row = work.execute("SELECT wire FROM message WHERE id = ?", (decision,)).fetchone()
        if row is not None:
            made = stored_message(row[0])
            cited = getattr(stored_body(made), "delegation", None)
            case = case_from_bytes(folded)
            found[decision] = JudgedHere(decision, made.node, said, case, cited)
    return tuple(found.values())
