"""The course of a matter as a chart: what comes after what, and where it may turn aside.

Nodes and edges follow from the steps, and from what the procedure allows this matter: papers asked
for again, acceptance refused or deferred, special procedures, an extension, a refusal. The order
of the nodes is that in which they are told to whoever cannot see a picture.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from msgspec import Struct

from casework.guide import stages_of
from casework.matter import MatterVersion, Step, StepAct


class FlowKind(StrEnum):
    """The shape of a node."""

    END = "end"  # where it begins, and where it ends well
    STEP = "step"
    ASIDE = "aside"  # a way round, which comes back
    STOP = "stop"  # where it ends otherwise


class Turn(StrEnum):
    """What a node is that is no step; worded by these values."""

    APPLY = "apply"
    ACCEPTANCE = "acceptance"  # where no step of the matter is one
    SUPPLEMENT = "supplement"
    REFUSED_ACCEPTANCE = "refused_acceptance"
    DEFERRAL = "deferral"
    REVIEW_SUPPLEMENT = "review_supplement"
    SPECIAL = "special"
    EXTENSION = "extension"
    REFUSED = "refused"
    DELIVERY = "delivery"


class FlowNode(Struct, frozen=True, kw_only=True):
    id: str
    kind: FlowKind
    turn: Turn | None = None
    step: int | None = None  # the step's number
    procedure: str | None = None  # the special procedure's id


class FlowEdge(Struct, frozen=True, kw_only=True):
    source: str
    target: str
    returns: bool = False  # whoever goes aside comes back to where they left


class FlowRow(Struct, frozen=True):
    """Nodes side by side on the way down, and what turns aside from them."""

    nodes: tuple[str, ...]
    asides: tuple[str, ...] = ()


class Flow(Struct, frozen=True):
    nodes: tuple[FlowNode, ...]
    edges: tuple[FlowEdge, ...]
    rows: tuple[FlowRow, ...]


_RECEIVING: Final = frozenset({StepAct.ACCEPT, StepAct.INSTANT})
_REVIEWING: Final = (
    *(StepAct.REVIEW, StepAct.FIRST_REVIEW, StepAct.SURVEY, StepAct.EXPERT_REVIEW),
    *(StepAct.CONSULT, StepAct.DECIDE),
)
_DECIDING: Final = frozenset({StepAct.DECIDE, StepAct.INSTANT})


def flow_of(matter: MatterVersion) -> Flow:
    chart = _Chart(matter)
    chart.draw()
    return Flow(tuple(chart.nodes), tuple(chart.edges), tuple(chart.rows))


class _Chart:
    """Put together row by row, from the application down to the result in hand."""

    def __init__(self, matter: MatterVersion) -> None:
        self._matter = matter
        self.nodes: list[FlowNode] = []
        self.edges: list[FlowEdge] = []
        self.rows: list[FlowRow] = []

    def draw(self) -> None:
        matter = self._matter
        self._row([_turn(Turn.APPLY, FlowKind.END)])
        if not any(step.act in _RECEIVING for step in matter.steps):
            self._row([_turn(Turn.ACCEPTANCE, FlowKind.STEP)], self._at_acceptance())
        for stage in stages_of(matter):
            self._row([_of_step(step) for step in stage], self._asides(stage))
        self._row([_turn(Turn.DELIVERY, FlowKind.END)])

    def _asides(self, stage: tuple[Step, ...]) -> Iterator[FlowNode]:
        acts = {step.act for step in stage}
        if acts & _RECEIVING:
            yield from self._at_acceptance()
        if self._reviews_at in {step.seq for step in stage}:
            yield from self._in_review()
        for step in stage:
            special = self._matter.special(step.special) if step.special is not None else None
            if special is not None:
                yield _special(special.id)
        if acts & _DECIDING:
            yield _turn(Turn.REFUSED, FlowKind.STOP)

    def _at_acceptance(self) -> Iterator[FlowNode]:
        yield _turn(Turn.SUPPLEMENT, FlowKind.ASIDE)
        if self._matter.supports.deferral is not None and not self._matter.is_instant:
            yield _turn(Turn.DEFERRAL, FlowKind.ASIDE)
        yield _turn(Turn.REFUSED_ACCEPTANCE, FlowKind.STOP)

    def _in_review(self) -> Iterator[FlowNode]:
        """What may come in between, and belongs to no step of its own."""
        matter = self._matter
        if not matter.is_instant:
            yield _turn(Turn.REVIEW_SUPPLEMENT, FlowKind.ASIDE)
        placed = {step.special for step in matter.steps}
        for special in matter.special_procedures:
            if special.id not in placed:
                yield _special(special.id)
        if matter.supports.extension is not None and not matter.is_instant:
            yield _turn(Turn.EXTENSION, FlowKind.ASIDE)

    @property
    def _reviews_at(self) -> int | None:
        """The step at which the review turns aside: its review, or else the first that judges."""
        for act in _REVIEWING:
            found = next((step.seq for step in self._matter.steps if step.act is act), None)
            if found is not None:
                return found
        return None

    def _row(self, nodes: list[FlowNode], asides: Iterator[FlowNode] | None = None) -> None:
        before = self.rows[-1].nodes if self.rows else ()
        beside = list(asides) if asides is not None else []
        self.nodes += [*nodes, *beside]
        for node in nodes:
            self.edges += [FlowEdge(source=each, target=node.id) for each in before]
        self.edges += [
            FlowEdge(source=nodes[-1].id, target=each.id, returns=each.kind is FlowKind.ASIDE)
            for each in beside
        ]
        self.rows.append(
            FlowRow(tuple(node.id for node in nodes), tuple(each.id for each in beside))
        )


def _turn(turn: Turn, kind: FlowKind) -> FlowNode:
    return FlowNode(id=turn.value, kind=kind, turn=turn)


def _of_step(step: Step) -> FlowNode:
    return FlowNode(id=f"step-{step.seq}", kind=FlowKind.STEP, step=step.seq)


def _special(procedure: str) -> FlowNode:
    return FlowNode(
        id=f"special-{procedure}", kind=FlowKind.ASIDE, turn=Turn.SPECIAL, procedure=procedure
    )
