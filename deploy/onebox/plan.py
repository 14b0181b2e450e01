"""Who and what the county on this machine consists of."""

from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

COUNTY_FOLDER: Final = Path(__file__).parent / "county"
PASSWORD: Final = "tongban-2026-demo"  # noqa: S105 - shown to everybody who runs the demo
HOST: Final = "127.0.0.1"


class Person(Struct, frozen=True):
    """An account of the demo; `officer` is an id of the county's organisation file."""

    login: str
    officer: str
    what: str


class Place(Struct, frozen=True, kw_only=True):
    """One process of the county."""

    name: str  # how a person names it at the command line
    node: str
    program: str
    port: int
    title: str
    people: tuple[Person, ...]
    parent: str | None = None  # the place it reports to

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"


def _township(name: str, digits: str, port: int, title: str, people: tuple[Person, ...]) -> Place:
    return Place(
        name=name,
        node=f"{digits}-01",
        program="tongban-township",
        port=port,
        title=title,
        people=people,
        parent="county",
    )


_VILLAGES: Final = {
    "qingyun": "青云村",
    "shitang": "石塘岭村",
    "yangxi": "样溪村",
    "lanpu": "兰圃村",
}


def _village(node: str, port: int, name: str, agent: tuple[str, str], *, under: str) -> Place:
    return Place(
        name=name,
        node=node,
        program="tongban-village",
        port=port,
        title=_VILLAGES[name],
        people=(Person(*agent, "代办员"),),
        parent=under,
    )


_PLACES: Final = (
    Place(
        name="county",
        node="440229-01",
        program="tongban-central",
        port=8400,
        title="翁源县公共服务中心",
        people=(
            Person("chen", "o0010", "民政局首席代表"),
            Person("xu", "o0011", "民政局审批员"),
            Person("she", "o0057", "林业局首席代表"),
            Person("luo", "o0089", "系统管理员"),
            Person("guo", "o0086", "授权管理员"),
            Person("bao", "o0093", "安全管理员"),
            Person("hu", "o0085", "事项编制人员"),
            Person("muyang", "o0095", "事项审核人员"),
            Person("bailu", "o0087", "监督人员"),
        ),
    ),
    Place(
        name="hall",
        node="440229-02",
        program="tongban-township",
        port=8402,
        title="县实体大厅窗口",
        people=(Person("ouyang", "o0072", "受理员"), Person("shen", "o0080", "出件员")),
        parent="county",
    ),
    _township(
        "longxian",
        "440229901",
        8410,
        "龙仙镇",
        (
            Person("wu", "o0099", "受理员"),
            Person("wen", "o0100", "受理员、出件员"),
            Person("qiu", "o0101", "镇审批员"),
        ),
    ),
    _township(
        "bazai",
        "440229902",
        8420,
        "坝仔镇",
        (
            Person("zhou", "o0114", "受理员"),
            Person("tong", "o0115", "受理员、出件员"),
            Person("zhi", "o0116", "镇审批员"),
        ),
    ),
    _township(
        "jiangwei",
        "440229903",
        8430,
        "江尾镇",
        (
            Person("liu", "o0127", "受理员"),
            Person("gulinaer", "o0128", "受理员、出件员"),
            Person("lan", "o0129", "镇审批员"),
        ),
    ),
    _village("440229901002-01", 8412, "qingyun", ("lin", "o0105"), under="longxian"),
    _village("440229901003-01", 8413, "shitang", ("liao", "o0106"), under="longxian"),
    _village("440229902001-01", 8421, "yangxi", ("xie", "o0119"), under="bazai"),
    _village("440229903001-01", 8431, "lanpu", ("guan", "o0132"), under="jiangwei"),
)
PLACES: Final = {place.name: place for place in _PLACES}

_BROKER_PORT: Final = 8440
# Where the lines listen that `cut` and `heal` act on: what a place reaches its parent by.
_LINE_STEP: Final = 1000
_BROKER_LINE_STEP: Final = 2000


class Plan(Struct, frozen=True):
    """The places with their ports; with an offset several counties can run on one machine."""

    offset: int = 0

    @property
    def places(self) -> tuple[Place, ...]:
        return tuple(self.place(name) for name in PLACES)

    @property
    def broker_port(self) -> int:
        return _BROKER_PORT + self.offset

    def place(self, name: str) -> Place:
        return replace(PLACES[name], port=PLACES[name].port + self.offset)

    def line_ports(self) -> dict[str, int]:
        """What each place with a parent reaches it by."""
        return {p.name: p.port + _LINE_STEP for p in self.places if p.parent}

    def broker_line_ports(self) -> dict[str, int]:
        """What each place right below the county reaches the broker by."""
        return {p.name: p.port + _BROKER_LINE_STEP for p in self.places if p.parent == "county"}
