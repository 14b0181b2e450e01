"""The case page: one value that its templates take, made of what a tier has gathered.

Nothing here decides or stores; what time alone changes (a lamp, a due date) is computed for `now`.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from msgspec import Struct

from casework import act as acts
from casework.case import Deferral
from casework.case_clocks import urgency_of
from casework.clock import ClockState
from casework.facts import facts_of
from casework.instants import parse_instant
from casework.lamp import Lamp
from casework.matter import commits
from casework.names import NodeId, Tier, is_county, tier_of
from casework.procedure import BY_NAME, name_of
from casework.visits import visits
from webui import labels
from webui.act_dialogs import ActDialog, deposit_dialog
from webui.case_act_view import ActsView, acts_of
from webui.case_archive import ArchiveView, archive_view
from webui.case_clock_view import ClockView, LedgerView, ledger_view
from webui.case_contacts import ContactsView, contacts_of, takes_up
from webui.case_form_view import ApplicantView, FieldView, applicant_of, fields_of
from webui.case_freshness import known_as_of
from webui.case_given import CaseGiven, Duplicate, WaitingDeposit
from webui.case_material_view import MaterialView, ScanView, materials_of, scans_of
from webui.case_papers import PaperLink, papers_of
from webui.case_pen import PenView, pen_of
from webui.case_pickups import PickupView, pickups_of
from webui.case_timeline import FallenView, MomentView, fallen_of, timeline_of
from webui.case_verdict import annulment_told, fallen_verdicts, verdict_words
from webui.case_words import find_word, word
from webui.filters import local, mask_name
from webui.grounds import ground_words
from webui.list_view import Tag, stage_words, tags_of
from webui.sync_mark import SyncMark

# What the county tells of another case, as `duplicate` words it; itself it sees more than it told.
_TOLD: Final[Mapping[str, str]] = {"E_DUPLICATE": "linked", "E_MERGED_HERE": "merged_here"}


class DecisionView(Struct, frozen=True, kw_only=True):
    """What was decided, by whom, and in whose name."""

    granted: bool
    title: str
    at: datetime
    who: str
    acting_for: str
    where: str
    in_whose_name: str
    instrument: str
    document: str
    grounds: tuple[str, ...]
    text: str
    verdict: str  # the county's word on it; empty for its own, and while it has none


class DepositView(Struct, frozen=True, kw_only=True):
    """Something brought elsewhere; `dialog` takes it up, None where it asks for no act."""

    id: str
    at: datetime
    title: str
    who: str
    where: str
    parts: tuple[tuple[str, str], ...]
    dialog: ActDialog | None


class PaperView(Struct, frozen=True, kw_only=True):
    title: str
    url: str
    again_url: str  # the same, marked as printed once more; empty where nothing is in force
    at: datetime | None


class SummaryView(Struct, frozen=True, kw_only=True):
    """The head of the page."""

    number: str
    matter: str
    matter_version: int
    applicant: str
    status: str
    clock: str  # the one whose lamp this is
    is_paused: bool  # a clock of it stands still, which waiting alone does not bring about
    closure: str
    stage: str
    lamp: Lamp | None
    tags: tuple[Tag, ...]
    pen: str
    is_here: bool
    first_responsible: str
    pickup: str
    delivery: str
    channel: str
    deferral: str
    supply_by: str | None
    department: str
    document_authority: str
    commits: bool
    visits: int
    visits_max: int


class CaseView(Struct, frozen=True, kw_only=True):
    """The one value of `kit/case/page.html`, as `view`."""

    id: str
    base_url: str
    is_village: bool
    summary: SummaryView
    warnings: tuple[str, ...]
    pen: PenView | None
    known: str  # as of when it is known here; empty where that is now
    sync: SyncMark | None
    ledger: LedgerView
    materials: tuple[MaterialView, ...]
    scans: tuple[ScanView, ...]
    applicant: ApplicantView | None
    fields: tuple[FieldView, ...]
    form_held: bool
    unmask_url: str | None
    decision: DecisionView | None
    timeline: tuple[MomentView, ...]
    fallen: tuple[FallenView, ...]
    deposits: tuple[DepositView, ...]
    contacts: ContactsView
    pickups: tuple[PickupView, ...]
    papers: tuple[PaperView, ...]
    archive: ArchiveView | None
    acts: ActsView
    expanded: bool = False

    @property
    def clocks(self) -> tuple[ClockView, ...]:
        return self.ledger.clocks

    @property
    def urgent(self) -> ClockView | None:
        """The clock that the lamp of the case speaks of."""
        named = (each for each in self.clocks if each.name == self.summary.clock)
        return next(named, None) if self.summary.clock else None


class ClocksView(Struct, frozen=True, kw_only=True):
    """What the lamp of a list opens."""

    number: str
    base_url: str
    ledger: LedgerView
    expanded: bool = True

    @property
    def clocks(self) -> tuple[ClockView, ...]:
        return self.ledger.clocks


def case_view(given: CaseGiven) -> CaseView:
    case, ledger = given.case, ledger_view(given)
    return CaseView(
        id=case.id,
        base_url=given.base_url,
        is_village=tier_of(given.node) is Tier.VILLAGE,
        summary=_summary(given, ledger),
        warnings=_warnings(given),
        pen=pen_of(given),
        known=known_as_of(given),
        sync=given.sync,
        ledger=ledger,
        materials=materials_of(given),
        scans=scans_of(given),
        applicant=applicant_of(given),
        fields=fields_of(given),
        form_held=given.form is not None,
        unmask_url=None if given.unmasked else given.unmask_url,
        decision=_decision(given),
        timeline=timeline_of(given),
        fallen=fallen_of(given),
        deposits=_deposits(given),
        contacts=contacts_of(given),
        pickups=pickups_of(given),
        papers=tuple(_paper(link, given) for link in papers_of(case, given.matter)),
        archive=archive_view(given),
        acts=acts_of(given),
    )


def paper_brought(view: CaseView, act: str) -> PaperView | None:
    """The paper that an act has just brought, the latest of its kind."""
    document = BY_NAME[act].document if act in BY_NAME else None
    made = (each for each in reversed(view.papers) if f"/papers/{document}" in each.url)
    return next(made, None) if document is not None else None


def clocks_view(given: CaseGiven) -> ClocksView:
    return ClocksView(number=given.case.number, base_url=given.base_url, ledger=ledger_view(given))


def _summary(given: CaseGiven, ledger: LedgerView) -> SummaryView:
    case, names = given.case, given.names
    urgency = urgency_of(case, given.matter, given.calendar, given.now)
    intake = case.intake
    name = given.applicant.applicant.name if given.applicant else ""
    return SummaryView(
        number=case.number,
        matter=given.matter.name,
        matter_version=case.matter.version,
        applicant=name if given.unmasked else mask_name(name),
        status=case.status.value if case.status else "",
        clock=urgency.clock.name.value if urgency else "",
        is_paused=any(clock.state == ClockState.PAUSED for clock in ledger.clocks),
        closure=labels.CLOSING[case.closure.value] if case.closure else "",
        stage=stage_words(case, names, given.node),
        lamp=urgency.lamp if urgency else None,
        tags=tags_of(case, beside_status=True),
        pen=names.node(case.pen),
        is_here=case.pen == given.node,
        first_responsible=names.node(case.first_responsible),
        pickup=names.node(case.pickup),
        delivery=labels.DELIVERY.get(intake.delivery, intake.delivery) if intake else "",
        channel=labels.label("channel", intake.channel) if intake else "",
        deferral="" if case.deferral is Deferral.NONE else labels.DEFERRED[case.deferral.value],
        supply_by=case.supply_by,
        department=names.department(case.department or given.matter.department),
        document_authority=_authority(given),
        commits=commits(given.matter, facts_of(case)),
        visits=visits(case, given.acts, given.calendar),
        visits_max=given.matter.max_visits,
    )


def _authority(given: CaseGiven) -> str:
    """The power under which the last act was done that cites one."""
    cited = [moment.delegation for moment in given.case.timeline if moment.delegation]
    return given.names.instrument(cited[-1]) if cited else ""


def _warnings(given: CaseGiven) -> tuple[str, ...]:
    case = given.case
    codes = [
        code
        for code, applies in (
            ("E_CASE_FROZEN", case.is_frozen),
            ("E_CASE_HELD", case.held),
            (given.blocked or "", given.blocked is not None),
        )
        if applies
    ]
    others = () if case.is_decided else given.duplicates
    return (
        *map(labels.error_text, codes),
        *(_duplicate_words(given, each) for each in others),
        *fallen_verdicts(given),
        *annulment_told(given),
        *_told_words(given),
    )


def _told_words(given: CaseGiven) -> Iterator[str]:
    case = given.case
    for notice in () if is_county(given.node) else given.notices:
        kind = _TOLD.get(notice.code)
        settled = case.is_decided or not case.is_open or notice.args.get("case") in case.apart_from
        if kind is None or (kind == "linked" and settled):
            continue
        yield word(
            "duplicate",
            kind,
            number=notice.args["number"],
            node=given.names.node(NodeId(notice.args["node"])),
            at=f"{local(parse_instant(notice.args['at'])):%Y-%m-%d %H:%M}",
        )


def _duplicate_words(given: CaseGiven, other: Duplicate) -> str:
    """The other case of what seems the same application: its number, where, and since when."""
    return word(
        "duplicate",
        "other",
        number=other.number,
        node=given.names.node(other.node),
        at=f"{local(other.received_at):%Y-%m-%d %H:%M}",
    )


def _decision(given: CaseGiven) -> DecisionView | None:
    case, names = given.case, given.names
    made = case.decision
    if made is None:
        return None
    text = given.text_of(made.entry, "opinion") or given.text_of(made.entry, "grounds")
    return DecisionView(
        granted=made.granted,
        title=labels.DECISION["grant" if made.granted else "refuse"],
        at=made.at,
        who=names.officer(made.officer),
        acting_for=names.officer(made.acting_for),
        where=names.node(made.node),
        in_whose_name=names.in_whose_name(made.delegation, given.matter.department),
        instrument=names.instrument(made.delegation),
        document=made.document or "",
        grounds=ground_words(given.matter, made.grounds),
        text=text,
        verdict=verdict_words(given, made.entry),
    )


def _deposits(given: CaseGiven) -> tuple[DepositView, ...]:
    here = takes_up(given)
    return tuple(
        DepositView(
            id=each.id,
            at=each.at,
            title=_deposit_title(each),
            who=given.names.officer(each.officer),
            where=given.names.node(each.node),
            parts=tuple(
                (_part_title(part.name, given), f"{given.base_url}/parts/{part.hash}")
                for part in each.parts
            ),
            dialog=deposit_dialog(each, given) if here and each.act is not None else None,
        )
        for each in given.deposits
        if not isinstance(each.act, acts.Ask | acts.Answer | acts.CollectPapers)
    )


def _deposit_title(deposit: WaitingDeposit) -> str:
    """What was brought; of what fell out of the chain, which act it was."""
    act = labels.ACT[name_of(type(deposit.act))] if deposit.act is not None else ""
    return (find_word("deposit", deposit.kind) or deposit.kind).format(act=act)


def _part_title(name: str, given: CaseGiven) -> str:
    need = given.matter.material(name)
    return need.name if need else find_word("part", name) or name


def _paper(link: PaperLink, given: CaseGiven) -> PaperView:
    entry = f"?entry={link.entry}" if link.entry else ""
    url = f"{given.base_url}/papers/{link.kind}{entry}"
    again = f"{url}{'&' if entry else '?'}again=1" if link.entry else ""
    return PaperView(title=link.title, url=url, again_url=again, at=link.at)
