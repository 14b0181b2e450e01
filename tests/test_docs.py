"""The pages say what is true: links lead somewhere, commands exist, examples come out as shown."""

import re
from datetime import date, datetime, time
from pathlib import Path

import click
import msgspec
import pytest

from casework import act as acts
from casework.act import AnyAct, ReclaimGround
from casework.calendar import Calendar, CountMode, decode_calendar
from casework.case_clocks import SHOWN_FIRST
from casework.clock import Clock, ClockEvent, ClockName, EventKind, run_clock
from casework.course import COUNTING
from casework.entry import Written
from casework.fold import fold
from casework.instants import instant_text
from casework.lamp import lamp
from casework.limits import Limit, LimitUnit
from casework.names import ZERO_ID, MessageId, NodeId
from central.cli import main as central
from central.settings import Settings as CentralSettings
from deploy.onebox.__main__ import main as onebox
from deploy.onebox.plan import PASSWORD, PLACES
from sync.data_dir import DataDir
from sync.doctor import DISK_FAULT_BYTES, DISK_WARNING_BYTES
from sync.settings import NodeSettings
from tests import builders
from tests.builders import Pad, a_verdict
from tests.doc_pages import (
    ROOT,
    anchors,
    commands,
    links,
    pages,
    rows,
    screen_words,
    section,
    text_of,
)
from township_node.cli import main as township
from township_node.settings import Settings as TownshipSettings
from village_agent.cli import main as village
from village_agent.settings import Settings as VillageSettings

CLOCKS = "docs/rules/clocks.md"
PEN = "docs/rules/pen.md"
DEPOSITS = "docs/rules/deposits.md"
OPERATING = "docs/operating.md"

GUIDES = sorted((ROOT / "docs" / "guides").glob("*.md"))

PROGRAMS: dict[str, click.Group] = {
    "tongban-central": central,
    "tongban-township": township,
    "tongban-village": village,
    "onebox": onebox,
}


# Links and commands.


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    broken = [
        f"{file}#{fragment}"
        for file, fragment in links(page)
        if not file.exists() or (fragment and fragment not in anchors(file))
    ]
    assert broken == []


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.stem)
def test_the_words_that_a_guide_puts_on_screens_stand_on_screens(page: Path) -> None:
    shown = "".join(
        path.read_text(encoding="utf-8")
        for folder in ("webui", "central", "township_node", "village_agent")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in {".html", ".toml"} or path.match("labels*.py")
    )
    assert [word for word in screen_words(page) if word not in shown] == []


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_that_a_page_names_exists(page: Path) -> None:
    assert [" ".join(words) for words in commands(page) if not exists(words)] == []


def exists(words: list[str]) -> bool:
    """Whether a program has such a command, with such options."""
    name, *rest = words
    if name == "make":
        targets = set(re.findall(r"^([a-z]+):", text_of("Makefile"), re.MULTILINE))
        return not rest or rest[0] in targets
    if name not in PROGRAMS:
        return False
    command: click.Command = PROGRAMS[name]
    for word in rest:
        if word.startswith("--"):
            known = {opt for param in command.params for opt in param.opts} | {"--help"}
            if word.partition("=")[0] not in known:
                return False
        elif isinstance(command, click.Group):
            found = command.commands.get(word)
            if found is None:
                return False
            command = found
    return True


def test_the_readme_names_every_place_and_account_of_the_demo() -> None:
    readme = text_of("README.md")
    said = [place.url for place in PLACES.values()] + [
        person.login for place in PLACES.values() for person in place.people
    ]
    assert [each for each in [*said, PASSWORD] if each not in readme] == []


# Settings.


@pytest.mark.parametrize(
    ("heading", "kind", "base"),
    [
        ("Settings of every node", NodeSettings, None),
        ("Settings of the county", CentralSettings, NodeSettings),
        ("Settings of a service centre", TownshipSettings, NodeSettings),
        ("Settings of a village laptop", VillageSettings, NodeSettings),
    ],
)
def test_the_tables_of_settings_are_whole(
    heading: str, kind: type[NodeSettings], base: type[NodeSettings] | None
) -> None:
    inherited = {field.name for field in msgspec.structs.fields(base)} if base else set()
    real = {
        f"`{field.name}`": default_of(field)
        for field in msgspec.structs.fields(kind)
        if field.name not in inherited
    }
    assert {row["setting"]: row["default"] for row in rows(OPERATING, heading)} == real


def default_of(field: msgspec.structs.FieldInfo) -> str:
    value = field.default
    if value is msgspec.NODEFAULT:
        return "must be given"
    if value in (None, ()):
        return "none"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def test_the_page_names_every_file_of_a_data_directory() -> None:
    files = DataDir(Path("/data"))
    named = (
        *(files.database, files.parts, files.arrivals, files.identity_file, files.node_key),
        *(files.nats_seed, files.person_secret, files.nats, files.control),
    )
    page = text_of(OPERATING)
    assert [str(each) for each in named if f"`{each.relative_to('/data')}" not in page] == []


def test_the_page_says_when_a_disk_is_too_full() -> None:
    page = text_of(OPERATING)
    assert f"{DISK_FAULT_BYTES // 2**20} MiB" in page
    assert f"{DISK_WARNING_BYTES // 2**30} GiB" in page


def test_every_unit_starts_a_command_that_exists() -> None:
    units = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
    starts = [
        line.split("/bin/", 1)[1].split()
        for unit in units
        for line in unit.read_text(encoding="utf-8").splitlines()
        if line.startswith("ExecStart=")
    ]
    assert len(starts) == len(units) == 3
    assert [words for words in starts if not exists(words)] == []


# Worked examples.


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return decode_calendar((ROOT / "deploy/onebox/county/calendar.json").read_bytes())


@pytest.mark.parametrize("row", rows(CLOCKS, "Working days between two dates"), ids=str)
def test_working_days_are_counted_as_shown(row: dict[str, str], calendar: Calendar) -> None:
    first, last = date.fromisoformat(row["from"]), date.fromisoformat(row["to"])
    counted = calendar.count_workdays(first, last, CountMode(row["leaving out"]))
    assert counted == int(row["working days"])


@pytest.mark.parametrize("row", rows(CLOCKS, "Dates"), ids=lambda row: f"{row['events']}")
def test_a_clock_stands_as_shown(row: dict[str, str], calendar: Calendar) -> None:
    clock = clock_of(row["clock"], row["limit"], row["events"], row["asked at"], calendar)
    light = lamp(clock, calendar.day_of(at(row["asked at"], calendar)))
    shown = {
        "due": str(clock.due_on),
        "state": clock.state.value,
        "used": str(clock.consumed),
        "left": str(clock.remaining),
        "light": f"{light.colour.value} {light.word_code.value} {light.days}",
    }
    assert shown == {name: row[name] for name in shown}


def test_the_explanation_of_a_date_is_as_shown(calendar: Calendar) -> None:
    events = re.search(r"`(start [^`]+)`", section(CLOCKS, "Why on that day"))
    assert events is not None
    clock = clock_of("promised", "20 workday", events[1], "2026-10-15", calendar)
    lines = [
        {
            "from": str(line.first),
            "to": str(line.last),
            "what the days are": line.code.value,
            "days": str(line.count),
        }
        for line in clock.lines
    ]
    assert lines == rows(CLOCKS, "Why on that day")
    assert sum(line.count for line in clock.lines if line.code in COUNTING) == clock.limit.value


def test_the_table_of_clocks_names_all_that_an_act_starts() -> None:
    names = [row["clock"].strip("`") for row in rows(CLOCKS, "The clocks of a case")]
    later = {ClockName.COMPLAINT, ClockName.SUPERVISION_REPLY}
    assert {ClockName(name) for name in names} == set(ClockName) - later


def test_the_page_names_the_clocks_of_a_list_in_their_order() -> None:
    named = ", ".join(f"`{name}`" for name in SHOWN_FIRST)
    assert f"the first of {named} that runs" in text_of(CLOCKS)


@pytest.mark.parametrize("row", rows(PEN, "Stories"), ids=lambda row: row["story"])
def test_a_story_of_the_pen_ends_as_shown(row: dict[str, str]) -> None:
    written = entries(row["entries"])
    case = fold(written).case
    assert case is not None
    last = next(place for place, one in enumerate(written, 1) if one.id == case.head)
    shown = {
        "status": case.status.value if case.status else "",
        "pen": NAMES[case.pen],
        "last that stands": str(last),
        "fallen": places(case.fallen, written),
        "frozen": "yes" if case.is_frozen else "no",
    }
    assert shown == {name: row[name] for name in shown}


@pytest.mark.parametrize("row", rows(DEPOSITS, "Worked examples"), ids=lambda row: row["example"])
def test_a_deposit_counts_as_shown(row: dict[str, str]) -> None:
    written = entries(row["entries"])
    case = fold(written).case
    assert case is not None
    counted = next(place for place, one in enumerate(written, 1) if one.at == case.timeline[-1].at)
    shown = {
        "status": case.status.value if case.status else "",
        "fallen": places(case.fallen, written),
        "taken up": places(case.taken_up, written),
        "counts from": str(counted),
    }
    assert shown == {name: row[name] for name in shown}


def at(text: str, calendar: Calendar) -> datetime:
    day, _, clock = text.strip().partition(" ")
    return datetime.combine(
        date.fromisoformat(day), time.fromisoformat(clock or "10:00"), calendar.tz
    )


def clock_of(name: str, limit: str, events: str, asked: str, calendar: Calendar) -> Clock:
    kind = ClockName(name)
    told = [event_of(one.split(), kind, calendar) for one in events.split(";")]
    return run_clock(kind, limit_of(limit), told, now=at(asked, calendar), calendar=calendar)


def limit_of(text: str) -> Limit:
    value, unit = text.split()
    return Limit(int(value), LimitUnit(unit))


def event_of(words: list[str], clock: ClockName, calendar: Calendar) -> ClockEvent:
    """`pause 2026-11-05 09:00 a`, `extend 2026-11-12 5 workday`."""
    kind, day, *rest = words
    timed = bool(rest) and ":" in rest[0]
    when = at(f"{day} {rest[0]}" if timed else day, calendar)
    tail = rest[1:] if timed else rest
    extends = EventKind(kind) is EventKind.EXTEND
    return ClockEvent(
        at=when,
        kind=EventKind(kind),
        clocks=frozenset({clock}),
        label="" if extends else " ".join(tail),
        extra=limit_of(" ".join(tail)) if extends else None,
    )


WHO = {
    "county": builders.COUNTY,
    "hall": builders.HALL,
    "town": builders.TOWN,
    "other_town": builders.OTHER_TOWN,
    "village": builders.VILLAGE,
}
NAMES = {node: name for name, node in WHO.items()}
SUPPLY_BY = "2026-12-20"
ACTS: dict[str, AnyAct] = {
    "collect": acts.Collect(builders.INTAKE, (a_verdict(),)),
    "receive": acts.Receive(builders.INTAKE, (a_verdict(),)),
    "accept": acts.Accept((a_verdict(),)),
    "notify_deficiency": acts.NotifyDeficiency((a_verdict(),), SUPPLY_BY),
    "supplement": acts.Supplement((a_verdict(),)),
    "take": acts.Take(),
    "opine": acts.Opine(1, acts.Outcome.PASS),
    "decide_grant": acts.DecideGrant((), None),
    "produce_result": acts.ProduceResult(None),
    "deliver": acts.Deliver("applicant", "counter"),
    "close": acts.Close(),
    "reclaim_pen": acts.ReclaimPen(ReclaimGround.REFUSAL, None, False, "E_MATERIALS"),
}


def entries(story: str) -> list[Written]:
    """What a story's nodes wrote, in the order in which they wrote it."""
    pad = Pad()
    for step in story.split(";"):
        who, _, what = step.strip().partition(": ")
        said, _, on = what.partition(" @")
        place = int(on) if on else len(pad.written)
        after = pad.written[place - 1] if place else None
        first = pad.written[0].case if pad.written and after is None else None
        pad.write(act_of(said, pad.written), node=WHO[who], after=after, case=first)
    return pad.written


def act_of(said: str, written: list[Written]) -> AnyAct:
    name, _, given = said.partition(" ")
    if name == "adopt":
        adopted = written[int(given) - 1]
        restated = adopted.entry.act
        assert isinstance(restated, acts.Restatable)
        return acts.TakeUpDeposit(adopted.id, instant_text(adopted.at), restated)
    if name == "hand_over_pen":
        return acts.HandOverPen(node_of(given))
    if name == "forward_result":
        return acts.ForwardResult(node_of(given))
    return ACTS[name]


def node_of(name: str) -> NodeId:
    return WHO[name]


def places(ids: tuple[MessageId, ...], written: list[Written]) -> str:
    assert ZERO_ID not in ids
    order = [one.id for one in written]
    return ", ".join(str(place) for place in sorted(order.index(each) + 1 for each in ids))
