"""Acts of the case page, each with what follows from it in the same sitting."""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from casework import act as acts
from casework.act import AnyAct, Restatable
from casework.case import Case, Status
from casework.errors import CaseMovedOnError, PenDestinationError
from casework.names import MessageId
from casework.organisation import Officer
from sync.attesting import ResultUnprovenError, attest
from sync.bodies import DepositKind
from sync.case_file import CaseFile
from sync.desk import Attachment, Sitting, Step
from sync.taking_up import attachments_of
from village_agent.services.handing_up import upward
from village_agent.services.printing import RESULT, instant_result
from village_agent.services.station import Station
from webui.act_contents import Content
from webui.documents import PaperKind
from webui.paper_numbers import document_number

# What may be brought to a case whose pen is elsewhere, and how it is called on the wire.
DEPOSITS: Final[Mapping[type[AnyAct], DepositKind]] = {
    acts.Supplement: DepositKind.SUPPLEMENT,
    acts.SupplementInReview: DepositKind.SUPPLEMENT,
    acts.DeferredSatisfied: DepositKind.SUPPLEMENT,
    acts.Withdraw: DepositKind.WITHDRAWAL,
    acts.ChangePickup: DepositKind.CHANGE_PICKUP,
    acts.Ask: DepositKind.QUESTION,
    acts.Answer: DepositKind.ANSWER,
}
# After these the case is for others to go on with.
_GOES_UP: Final = (acts.Accept, acts.AcceptDeferred, acts.Instant, acts.Deliver)


class Turn(Struct, frozen=True, kw_only=True):
    """Who acts on which case, and the head they saw."""

    officer: Officer
    file: CaseFile
    seen: MessageId | None

    @property
    def case(self) -> Case:
        return self.file.case

    @property
    def sitting(self) -> Sitting:
        return Sitting(officer=self.officer, case_id=self.case.id, seen=self.case.head)


async def perform(
    station: Station, turn: Turn, act: AnyAct, contents: Sequence[Content] = ()
) -> None:
    """Sign an act and what follows from it, or keep it for whoever holds the pen."""
    case = turn.case
    if turn.seen is not None and case.head != turn.seen:
        raise CaseMovedOnError(f"{case.id} is at {case.head}")
    attachments = tuple(Attachment(each.name, each.media_type, each.data) for each in contents)
    if case.pen != station.me and type(act) in DEPOSITS:
        await _bring(station, turn, act, attachments)
        return
    if isinstance(act, acts.Deliver) and not (await attest(station.desk, case)).is_sound:
        raise ResultUnprovenError(case.id)
    if isinstance(act, acts.Instant):
        act = replace(act, document=document_number(case, PaperKind.INSTANT_RESULT))
        names = tuple(each.name for each in attachments)
        if RESULT not in names:
            made = await instant_result(station, turn.officer, turn.file, act, names)
            attachments = (*attachments, made)
    if isinstance(act, acts.TakeUpDeposit):
        attachments = await _copied(station, turn, act)
    steps = [Step(act, attachments)]
    if isinstance(act, _GOES_UP):
        steps.append(Step(await upward(station, turn.sitting, case)))
    await station.desk.perform_all(steps, turn.sitting)


async def send_again(station: Station, turn: Turn) -> None:
    """Hand a case up once more as it is: what was wrong has been put right elsewhere."""
    if turn.case.status is not Status.COLLECTED:
        raise PenDestinationError(f"{turn.case.id} is {turn.case.status}")
    await station.desk.perform(acts.HandOverPen(station.parent), turn.sitting)


async def _bring(
    station: Station, turn: Turn, act: AnyAct, attachments: tuple[Attachment, ...]
) -> None:
    assert isinstance(act, Restatable), "what is deposited can be restated"
    sitting = Sitting(officer=turn.officer, case_id=turn.case.id)
    await station.desk.deposit(DEPOSITS[type(act)], act, sitting, attachments)


async def _copied(station: Station, turn: Turn, act: acts.TakeUpDeposit) -> tuple[Attachment, ...]:
    """What a deposit brought, to be brought again by the entry that adopts it."""
    found = next((each for each in turn.file.deposits if each.id == act.deposit), None)
    return await attachments_of(station.desk, found.parts) if found is not None else ()
