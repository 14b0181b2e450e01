"""What a tier gathers about one case before the case page, its acts or its papers are made.

Everything is a plain value that the tier has already decided this officer may see: a part that is
not held here, or is not theirs to read, is simply absent.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct

from casework.act import AnyAct, Restatable
from casework.asking import Guest
from casework.calendar import Calendar
from casework.case import Case
from casework.entry import PartRef, Written
from casework.errors import CaseworkError
from casework.freshness import Heard
from casework.matter import MatterVersion
from casework.names import (
    CaseId,
    CaseNumber,
    DepartmentId,
    MessageId,
    NodeId,
    OfficerId,
    PartHash,
)
from casework.organisation import Officer
from casework.party import ApplicantSheet
from webui.names_known import Names
from webui.sync_mark import SyncMark

PartState = Literal["arrived", "waiting", "erased"]


class PartStanding(Struct, frozen=True):
    """How much of a part lies here; sizes in bytes."""

    state: PartState
    received: int = 0
    total: int = 0


class WaitingDeposit(Struct, frozen=True, kw_only=True):
    """Something brought to the case elsewhere that the pen-holder has not taken up.

    `at_text` is its instant as it stands on the wire, which a taking-up repeats letter by letter.
    """

    id: MessageId
    at: datetime
    at_text: str
    node: NodeId
    officer: OfficerId
    kind: str
    act: Restatable | None
    parts: tuple[PartRef, ...] = ()


class Duplicate(Struct, frozen=True):
    """Another open case of what seems the same application."""

    id: CaseId
    number: CaseNumber
    received_at: datetime
    node: NodeId


class ReleaseWish(Struct, frozen=True):
    """Since when the county wants the pen back, and a code that says why."""

    at: datetime
    reason: str


class CountyNotice(Struct, frozen=True):
    """What the county has said about the case, by a code and what belongs into its sentence."""

    code: str
    args: Mapping[str, str]


class CountyVerdict(Struct, frozen=True):
    """The county's newest grade of a decision, and the codes that say why."""

    judgement: str
    grounds: tuple[str, ...]


class CaseGiven(Struct, frozen=True, kw_only=True):
    """A case and what is known around it, as one officer at one node sees it."""

    case: Case
    matter: MatterVersion
    calendar: Calendar
    now: datetime
    node: NodeId
    names: Names
    base_url: str
    # By the name of the act; an act that is not named is not offered.
    why_not: Mapping[str, CaseworkError | None]

    applicant: ApplicantSheet | None = None
    form: Mapping[str, object] | None = None
    texts: Mapping[PartHash, str] = {}
    parts: Mapping[PartHash, PartStanding] = {}
    acts: Mapping[MessageId, AnyAct] = {}
    deposits: tuple[WaitingDeposit, ...] = ()
    fallen: tuple[Written, ...] = ()
    reclaimable: tuple[Written, ...] = ()  # what a reclaim may answer
    offline: frozenset[MessageId] = frozenset()
    sync: SyncMark | None = None
    blocked: str | None = None
    unmasked: bool = False
    unmask_url: str | None = None
    destinations: Mapping[NodeId, str] = {}
    counters: Mapping[NodeId, str] = {}
    departments: Mapping[DepartmentId, str] = {}
    colleagues: tuple[Officer, ...] = ()  # who may be named as having agreed to an act
    duplicates: tuple[Duplicate, ...] = ()
    guests: tuple[Guest, ...] = ()  # who is told of it because they asked
    heard: Heard | None = None  # whom this node has heard until when
    officer: OfficerId = OfficerId("")  # who looks
    contacts: Mapping[NodeId, str] = {}  # whom they may ask about the case; nobody: they only read
    judges: bool = False  # whoever takes it here may say at once that its papers are sound
    release: ReleaseWish | None = None
    notices: tuple[CountyNotice, ...] = ()
    verdicts: Mapping[MessageId, CountyVerdict] = {}  # by decision

    def text_of(self, entry: MessageId, name: str) -> str:
        """What an entry's part of this name says, as far as it lies here."""
        found = (
            part.ref.hash
            for part in self.case.parts
            if part.entry == entry and part.ref.name == name
        )
        return "\n".join(self.texts[each] for each in found if each in self.texts)
