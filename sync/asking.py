"""Asking the county about a case that is not held here: a signed question, and what it showed."""

from casework.asking import RIGHTS, SHOWN, Purpose
from casework.entry import PartRef
from casework.names import CaseNumber, MessageId
from casework.organisation import Officer
from sync.batch import Batch
from sync.bodies import Query
from sync.desk import SALT_BYTES, Desk
from sync.parts import make_part
from sync.writing import write


async def ask_county(
    desk: Desk, officer: Officer, purpose: Purpose, number: CaseNumber, shown: str
) -> MessageId:
    """Sign a question and queue it; its answer comes when the line allows."""
    content = shown.encode()
    hash_, data = make_part(content, desk.node.randomness(SALT_BYTES))
    body = Query(
        question=RIGHTS[purpose].question,
        number=number,
        officer=officer.id,
        purpose=purpose.value,
        parts=(PartRef(hash_, len(data), "text/plain", SHOWN),),
    )

    def write_down(batch: Batch) -> MessageId:
        return write(batch, body, small={hash_: data}).message.id

    return await desk.node.change(write_down, fault="act")
