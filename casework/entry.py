"""An entry: an act written down in its place in a case, and the parts that came with it."""

from datetime import datetime
from typing import Annotated, Final

from msgspec import Meta, Struct

from casework.act import AnyAct
from casework.fact import INTEGER_MAX, Fact
from casework.matter import MatterRef
from casework.names import (
    CaseId,
    CaseNumber,
    DelegationId,
    LogName,
    MessageId,
    NodeId,
    OfficerId,
    PartOnWire,
    author_of,
)

# The salt alone, of an empty content.
PART_BYTES_MIN: Final = 16


class PartRef(Fact, frozen=True):
    """A part by its hash; `name` is a material or form code, never a file name."""

    hash: PartOnWire
    size: Annotated[int, Meta(ge=PART_BYTES_MIN, le=INTEGER_MAX)]  # the salt included
    media_type: str
    name: str


class Entry(Fact, frozen=True):
    """The body of an entry as it is signed (protocol.md section 3)."""

    number: CaseNumber
    previous: MessageId
    act: AnyAct
    matter_version: MatterRef
    delegation: DelegationId | None
    officer: OfficerId
    acting_for: OfficerId | None
    bundle: str | None
    project: str | None
    parts: tuple[PartRef, ...]


class Written(Struct, frozen=True):
    """An entry together with what its message's header says of it."""

    id: MessageId
    case: CaseId
    log: LogName
    seq: int
    at: datetime
    suspect: bool
    entry: Entry

    @property
    def node(self) -> NodeId:
        return author_of(self.log)
