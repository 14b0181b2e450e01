"""A flow chart as SVG: one picture for the screen and the paper, and the same told as a list.

The picture carries a title and a description, and no style but attributes, which the content
policy of a page allows and every renderer of a paper understands.
"""

from collections.abc import Iterator
from typing import Final

from markupsafe import Markup, escape
from msgspec import Struct

from casework.flow import Flow, FlowKind, FlowNode, Turn, flow_of
from casework.flow_layout import (
    BOX_PADDING,
    LINE_HEIGHT,
    TEXT_SIZE,
    Arrow,
    Box,
    Drawing,
    drawing_of,
)
from casework.matter import MatterVersion, Step
from webui.case_words import limit_words
from webui.guide_text import word
from webui.names_known import Names

_SECTION: Final = "flow"
_FONTS: Final = "Noto Sans SC, Microsoft YaHei, sans-serif"
_INK: Final = "#1d2733"
# Fill, outline and the corner's radius; the shapes differ as well as the colours.
_LOOKS: Final = {
    FlowKind.END: ("#dff2e4", "#17663a", 20),
    FlowKind.STEP: ("#e1edfa", "#0b5cad", 4),
    FlowKind.ASIDE: ("#ffffff", "#5a6675", 4),
    FlowKind.STOP: ("#fdeceb", "#b3261e", 20),
}
_DASHED: Final = frozenset({FlowKind.ASIDE})


class FlowChart(Struct, frozen=True):
    """The picture, and its equivalent in words."""

    svg: str
    title: str
    told: tuple[str, ...]


def flow_chart(matter: MatterVersion, names: Names) -> FlowChart:
    flow = flow_of(matter)
    texts = {node.id: tuple(_texts(node, matter, names)) for node in flow.nodes}
    title = word(_SECTION, "title", name=matter.name)
    told = tuple(_told(flow, texts))
    return FlowChart(_svg(drawing_of(flow, texts), title, told), title, told)


def _texts(node: FlowNode, matter: MatterVersion, names: Names) -> Iterator[str]:
    step = matter.step(node.step) if node.step is not None else None
    if step is not None:
        yield from _step_texts(step, names)
        return
    special = matter.special(node.procedure) if node.procedure is not None else None
    if special is not None:
        limit = limit_words(special.limit)
        yield word(_SECTION, "special", name=special.name, limit=limit)
        return
    assert node.turn is not None, "what is no step is a turn"
    deferral, extension = matter.supports.deferral, matter.supports.extension
    facts = {
        "supply": limit_words(deferral.supply_within) if deferral else "",
        "more": limit_words(extension.max) if extension else "",
        "results": "、".join(each.name for each in matter.results),
    }
    key = "instant_refused" if node.turn is Turn.REFUSED and matter.is_instant else node.turn.value
    yield word(_SECTION, key, **facts)


def _step_texts(step: Step, names: Names) -> Iterator[str]:
    yield word(_SECTION, "step", number=step.seq, name=step.name)
    yield names.department(step.unit) if step.unit else word("steps", f"unit_{step.tier}")
    if step.limit is not None:
        yield limit_words(step.limit)


def _told(flow: Flow, texts: dict[str, tuple[str, ...]]) -> Iterator[str]:
    """Row after row: what is done, and what may turn aside there."""
    said = {node: "，".join(lines) for node, lines in texts.items()}
    for row in flow.rows:
        line = word(_SECTION, "beside").join(said[each] for each in row.nodes)
        if row.asides:
            aside = "；".join(said[each] for each in row.asides)
            line = word(_SECTION, "aside", line=line, aside=aside)
        yield line


def _svg(drawing: Drawing, title: str, told: tuple[str, ...]) -> str:
    inside = Markup("").join(
        [
            Markup("<title>{}</title><desc>{}</desc>").format(title, "；".join(told)),
            _HEADS,
            *(_arrow(each) for each in drawing.arrows),
            *(_box(each) for each in drawing.boxes),
        ]
    )
    return str(
        Markup(
            '<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{}" '
            'viewBox="0 0 {} {}" width="{}" height="{}" font-family="{}" font-size="{}">{}</svg>'
        ).format(
            title,
            *(drawing.width, drawing.height, drawing.width, drawing.height),
            *(_FONTS, TEXT_SIZE, inside),
        )
    )


_HEADS: Final = Markup(
    '<defs><marker id="flow-head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" '
    'markerHeight="7" orient="auto"><path d="M0 0 10 5 0 10z" fill="#5a6675"/></marker>'
    '<marker id="flow-back" viewBox="0 0 10 10" refX="1" refY="5" markerWidth="7" '
    'markerHeight="7" orient="auto"><path d="M10 0 0 5 10 10z" fill="#5a6675"/></marker></defs>'
)


def _arrow(arrow: Arrow) -> Markup:
    points = " ".join(f"{x},{y}" for x, y in arrow.points)
    back = Markup(' marker-start="url(#flow-back)"') if arrow.returns else ""
    return Markup(
        '<polyline points="{}" fill="none" stroke="#5a6675" stroke-width="1.5"'
        '{} marker-end="url(#flow-head)"/>'
    ).format(points, back)


def _box(box: Box) -> Markup:
    fill, line, radius = _LOOKS[box.kind]
    dashed = Markup(' stroke-dasharray="5 3"') if box.kind in _DASHED else ""
    first = box.y + BOX_PADDING + LINE_HEIGHT - (LINE_HEIGHT - TEXT_SIZE) // 2 - 2
    lines = Markup("").join(
        Markup('<text x="{}" y="{}" text-anchor="middle" fill="{}">{}</text>').format(
            box.middle, first + at * LINE_HEIGHT, _INK, escape(text)
        )
        for at, text in enumerate(box.lines)
    )
    return (
        Markup(
            '<rect x="{}" y="{}" width="{}" height="{}" rx="{}" fill="{}" stroke="{}"'
            ' stroke-width="1.5"{}/>'
        ).format(box.x, box.y, box.width, box.height, radius, fill, line, dashed)
        + lines
    )
