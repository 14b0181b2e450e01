"""From the file of a case, as a node reads it, to what the case page and the papers are given.

The file is described by protocols: whoever reads journals knows nothing of screens, and this
module knows nothing of journals.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol

from msgspec import Struct

from casework.act import AnyAct, Restatable
from casework.asking import Guest
from casework.calendar import Calendar
from casework.case import Case
from casework.entry import PartRef, Written
from casework.errors import CaseworkError
from casework.freshness import Heard
from casework.matter import MatterVersion
from casework.names import DepartmentId, MessageId, NodeId, OfficerId, PartHash
from casework.organisation import Officer
from casework.party import ApplicantSheet
from casework.verdict import Judgement
from webui import labels
from webui.case_given import (
    CaseGiven,
    CountyNotice,
    CountyVerdict,
    Duplicate,
    PartStanding,
    ReleaseWish,
    WaitingDeposit,
)
from webui.names_known import Names
from webui.sync_mark import SyncMark


class HeldPart(Protocol):
    @property
    def state(self) -> Literal["arrived", "waiting", "erased"]: ...
    @property
    def received(self) -> int: ...
    @property
    def total(self) -> int: ...


class HeldNotice(Protocol):
    @property
    def code(self) -> str: ...
    @property
    def args(self) -> Mapping[str, str]: ...


class HeldDeposit(Protocol):
    @property
    def id(self) -> MessageId: ...
    @property
    def at(self) -> datetime: ...
    @property
    def at_text(self) -> str: ...
    @property
    def node(self) -> NodeId: ...
    @property
    def officer(self) -> OfficerId: ...
    @property
    def kind(self) -> str: ...
    @property
    def act(self) -> Restatable | None: ...
    @property
    def parts(self) -> tuple[PartRef, ...]: ...


class WayUp(Protocol):
    """How far a case has got; `way` is local_only, uploading, received, county_held, returned."""

    @property
    def way(self) -> str: ...
    @property
    def percent(self) -> int: ...
    @property
    def code(self) -> str | None: ...


class HeldVerdict(Protocol):
    @property
    def judgement(self) -> Judgement: ...
    @property
    def grounds(self) -> tuple[str, ...]: ...


class HeldRelease(Protocol):
    @property
    def at(self) -> datetime: ...
    @property
    def reason(self) -> str: ...


class HeldFile(Protocol):
    @property
    def case(self) -> Case: ...
    @property
    def officer(self) -> OfficerId: ...
    @property
    def matter(self) -> MatterVersion: ...
    @property
    def now(self) -> datetime: ...
    @property
    def blocked(self) -> str | None: ...
    @property
    def row(self) -> WayUp: ...
    @property
    def why_not(self) -> Mapping[str, CaseworkError | None]: ...
    @property
    def applicant(self) -> ApplicantSheet | None: ...
    @property
    def form(self) -> Mapping[str, object] | None: ...
    @property
    def texts(self) -> Mapping[PartHash, str]: ...
    @property
    def parts(self) -> Mapping[PartHash, HeldPart]: ...
    @property
    def acts(self) -> Mapping[MessageId, AnyAct]: ...
    @property
    def deposits(self) -> Sequence[HeldDeposit]: ...
    @property
    def fallen(self) -> tuple[Written, ...]: ...
    @property
    def reclaimable(self) -> tuple[Written, ...]: ...
    @property
    def offline(self) -> frozenset[MessageId]: ...
    @property
    def guests(self) -> tuple[Guest, ...]: ...
    @property
    def heard(self) -> Heard: ...
    @property
    def colleagues(self) -> tuple[Officer, ...]: ...
    @property
    def duplicates(self) -> tuple[Case, ...]: ...
    @property
    def release(self) -> HeldRelease | None: ...
    @property
    def notices(self) -> Sequence[HeldNotice]: ...
    @property
    def verdicts(self) -> Mapping[MessageId, HeldVerdict]: ...


class Seen(Struct, frozen=True, kw_only=True):
    """Who looks at the file: the place, its lists, and how much of a person is shown."""

    node: NodeId
    names: Names
    calendar: Calendar
    base_url: str
    unmasked: bool = False
    unmask_url: str | None = None
    destinations: Mapping[NodeId, str] = {}
    counters: Mapping[NodeId, str] = {}
    departments: Mapping[DepartmentId, str] = {}
    contacts: Mapping[NodeId, str] = {}
    show_sync: bool = True
    judges: bool = False  # this place reviews such a case itself, and says how its papers are


def given_of(file: HeldFile, seen: Seen) -> CaseGiven:
    return CaseGiven(
        case=file.case,
        matter=file.matter,
        calendar=seen.calendar,
        now=file.now,
        node=seen.node,
        names=seen.names,
        base_url=seen.base_url,
        why_not=file.why_not,
        applicant=file.applicant,
        form=file.form,
        texts=file.texts,
        parts={
            part: PartStanding(held.state, held.received, held.total)
            for part, held in file.parts.items()
        },
        acts=file.acts,
        deposits=tuple(_deposit(each) for each in file.deposits),
        fallen=file.fallen,
        reclaimable=file.reclaimable,
        offline=file.offline,
        sync=sync_mark(file.row) if seen.show_sync else None,
        blocked=file.blocked,
        unmasked=seen.unmasked,
        unmask_url=seen.unmask_url,
        destinations=seen.destinations,
        counters=seen.counters,
        departments=seen.departments,
        colleagues=file.colleagues,
        officer=file.officer,
        guests=file.guests,
        heard=file.heard,
        contacts=seen.contacts,
        judges=seen.judges,
        duplicates=tuple(_duplicate(each) for each in file.duplicates),
        release=ReleaseWish(file.release.at, file.release.reason) if file.release else None,
        notices=tuple(CountyNotice(each.code, each.args) for each in file.notices),
        verdicts={
            decision: CountyVerdict(said.judgement.value, said.grounds)
            for decision, said in file.verdicts.items()
        },
    )


# The states of a row as `labels.SYNC` words them.
_MARKS = {
    "local_only": "local_only",
    "uploading": "in_transit",
    "received": "township_held",
    "county_held": "county_held",
    "returned": "returned",
}


def sync_mark(row: WayUp) -> SyncMark:
    state = _MARKS[row.way]
    return SyncMark(
        state,
        percent=row.percent if state == "in_transit" else None,
        reason=labels.error_text(row.code) if row.code else "",
    )


def _duplicate(case: Case) -> Duplicate:
    received = case.moments("receive")
    at = received[0].at if received else case.timeline[0].at
    return Duplicate(case.id, case.number, at, case.received_by or case.opened_by)


def _deposit(held: HeldDeposit) -> WaitingDeposit:
    return WaitingDeposit(
        id=held.id,
        at=held.at,
        at_text=held.at_text,
        node=held.node,
        officer=held.officer,
        kind=held.kind,
        act=held.act,
        parts=held.parts,
    )
