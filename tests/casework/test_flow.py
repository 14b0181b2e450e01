"""The flow chart: every step once, every way aside that the matter allows, nothing overlapping."""

import pytest

from casework.flow import FlowKind, Turn, flow_of
from casework.flow_layout import BOX_PADDING, TEXT_SIZE, Box, drawing_of, wrapped
from casework.matter import MatterVersion
from tests import county

EVERY = county.catalogue().matters
WORDS = ("一二三四五六七八九十" * 3, "3 个工作日，2026-11-20 起")


def turns(matter: MatterVersion) -> set[Turn]:
    return {node.turn for node in flow_of(matter).nodes if node.turn is not None}


@pytest.mark.parametrize("matter", EVERY, ids=lambda each: f"{each.id}-{each.version}")
def test_every_step_and_special_procedure_stands_once_and_is_reached(
    matter: MatterVersion,
) -> None:
    flow = flow_of(matter)
    steps = [node.step for node in flow.nodes if node.step is not None]
    specials = [node.procedure for node in flow.nodes if node.procedure is not None]
    ids = [node.id for node in flow.nodes]

    assert sorted(steps) == sorted(step.seq for step in matter.steps)
    assert sorted(specials) == sorted(each.id for each in matter.special_procedures)
    assert len(set(ids)) == len(ids)
    reached = {edge.target for edge in flow.edges}
    assert reached == set(ids) - {Turn.APPLY.value}
    assert {each for row in flow.rows for each in (*row.nodes, *row.asides)} == set(ids)


def test_a_matter_turns_aside_only_where_it_may() -> None:
    felling, born = county.matter("timber-felling-permit"), county.matter("senior-citizen-card")

    assert {Turn.DEFERRAL, Turn.EXTENSION, Turn.REVIEW_SUPPLEMENT} <= turns(felling)
    assert {Turn.SUPPLEMENT, Turn.REFUSED_ACCEPTANCE, Turn.REFUSED} <= turns(born)
    assert turns(born).isdisjoint({Turn.DEFERRAL, Turn.EXTENSION, Turn.REVIEW_SUPPLEMENT})


def test_who_goes_aside_comes_back_and_who_is_refused_does_not() -> None:
    flow = flow_of(county.matter("timber-felling-permit"))
    kinds = {node.id: node.kind for node in flow.nodes}

    asides = {FlowKind.ASIDE, FlowKind.STOP}
    turning = [edge for edge in flow.edges if kinds[edge.target] in asides]
    assert all(edge.returns is (kinds[edge.target] is FlowKind.ASIDE) for edge in turning)
    assert any(edge.returns for edge in turning)


def test_steps_side_by_side_are_all_entered_and_all_left() -> None:
    flow = flow_of(county.matter("homestead-and-house"))
    row = next(row for row in flow.rows if len(row.nodes) > 1)
    edges = {(edge.source, edge.target) for edge in flow.edges}

    assert {("step-2", each) for each in row.nodes} <= edges
    assert {(each, "step-6") for each in row.nodes} <= edges


@pytest.mark.parametrize("matter", EVERY, ids=lambda each: f"{each.id}-{each.version}")
def test_boxes_hold_their_words_and_no_two_overlap(matter: MatterVersion) -> None:
    flow = flow_of(matter)
    drawing = drawing_of(flow, {node.id: WORDS for node in flow.nodes})

    boxes = drawing.boxes
    assert not any(overlap(one, other) for at, one in enumerate(boxes) for other in boxes[at + 1 :])
    for box in boxes:
        assert max(len(line) for line in box.lines) * TEXT_SIZE * 0.6 <= box.width
        assert box.x + box.width <= drawing.width
        assert box.y + box.height <= drawing.height
    points = [point for arrow in drawing.arrows for point in arrow.points]
    assert all(0 <= x <= drawing.width and 0 <= y <= drawing.height for x, y in points)


def overlap(one: Box, other: Box) -> bool:
    apart = one.x + one.width <= other.x or other.x + other.width <= one.x
    above = one.y + one.height <= other.y or other.y + other.height <= one.y
    return not (apart or above)


def test_a_line_breaks_where_it_is_full_and_never_before_a_closing_mark() -> None:
    width = 5 * TEXT_SIZE + 2 * BOX_PADDING

    assert wrapped("一二三四五六七", width) == ("一二三四五", "六七")
    assert wrapped("一二三四五，六七", width) == ("一二三四五，", "六七")
    assert wrapped("abcdefgh", width) == ("abcdefgh",)
    assert wrapped("", width) == ()
