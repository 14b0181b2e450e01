"""Where the boxes and arrows of a flow chart stand, from the chart and the words on it alone.

A column of rows, with what turns aside to the right of its row; steps that go on side by side share
a row. All sizes follow from the text, counted in widths of a character, so the same chart is the
same picture everywhere and no text runs out of its box.
"""

from collections.abc import Mapping
from typing import Final
from unicodedata import east_asian_width

from msgspec import Struct

from casework.flow import Flow, FlowKind, FlowNode

TEXT_SIZE: Final = 15
LINE_HEIGHT: Final = 22
MARGIN: Final = 12
BOX_PADDING: Final = 10
BOX_WIDTH: Final = 232
ASIDE_WIDTH: Final = 276
GAP_ACROSS: Final = 44
GAP_BESIDE: Final = 16
GAP_DOWN: Final = 34
GAP_ASIDES: Final = 12
_NARROW: Final = 0.6  # of a character's width, for Latin letters and digits
_NOT_FIRST: Final = frozenset("，。；、：）》”！？")


class Box(Struct, frozen=True, kw_only=True):
    id: str
    kind: FlowKind
    x: int
    y: int
    width: int
    height: int
    lines: tuple[str, ...]

    @property
    def middle(self) -> int:
        return self.x + self.width // 2

    @property
    def centre(self) -> int:
        return self.y + self.height // 2


class Arrow(Struct, frozen=True, kw_only=True):
    """A broken line through points; with a head at its end, and at its beginning if it returns."""

    points: tuple[tuple[int, int], ...]
    returns: bool = False


class Drawing(Struct, frozen=True):
    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def drawing_of(flow: Flow, texts: Mapping[str, tuple[str, ...]]) -> Drawing:
    """The chart in place; `texts` are the paragraphs of each node, by its id."""
    boxes = _placed(flow, texts)
    arrows = []
    for edge in flow.edges:
        source, target = boxes[edge.source], boxes[edge.target]
        points = _aside(source, target) if _is_beside(flow, edge.target) else _down(source, target)
        arrows.append(Arrow(points=points, returns=edge.returns))
    width = max(box.x + box.width for box in boxes.values()) + MARGIN
    height = max(box.y + box.height for box in boxes.values()) + MARGIN
    return Drawing(width, height, tuple(boxes[node.id] for node in flow.nodes), tuple(arrows))


def wrapped(text: str, width: int) -> tuple[str, ...]:
    """The text in lines that fit; a mark that closes is never the first of a line."""
    room = (width - 2 * BOX_PADDING) / TEXT_SIZE
    lines, line, used = [], "", 0.0
    for char in text:
        wide = 1.0 if east_asian_width(char) in "WFA" else _NARROW
        if line and used + wide > room and char not in _NOT_FIRST:
            lines.append(line)
            line, used = "", 0.0
            if char == " ":
                continue
        line += char
        used += wide
    return (*lines, line) if line else tuple(lines)


def _placed(flow: Flow, texts: Mapping[str, tuple[str, ...]]) -> dict[str, Box]:
    known = {node.id: node for node in flow.nodes}
    across = max(len(row.nodes) for row in flow.rows)
    column = across * BOX_WIDTH + (across - 1) * GAP_BESIDE
    aside_x = MARGIN + column + GAP_ACROSS
    boxes: dict[str, Box] = {}
    y = MARGIN
    for row in flow.rows:
        row_width = len(row.nodes) * BOX_WIDTH + (len(row.nodes) - 1) * GAP_BESIDE
        x = MARGIN + (column - row_width) // 2
        bottom = y
        for each in row.nodes:
            box = _box(known[each], texts[each], x, y, BOX_WIDTH)
            boxes[each] = box
            x += BOX_WIDTH + GAP_BESIDE
            bottom = max(bottom, box.y + box.height)
        beside = y
        for each in row.asides:
            box = _box(known[each], texts[each], aside_x, beside, ASIDE_WIDTH)
            boxes[each] = box
            beside += box.height + GAP_ASIDES
            bottom = max(bottom, box.y + box.height)
        y = bottom + GAP_DOWN
    return boxes


def _box(node: FlowNode, texts: tuple[str, ...], x: int, y: int, width: int) -> Box:
    lines = tuple(line for text in texts for line in wrapped(text, width))
    height = len(lines) * LINE_HEIGHT + 2 * BOX_PADDING
    return Box(id=node.id, kind=node.kind, x=x, y=y, width=width, height=height, lines=lines)


def _is_beside(flow: Flow, node: str) -> bool:
    return any(node in row.asides for row in flow.rows)


def _down(source: Box, target: Box) -> tuple[tuple[int, int], ...]:
    """Straight down, or with a bend half way where the boxes do not stand one below the other."""
    start, end = (source.middle, source.y + source.height), (target.middle, target.y)
    if source.middle == target.middle:
        return start, end
    half = target.y - GAP_DOWN // 2
    return start, (source.middle, half), (target.middle, half), end


def _aside(source: Box, target: Box) -> tuple[tuple[int, int], ...]:
    """To the right; a lower one is reached along the gap between the columns."""
    start = (source.x + source.width, source.centre)
    if target.y <= source.centre <= target.y + target.height:
        return start, (target.x, source.centre)
    bend = target.x - GAP_ACROSS // 2
    return start, (bend, source.centre), (bend, target.centre), (target.x, target.centre)
