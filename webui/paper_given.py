"""What papers are made from: the case as of one moment, its matter, its people, the county.

A paper is computed as of its moment, so that printing it again years later says the same.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from casework import act as acts
from casework.act import AnyAct
from casework.calendar import Calendar
from casework.case import Case, Decision, Moment
from casework.case_clocks import clocks_of
from casework.clock import Clock, ClockName
from casework.material import MaterialVerdict
from casework.matter import MatterVersion
from casework.names import MessageId, NodeId, PartHash
from casework.party import ApplicantSheet, HandoverSheet
from webui.case_given import CaseGiven
from webui.documents import PaperKind, Place
from webui.names_known import Names

# Each of these makes a version of the decision.
_DECIDING: Final = frozenset({"decide_grant", "decide_refuse", "instant", "correct"})


class CountyWords(Struct, frozen=True, kw_only=True):
    """What papers say that only the county can know: its settings."""

    reconsideration_body: str
    court: str
    reconsideration_days: int = 60
    litigation_months: int = 6
    query_url: str = ""


class PaperGiven(Struct, frozen=True, kw_only=True):
    """A case and what its papers may tell. `acts` are those of its entries, as far as held.

    `voucher` is what this machine signed about the receipt, if it was this one that took it in.
    """

    case: Case
    matter: MatterVersion
    calendar: Calendar
    names: Names
    county: CountyWords
    applicant: ApplicantSheet | None
    texts: Mapping[PartHash, str] = {}
    acts: Mapping[MessageId, AnyAct] = {}
    places: Mapping[NodeId, Place] = {}
    handover: HandoverSheet | None = None
    form: Mapping[str, object] = {}
    unmasked: bool = True
    voucher: str = ""

    @classmethod
    def of(
        cls,
        given: CaseGiven,
        county: CountyWords,
        *,
        places: Mapping[NodeId, Place] | None = None,
        handover: HandoverSheet | None = None,
        unmasked: bool = True,
    ) -> "PaperGiven":
        return cls(
            case=given.case,
            matter=given.matter,
            calendar=given.calendar,
            names=given.names,
            county=county,
            applicant=given.applicant,
            texts=given.texts,
            acts=given.acts,
            places=places or {},
            handover=handover,
            form=given.form or {},
            unmasked=unmasked,
        )

    def place(self, node: NodeId | None) -> Place | None:
        if node is None:
            return None
        return self.places.get(node) or Place(name=self.names.node(node))

    def text_of(self, entry: MessageId, name: str) -> str:
        found = (
            part.ref.hash
            for part in self.case.parts
            if part.entry == entry and part.ref.name == name
        )
        return "\n".join(self.texts[each] for each in found if each in self.texts)


class Speaking(Struct, frozen=True, kw_only=True):
    """The moment a paper speaks of, and the case as it stood then."""

    given: PaperGiven
    kind: PaperKind
    case: Case
    moment: Moment | None
    at: datetime

    @property
    def act(self) -> AnyAct | None:
        return self.given.acts.get(self.moment.entry) if self.moment else None

    @property
    def materials(self) -> tuple[MaterialVerdict, ...]:
        """As the act itself judged them; without it as they were judged last."""
        found = verdicts_in(self.act)
        return self.case.materials if found is None else found

    @property
    def materials_before(self) -> tuple[MaterialVerdict, ...]:
        """As the last act before judged them, as far as that is held."""
        for moment in self.case.timeline[-2::-1] if self.moment else ():
            found = verdicts_in(self.given.acts.get(moment.entry))
            if found is not None:
                return found
        return ()

    def text(self, name: str) -> str:
        return self.given.text_of(self.moment.entry, name) if self.moment else ""

    def clock(self, name: ClockName) -> Clock | None:
        case, given = self.case, self.given
        clocks = clocks_of(case, given.matter, given.calendar, self.at, with_lines=False)
        return next((clock for clock in clocks if clock.name is name), None)

    def day(self, at: datetime) -> date:
        return self.given.calendar.day_of(at)

    def last(self, *names: str) -> Moment | None:
        found = self.case.moments(*names)
        return found[-1] if found else None

    def supply_by(self) -> date | None:
        text = self.moment.due_on if self.moment and self.moment.due_on else self.case.supply_by
        return date.fromisoformat(text) if text else None


def as_of(case: Case, moment: Moment) -> Case:
    """The case with nothing after a moment: what its clocks are computed from."""
    place = next(at for at, each in enumerate(case.timeline) if each.entry == moment.entry)
    timeline = case.timeline[: place + 1]
    return replace(case, timeline=timeline, decision=_decision_at(case, timeline))


def _decision_at(case: Case, timeline: tuple[Moment, ...]) -> Decision | None:
    """The version of the decision that stood then: a correction makes the next one."""
    version, stands = 0, False
    for moment in timeline:
        if moment.act == "reopen":
            stands = False
        elif moment.act in _DECIDING:
            version, stands = version + 1, True
    made = (*case.former_decisions, *((case.decision,) if case.decision else ()))
    return next((each for each in made if stands and each.version == version), None)


def verdicts_in(act: AnyAct | None) -> tuple[MaterialVerdict, ...] | None:
    """The materials as an act judged them, None for an act that judges none."""
    meaning = act.restated if isinstance(act, acts.TakeUpDeposit | acts.Rebuild) else act
    found: tuple[MaterialVerdict, ...] | None = getattr(meaning, "materials", None)
    return found
