"""One case at the county: what is known of it, and doing something to it.

Everything that goes with an act is one sitting: a result that goes down to a counter takes the pen
along, a taken-up deposit brings its materials. The rules stand in `casework`.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from casework import act as acts
from casework.act import AnyAct, Restatable
from casework.case import Case, Status
from casework.errors import CaseMovedOnError, RoleMissingError, UnknownCaseError
from casework.names import CaseId, DepartmentId, MessageId, NodeId
from casework.organisation import Officer
from central.services.reach import Reach, reach_of
from sync.attesting import ResultUnprovenError, is_proven
from sync.bodies import DepositKind
from sync.case_file import CaseFile, read_case_file
from sync.desk import Attachment, Desk, Sitting, Step
from sync.holdings import Holdings
from sync.own_vouchers import voucher_for
from sync.paper_log import PaperLog
from sync.taking_up import attachments_of
from webui.act_contents import RESULT, Content
from webui.act_form import ActRead, said_beside
from webui.case_given import CaseGiven
from webui.county_words import county_words
from webui.documents import Paper, PaperKind, render_async
from webui.held_file import Seen, given_of
from webui.names_known import Names
from webui.papers import PaperGiven, decision_behind, paper_for
from webui.seals import Seals, sealed

# What is said about a case without the pen; it is adopted as it was said.
_SAID: Final[Mapping[type[AnyAct], DepositKind]] = {
    acts.Ask: DepositKind.QUESTION,
    acts.Answer: DepositKind.ANSWER,
    acts.CollectPapers: DepositKind.COLLECTION,
}


class Acting(Struct, frozen=True):
    """Who acts, and in whose stead if in anybody's."""

    officer: Officer
    acting_for: Officer | None = None


class Opened:
    """A case as one officer sees it now: `given` is what its page and its papers are made from."""

    def __init__(self, file: CaseFile, given: CaseGiven, reach: Reach) -> None:
        self.file: Final = file
        self.given: Final = given
        self.reach: Final = reach

    @property
    def case(self) -> Case:
        return self.file.case


class Review:
    def __init__(self, desk: Desk, seals: Seals) -> None:
        self._desk: Final = desk
        self._seals: Final = seals
        self._log: Final = PaperLog(desk.node)
        self._kept: Final = NamesKept()

    @property
    def names(self) -> Names:
        return self._kept.of(self._desk.holdings)

    async def open(
        self, case_id: CaseId, officer: Officer, acting_for: Officer | None = None
    ) -> Opened:
        """The case as this officer may see it; UnknownCaseError where they may not."""
        file = await read_case_file(self._desk, case_id, officer, acting_for)
        reach = reach_of(officer)
        if not reach.covers(file.case, file.matter):
            raise UnknownCaseError(f"{case_id} is not for {officer.id}")
        holdings = self._desk.holdings
        given = given_of(
            file,
            Seen(
                node=self._desk.node.id,
                names=self.names,
                calendar=holdings.calendar,
                base_url=f"/cases/{case_id}",
                unmasked=reach.names_people,
                destinations=_destinations(holdings, file.case, self._desk.node.id),
                counters=_counters(holdings, file.case),
                departments=_departments(holdings),
                contacts=holdings.machines_but(self._desk.node.id) if reach.writes else {},
                show_sync=False,
                judges=True,
            ),
        )
        return Opened(file, _for(given, reach), reach)

    async def perform(
        self, opened: Opened, read: ActRead, contents: Sequence[Content], who: Acting
    ) -> None:
        """Carry out what a dialog asked for, on the case as its officer saw it."""
        assert read.act is not None, "a form with errors asks for nothing"
        if not opened.reach.writes:
            raise RoleMissingError(f"{who.officer.id} reads")
        # Without this a click on a page of yesterday would count as one of today.
        if read.seen is None:
            raise CaseMovedOnError(opened.case.id)
        brought = tuple(Attachment(each.name, each.media_type, each.data) for each in contents)
        sitting = Sitting(
            officer=who.officer,
            acting_for=who.acting_for,
            case_id=opened.case.id,
            seen=read.seen,
        )
        kind = _SAID.get(type(read.act))
        if kind is not None and opened.case.pen != self._desk.node.id:
            assert isinstance(read.act, Restatable), "what is said can be restated"
            await self._desk.deposit(kind, read.act, sitting, brought)
            return
        await self._desk.perform_all(await self._steps(opened, read, brought), sitting)

    async def ask_for_pen(
        self, opened: Opened, reason: str, seen: MessageId | None, who: Acting
    ) -> None:
        """Ask the holder to return the case, as its officer saw it."""
        if not opened.reach.writes:
            raise RoleMissingError(f"{who.officer.id} reads")
        if seen is None:
            raise CaseMovedOnError(opened.case.id)
        sitting = Sitting(
            officer=who.officer, acting_for=who.acting_for, case_id=opened.case.id, seen=seen
        )
        await self._desk.ask_for_pen(reason, sitting)

    async def printed(
        self,
        opened: Opened,
        kind: PaperKind,
        entry: MessageId | None,
        who: Acting,
        *,
        again: bool = False,
    ) -> bytes:
        """A paper as a PDF, with the seal that this officer may place.

        KeyError for an entry that brings no such paper.
        """
        plain = await self._paper(opened, kind, entry)
        case, today = opened.case, opened.given.calendar.day_of(opened.file.now)
        department = opened.given.matter.department
        people = (who.officer, who.acting_for)
        paper, is_sealed = sealed(plain, self._seals, department, people, today)
        if again and paper.final:
            count = await self._log.printed_again(case.id, kind.value, entry)
            paper = replace(paper, reprint=count)
        content = await render_async(paper)
        if is_sealed:
            await self._log.seal_used(case.id, kind.value, who.officer.id)
        return content

    async def _paper(self, opened: Opened, kind: PaperKind, entry: MessageId | None) -> Paper:
        """A paper of the case, which is final only where what it states is proven."""
        file = opened.file
        decided = decision_behind(kind, file.case, file.matter, entry)
        proven = decided is None or await is_proven(self._desk, file.case, decided)
        final = file.blocked is None and proven
        vouched = await voucher_for(self._desk, file.case, kind, entry)
        given = replace(self._paper_given(opened), voucher=vouched)
        return paper_for(kind, given, now=file.now, entry=entry, final=final)

    async def _steps(
        self, opened: Opened, read: ActRead, brought: tuple[Attachment, ...]
    ) -> tuple[Step, ...]:
        case, act, here = opened.case, read.act, self._desk.node.id
        assert act is not None, "a form with errors asks for nothing"
        if isinstance(act, acts.TakeUpDeposit):
            waiting = next(each for each in opened.given.deposits if each.id == act.deposit)
            brought = (*brought, *await attachments_of(self._desk, waiting.parts))
        if _calls_for_result(case, act) and not any(each.name == RESULT for each in brought):
            brought = (*brought, await self._result(opened))
        steps = [Step(act, brought), *(Step(each) for each in said_beside(read, case))]
        if isinstance(act, acts.ForwardResult):
            if act.to != case.pickup:
                steps.insert(0, Step(acts.ChangePickup(act.to)))
            if act.to != here:
                steps.append(Step(acts.HandOverPen(act.to)))
        return tuple(steps)

    async def _result(self, opened: Opened) -> Attachment:
        """The decision's own document, as the part `result`, where no certificate was brought.

        ResultUnprovenError where the decision is not proven: no preview is signed as a result.
        """
        decision = opened.case.decision
        if decision is not None and not await is_proven(self._desk, opened.case, decision.entry):
            raise ResultUnprovenError(opened.case.id)
        kind = PaperKind.GRANT if decision is None or decision.granted else PaperKind.REFUSAL
        paper = await self._paper(opened, kind, decision.entry if decision is not None else None)
        return Attachment(RESULT, "application/pdf", await render_async(paper))

    def _paper_given(self, opened: Opened) -> PaperGiven:
        return PaperGiven.of(
            opened.given,
            county_words(self._desk.holdings.regions.county),
            handover=opened.file.handover,
            unmasked=opened.given.unmasked,
        )


class NamesKept:
    """What everything is called, made once for the sets in force."""

    def __init__(self) -> None:
        self._of: Holdings | None = None
        self._names: Names | None = None

    def of(self, holdings: Holdings) -> Names:
        if self._names is None or self._of is not holdings:
            self._of = holdings
            self._names = Names.of(
                holdings.organisation,
                holdings.regions,
                holdings.delegations,
                holdings.held_delegations.instruments,
            )
        return self._names


def _for(given: CaseGiven, reach: Reach) -> CaseGiven:
    """What those who only read are given: every act explains that it is not for them."""
    if reach.writes:
        return given
    kept = {
        name: RoleMissingError(name) if why is None else why for name, why in given.why_not.items()
    }
    return replace(given, why_not=kept)


def _calls_for_result(case: Case, act: AnyAct) -> bool:
    """Whether with this act the result lies ready: once made, or once what held it back came."""
    meaning = act.restated if isinstance(act, acts.TakeUpDeposit) else act
    made = isinstance(meaning, acts.ProduceResult)
    freed = isinstance(meaning, acts.DeferredSatisfied) and case.status is Status.RESULT_HELD
    return made or freed


def _counters(holdings: Holdings, case: Case) -> dict[NodeId, str]:
    """Where a result can be sent to be handed over; the place that was chosen first."""
    chosen = holdings.node(case.pickup) if case.pickup is not None else None
    return {**({chosen.id: chosen.name} if chosen else {}), **holdings.counters}


def _destinations(holdings: Holdings, case: Case, here: NodeId) -> dict[NodeId, str]:
    """Whoever has had to do with the case, and has a machine."""
    concerned = (case.received_by, case.pickup, case.pen_from, case.collected_by, case.opened_by)
    return {
        node.id: node.name
        for each in concerned
        if each is not None
        and each != here
        and holdings.directory.newest_incarnation(each)
        and (node := holdings.node(each)) is not None
    }


def _departments(holdings: Holdings) -> dict[DepartmentId, str]:
    return {each.id: each.name for each in holdings.organisation.departments}
