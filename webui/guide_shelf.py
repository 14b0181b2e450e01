"""The guides of a node: found, listed and printed from the sets it holds, with nobody signed in.

Everybody may ask, so nothing is made twice: what is told of a version is kept while the sets stay
as they are, for an hour at most, since a power may end at any instant. Printing waits in a short
queue of its own; papers of cases are never behind more than one guide.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from enum import StrEnum
from typing import Final, Protocol

from msgspec import Struct
from msgspec.structs import replace

from casework.calendar import Calendar
from casework.delegation import Delegation, Revocation
from casework.guide import Ended, Guide, ended_on, guide_of, told_on, told_version
from casework.material import Necessity
from casework.matter import MatterRef, MatterVersion, in_force
from casework.names import DepartmentId, MatterId, NodeId, RegionCode
from casework.offers import Grants
from casework.organisation import Organisation
from casework.regions import NodeKind, Regions
from webui.county_words import county_words
from webui.documents.leaflet import Block, Leaflet
from webui.documents.leaflets import render_leaflet_async
from webui.errors import PrintBusyError
from webui.filters import ZONE, day
from webui.form_leaflet import blank_form, sample_form
from webui.guide_text import themes, word
from webui.guide_words import Telling, guide_blocks
from webui.handbook_words import handbook_blocks
from webui.names_known import Names

PRINTS_KEPT_MAX: Final = 64  # some 15 MB
PRINTS_WAITING_MAX: Final = 8


class Versions(Protocol):
    @property
    def catalogue(self) -> int: ...
    @property
    def delegations(self) -> int: ...
    @property
    def revocations(self) -> int: ...
    @property
    def directory(self) -> int: ...
    @property
    def calendar(self) -> int: ...


class Catalogue(Protocol):
    @property
    def matters(self) -> tuple[MatterVersion, ...]: ...
    def search(self, text: str, on: date) -> tuple[MatterVersion, ...]: ...


class SetsHeld(Protocol):
    @property
    def versions(self) -> Versions: ...
    @property
    def catalogue(self) -> Catalogue: ...
    @property
    def organisation(self) -> Organisation: ...
    @property
    def regions(self) -> Regions: ...
    @property
    def delegations(self) -> tuple[Delegation, ...]: ...
    @property
    def revocations(self) -> tuple[Revocation, ...]: ...
    @property
    def calendar(self) -> Calendar: ...


class GuideHall(Protocol):
    """The node at which a guide is read: any of the three tiers."""

    @property
    def me(self) -> NodeId: ...
    @property
    def holdings(self) -> SetsHeld: ...
    @property
    def names(self) -> Names: ...

    def now(self) -> datetime: ...
    def today(self) -> date: ...


class PrintKind(StrEnum):
    """What can be printed of a matter; part of its address."""

    GUIDE = "guide"
    HANDBOOK = "handbook"
    BLANK = "form"
    SAMPLE = "sample"


class Asked(Struct, frozen=True):
    """What somebody looks for."""

    text: str = ""
    department: str = ""
    theme: str = ""


class Line(Struct, frozen=True, kw_only=True):
    """A matter on the list of guides; `announced_on` where its guide is of a version to come."""

    matter: MatterVersion
    department: str
    announced_on: date | None
    newer_from: date | None


class Shelf:
    """Made once per process, for one node."""

    def __init__(self, hall: GuideHall) -> None:
        self._hall: Final = hall
        self._of: tuple[SetsHeld, datetime] | None = None
        self._grants = Grants({}, {})
        self._guides: dict[MatterRef, Guide] = {}
        self._told: tuple[MatterVersion, ...] = ()
        self._versions: dict[MatterId, tuple[MatterVersion, ...]] = {}  # of each, by their days
        self._prints: OrderedDict[tuple[MatterRef, PrintKind], bytes] = OrderedDict()
        self._waiting = 0
        self._press = asyncio.Lock()

    @property
    def hall(self) -> GuideHall:
        return self._hall

    @property
    def catalogue_version(self) -> int:
        return self._hall.holdings.versions.catalogue

    def tag(self, matter: MatterRef, kind: str) -> str:
        """What stands for the content of a page or print: as long as it is the same, so is that."""
        self._refresh()
        assert self._of is not None, "just refreshed"
        held, hour = self._of
        sets = held.versions
        numbers = (sets.catalogue, sets.delegations, sets.revocations, sets.directory)
        return (
            "-".join(
                (*map(str, numbers), f"{sets.calendar}", f"{hour:%Y%m%d%H}", matter.matter, kind)
            )
            + f"-{matter.version}"
        )

    def find(self, matter: str, version: int | None = None) -> Guide | None:
        """The guide of a version for the public; None for any other."""
        self._refresh()
        on, versions = self._hall.today(), self._versions.get(MatterId(matter), ())
        found = told_version(versions, MatterId(matter), on, version)
        if found is None:
            return None
        if found.ref not in self._guides:
            regions = self._hall.holdings.regions
            guide = guide_of(found, self._grants, regions, self._hall.now(), on)
            self._guides[found.ref] = guide
        return self._guides[found.ref]

    def ended(self, matter: str) -> Ended | None:
        """A matter that is no longer taken in, for whoever comes by an old address."""
        held = self._hall.holdings.catalogue.matters
        return ended_on(held, MatterId(matter), self._hall.today())

    def newer(self, guide: Guide) -> MatterVersion | None:
        """The next version that is announced, after the one told."""
        after = guide.matter.effective_from
        versions = self._versions.get(guide.matter.id, ())
        return next((one for one in versions if one.effective_from > after), None)

    def lines(self, asked: Asked) -> tuple[Line, ...]:
        """One line for each matter that fits: the version in force, or else the first to come."""
        self._refresh()
        on, names = self._hall.today(), self._hall.names
        fitting = self._searched(asked.text, on) if asked.text else self._by_department()
        shown = (self._versions[matter] for matter in dict.fromkeys(one.id for one in fitting))
        return tuple(
            Line(
                matter=first,
                department=names.department(first.department),
                announced_on=None if in_force(first, on) else first.effective_from,
                newer_from=rest[0].effective_from if rest and in_force(first, on) else None,
            )
            for first, *rest in shown
            if _fits(first, asked)
        )

    def departments(self) -> tuple[tuple[str, str], ...]:
        """Those that have a matter for the public, in the order of the directory."""
        self._refresh()
        having = {one.department for one in self._told}
        listed = self._hall.holdings.organisation.departments
        return tuple((each.id, each.short_name) for each in listed if each.id in having)

    def themes(self) -> tuple[tuple[str, str], ...]:
        self._refresh()
        used = {theme for one in self._told for theme in one.theme_bundles}
        return tuple((theme, name) for theme, name in themes().items() if theme in used)

    def blocks(self, guide: Guide, kind: PrintKind) -> tuple[Block, ...]:
        hall, matter = self._hall, guide.matter
        match kind:
            case PrintKind.GUIDE:
                return guide_blocks(self._telling(guide))
            case PrintKind.HANDBOOK:
                return handbook_blocks(self._telling(guide))
            case PrintKind.BLANK:
                return blank_form(matter)
            case PrintKind.SAMPLE:
                home, regions = _town(hall.holdings.regions), hall.holdings.regions
                return sample_form(matter, hall.today(), home, regions)

    async def print(self, guide: Guide, kind: PrintKind) -> bytes:
        """The PDF, from the shelf if it lies there; PrintBusyError when too many wait for one."""
        self._refresh()
        key, begun = (guide.matter.ref, kind), self._of
        if key in self._prints:
            self._prints.move_to_end(key)
            return self._prints[key]
        if self._waiting >= PRINTS_WAITING_MAX:
            raise PrintBusyError(f"{self._waiting} guides are waiting to be printed")
        self._waiting += 1
        try:
            async with self._press:
                printed = self._prints.get(key)
                if printed is None:
                    printed = await render_leaflet_async(self.leaflet(guide, kind))
                    if self._of is begun:
                        self._keep(key, printed)
                return printed
        finally:
            self._waiting -= 1

    async def preview(self, draft: MatterVersion, kind: PrintKind) -> bytes:
        """What would be printed of a draft, marked as such across each page; nobody keeps it."""
        self._refresh()
        hall = self._hall
        guide = guide_of(draft, self._grants, hall.holdings.regions, hall.now(), hall.today())
        leaflet = replace(self.leaflet(guide, kind), mark=word("title", "draft_mark"))
        async with self._press:
            return await render_leaflet_async(leaflet)

    def _keep(self, key: tuple[MatterRef, PrintKind], printed: bytes) -> None:
        self._prints[key] = printed
        while len(self._prints) > PRINTS_KEPT_MAX:
            self._prints.popitem(last=False)

    def leaflet(self, guide: Guide, kind: PrintKind) -> Leaflet:
        hall, matter = self._hall, guide.matter
        title = {PrintKind.BLANK: "blank", PrintKind.SAMPLE: "sample"}.get(kind, kind.value)
        is_form = kind in {PrintKind.BLANK, PrintKind.SAMPLE}
        return Leaflet(
            title=form_name(matter) if is_form else word("title", title),
            subtitle=matter.name if not is_form else word("title", title),
            issuer=hall.names.department(matter.department),
            issued_at=datetime.combine(hall.today(), time(), ZONE),
            blocks=self.blocks(guide, kind),
            closing=tuple(self._closing(guide, kind)),
            mark=word("title", "sample_mark") if kind is PrintKind.SAMPLE else "",
            signatures=(word("form", "signature"),) if is_form else (),
        )

    def _closing(self, guide: Guide, kind: PrintKind) -> Iterable[str]:
        if kind in {PrintKind.BLANK, PrintKind.SAMPLE}:
            yield word("form", "declaration")
            yield word("form", "note_sample" if kind is PrintKind.SAMPLE else "note_blank")
            return
        if guide.is_announced:
            yield word("page", "announced_note", day=day(guide.matter.effective_from))
        key = "print_note" if kind is PrintKind.GUIDE else "handbook_note"
        yield word("page", key, catalogue=self.catalogue_version, day=day(self._hall.today()))

    def _telling(self, guide: Guide) -> Telling:
        holdings = self._hall.holdings
        nodes = holdings.regions.nodes
        hall = next((each.name for each in nodes if each.kind is NodeKind.COUNTY_HALL), "")
        return Telling(
            guide=guide,
            names=self._hall.names,
            county=county_words(holdings.regions.county),
            calendar=holdings.calendar,
            hall=hall,
        )

    def _by_department(self) -> Sequence[MatterVersion]:
        """In the order in which the directory names the departments."""
        place = {one: at for at, (one, _) in enumerate(self.departments())}
        return sorted(self._told, key=lambda one: (place.get(one.department, len(place)), one.ref))

    def _searched(self, text: str, on: date) -> Sequence[MatterVersion]:
        """What fits today, then what fits on the day on which a version begins."""
        search = self._hall.holdings.catalogue.search
        days = sorted({one.effective_from for one in self._told if one.effective_from > on})
        return [one for each in (on, *days) for one in search(text, each)]

    def _refresh(self) -> None:
        """Begin anew when the sets, or the hour, are others."""
        held = self._hall.holdings
        hour = self._hall.now().replace(minute=0, second=0, microsecond=0)
        if self._of is not None and self._of[0] is held and self._of[1] == hour:
            return
        self._of = held, hour
        self._grants = Grants.of(held.delegations, held.revocations)
        self._told = told_on(held.catalogue.matters, self._hall.today())
        self._versions = _by_matter(self._told)
        self._guides.clear()
        self._prints.clear()


def form_name(matter: MatterVersion) -> str:
    """What the form is called: as the material that it is, else after the matter."""
    required = (need for need in matter.materials if need.necessity is Necessity.REQUIRED)
    named = next((need.template for need in required if need.template), None)
    return named or word("form", "of_matter", name=matter.name)


def _by_matter(told: Iterable[MatterVersion]) -> dict[MatterId, tuple[MatterVersion, ...]]:
    """The one in force, if one is, then those to come."""
    found: dict[MatterId, tuple[MatterVersion, ...]] = {}
    for one in sorted(told, key=lambda each: each.effective_from):
        found[one.id] = (*found.get(one.id, ()), one)
    return found


def _fits(matter: MatterVersion, asked: Asked) -> bool:
    wanted = DepartmentId(asked.department) if asked.department else None
    in_department = wanted in {None, matter.department}
    return in_department and (not asked.theme or asked.theme in matter.theme_bundles)


def _town(regions: Regions) -> RegionCode:
    """Some place of the county, for a sample."""
    return regions.townships[0].code if regions.townships else regions.county.code
