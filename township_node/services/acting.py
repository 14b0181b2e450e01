"""Acts of the case page, each with what follows from it in the same sitting.

What the county decides goes up with its acceptance; a result that another counter hands over goes
to that counter once it is made; what was handed over goes up to be closed.
"""

from collections.abc import Sequence

from msgspec import Struct

from casework import act as acts
from casework.act import AnyAct
from casework.case import Case, Status
from casework.errors import ActNotOpenError, CaseMovedOnError
from casework.facts import facts_of
from casework.names import MessageId
from casework.organisation import Officer
from casework.procedure import name_of
from sync.attesting import ResultUnprovenError, attest
from sync.bodies import DepositKind
from sync.case_file import CaseFile
from sync.desk import Attachment, Sitting, Step
from sync.taking_up import attachments_of
from township_node.services.office import Office
from township_node.services.printing import RESULT, instant_result, result_of
from webui.act_contents import Content

# What may be brought to a case whose pen is elsewhere, and how it is called on the wire.
DEPOSITS = {
    "supplement": DepositKind.SUPPLEMENT,
    "supplement_in_review": DepositKind.SUPPLEMENT,
    "deferred_satisfied": DepositKind.SUPPLEMENT,
    "withdraw": DepositKind.WITHDRAWAL,
    "change_pickup": DepositKind.CHANGE_PICKUP,
}
# What is said about a case without the pen; it is adopted as it was said.
_SAID = {
    "ask": DepositKind.QUESTION,
    "answer": DepositKind.ANSWER,
    "collect_papers": DepositKind.COLLECTION,
}


# What may follow a receipt in the same sitting; `receive` by itself leaves it for later.
ANSWERS = frozenset(
    {"receive", "accept", "accept_deferred", "notify_deficiency", "refuse_acceptance"}
)


class Turn(Struct, frozen=True, kw_only=True):
    """An officer before a case: its file as it stands, and its head as they saw it."""

    officer: Officer
    file: CaseFile
    acting_for: Officer | None = None
    seen: MessageId | None = None

    @property
    def sitting(self) -> Sitting:
        """What they act on; CaseMovedOnError if somebody was quicker."""
        case = self.file.case
        if self.seen is not None and case.head != self.seen:
            raise CaseMovedOnError(f"{case.id} is at {case.head}")
        return Sitting(
            officer=self.officer, acting_for=self.acting_for, case_id=case.id, seen=case.head
        )


async def perform(
    office: Office,
    turn: Turn,
    act: AnyAct,
    contents: Sequence[Content],
    beside: Sequence[AnyAct] = (),
) -> None:
    """Sign an act with what was said beside it and what follows; the CaseworkError against it."""
    officer, file, sitting = turn.officer, turn.file, turn.sitting
    case = file.case
    attachments = _attachments(contents)
    if case.pen != office.me and isinstance(act, acts.Ask | acts.Answer | acts.CollectPapers):
        await office.desk.deposit(_SAID[name_of(type(act))], act, sitting, attachments)
        return
    if isinstance(act, acts.TakeUpDeposit):
        attachments += await _deposited(office, file, act)
    names = tuple(each.name for each in attachments)
    if isinstance(act, acts.ProduceResult) and RESULT not in names:
        attachments += (await result_of(office, officer, file),)
    if isinstance(act, acts.Instant) and RESULT not in names:
        attachments += (await instant_result(office, officer, file, act, names),)
    if isinstance(act, acts.Deliver) and not (await attest(office.desk, case)).is_sound:
        raise ResultUnprovenError(case.id)
    onward = (*beside, *following(office, file, act))
    steps = (Step(act, attachments), *(Step(each) for each in onward))
    await office.desk.perform_all(steps, sitting)


async def take_in(office: Office, turn: Turn, act: AnyAct, contents: Sequence[Content]) -> Case:
    """Receive what a village collected and, unless `act` is that, answer it in the same sitting."""
    case, sitting = turn.file.case, turn.sitting
    if case.status is not Status.COLLECTED or case.intake is None:
        raise ActNotOpenError(f"{case.id} is {case.status}")
    verdicts = getattr(act, "materials", None) or case.materials
    received = Step(acts.Receive(case.intake, verdicts))
    if isinstance(act, acts.Receive):
        return await office.desk.perform_all((received,), sitting)
    answered = Step(act, _attachments(contents))
    onward = tuple(Step(each) for each in following(office, turn.file, act))
    return await office.desk.perform_all((received, answered, *onward), sitting)


async def give_back(office: Office, turn: Turn, reason: str) -> Case:
    """Return to a village what it collected, saying why."""
    case = turn.file.case
    if case.pen_from is None:
        raise ActNotOpenError(case.id)
    notice = Attachment("notice", "text/plain", reason.encode())
    return await office.desk.perform(acts.ReturnPen(case.pen_from), turn.sitting, (notice,))


async def bring(
    office: Office, turn: Turn, act: acts.Restatable, contents: Sequence[Content]
) -> None:
    """Keep for the pen-holder what an applicant brought to this counter."""
    kind = DEPOSITS[name_of(type(act))]
    sitting = Sitting(officer=turn.officer, acting_for=turn.acting_for, case_id=turn.file.case.id)
    await office.desk.deposit(kind, act, sitting, _attachments(contents))


def following(office: Office, file: CaseFile, act: AnyAct) -> tuple[AnyAct, ...]:
    """The acts that belong to the same sitting, after this one."""
    case = file.case
    up = (acts.HandOverPen(office.county),) if office.me != office.county else ()
    match act:
        case acts.Accept() | acts.AcceptDeferred():
            return () if office.decides(file.matter, facts_of(case)) else up
        case acts.ProduceResult() if case.pickup not in {None, office.me}:
            assert case.pickup is not None
            return (acts.ForwardResult(case.pickup), acts.HandOverPen(case.pickup))
        case acts.ForwardResult(to):
            return (acts.HandOverPen(to),)
        case acts.Deliver() | acts.Instant():
            return up
        case _:
            return ()


async def _deposited(
    office: Office, file: CaseFile, act: acts.TakeUpDeposit
) -> tuple[Attachment, ...]:
    """What was brought elsewhere, or fell out of the chain, to be brought again."""
    brought = [each.parts for each in file.deposits if each.id == act.deposit]
    return await attachments_of(office.desk, [part for parts in brought for part in parts])


def _attachments(contents: Sequence[Content]) -> tuple[Attachment, ...]:
    return tuple(Attachment(each.name, each.media_type, each.data) for each in contents)
