"""What is printed of a matter without a case: a guide, a handbook, a form. One input for all.

The same blocks stand on the screen: a template there and `leaflet.typ` here only set them.
"""

from datetime import datetime

from msgspec import Struct


class Entry(Struct, frozen=True, kw_only=True):
    """One thing of a list, with what there is to say of it."""

    name: str
    mark: str = ""
    facts: tuple[tuple[str, str], ...] = ()


class Table(Struct, frozen=True):
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Group(Struct, frozen=True):
    """Points under a sentence that leads to them."""

    lead: str
    points: tuple[str, ...]


class Figure(Struct, frozen=True):
    """A picture, and the same in words."""

    svg: str
    title: str
    told: tuple[str, ...]


class Block(Struct, frozen=True, kw_only=True):
    """A section under its heading: its parts in the order in which they stand here."""

    id: str
    heading: str
    lead: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    is_roomy: bool = False  # the facts are lines to write on
    points: tuple[str, ...] = ()
    entries: tuple[Entry, ...] = ()
    table: Table | None = None
    groups: tuple[Group, ...] = ()
    figure: Figure | None = None
    notes: tuple[str, ...] = ()


class Leaflet(Struct, frozen=True, kw_only=True):
    title: str
    subtitle: str
    issuer: str
    issued_at: datetime
    blocks: tuple[Block, ...]
    closing: tuple[str, ...] = ()
    mark: str = ""  # across the page: of a sample
    signatures: tuple[str, ...] = ()
