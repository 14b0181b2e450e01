"""The story: a case goes up signed through an outage, is decided, and handed over in another town.

Every step is done on the screens that people use, against real processes, and checked on the
screens of those who must see its effect. What happened is printed as a table.
"""

import asyncio
import re
import shutil
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

from deploy.onebox.applications import an_application, scans_of, typed
from deploy.onebox.county_box import CountyBox
from deploy.onebox.desk_work import Desk
from deploy.onebox.processes import StepError
from deploy.onebox.table import show_table

ALLOWANCE: Final = "minimum-living-allowance"
FELLING: Final = "timber-felling-permit"
CUBIC_METRES_DELEGATED: Final = 15
SEEN_WITHIN_SECONDS: Final = 60.0
LOOK_EVERY_SECONDS: Final = 0.5

# What the clerk of 龙仙镇 takes in besides the story: a matter, and the button she presses.
EVERYDAY: Final = (
    (ALLOWANCE, "accept"),
    ("disability-subsidies", "accept"),
    (FELLING, "accept"),
    ("elderly-allowance", "receive"),
)

Say = Callable[[str], None]


async def tell(box: CountyBox, say: Say) -> bool:
    """Tell the story; whether every step ended as it should."""
    story = Story(box, say)
    rows: list[tuple[str, str, str]] = []
    is_well = True
    for what, step in story.steps():
        began = time.monotonic()
        try:
            result = await step()
        except StepError as error:
            rows.append((what, f"{time.monotonic() - began:.1f} s", f"FAILED: {error}"))
            say(f"✗ {what}: {error}")
            is_well = False
            break
        rows.append((what, f"{time.monotonic() - began:.1f} s", result))
        say(f"✓ {what}: {result}")
    await story.leave()
    say("")
    show_table(("step", "took", "result"), rows)
    return is_well


async def leave_work(box: CountyBox, say: Say) -> None:
    """Some everyday cases, so that whoever looks round finds queues that are not empty."""
    story = Story(box, say)
    wu, lin = await story.desk("longxian", "wu"), await story.desk("qingyun", "lin")
    waiting = [(wu, matter, act) for matter, act in EVERYDAY] + [(lin, ALLOWANCE, "collect")]
    for place, (desk, matter, act) in enumerate(waiting):
        case = an_application(matter, village="440229901002", passed_over=20 + 10 * place)
        try:
            await desk.take_in(matter, typed(case), act, [])
        except StepError as error:
            say(f"left out of the queues: {matter}: {error}")
    await story.leave()


class Story:
    def __init__(self, box: CountyBox, say: Say) -> None:
        self.box = box
        self._say = say
        self._desks: dict[str, Desk] = {}
        self.allowance: dict[str, Any] = {}
        self.felling: dict[str, Any] = {}
        self.case = ""
        self.number = ""
        self.felling_number = ""

    def steps(self) -> list[tuple[str, Callable[[], Awaitable[str]]]]:
        return [
            ("the line of 青云村 is cut", self.village_is_cut),
            ("Lin collects 低保 in the village, offline", self.village_collects),
            ("the line returns, the case goes up by itself", self.case_goes_up),
            ("Wu receives and accepts it in 龙仙镇", self.town_accepts),
            ("the line of 龙仙镇 to the county is cut", self.town_is_cut),
            ("Wu takes in and accepts 林木采伐, offline", self.town_takes_in),
            ("kill -9 of 龙仙镇; it starts again", lambda: self.kill("longxian")),
            ("Qiu decides what the county delegated, offline", self.town_decides),
            ("kill -9 of the county; it starts again", lambda: self.kill("county")),
            ("the line returns, the county holds both cases", self.line_returns),
            ("Chen decides 低保 and sends the result to 坝仔镇", self.county_decides),
            ("Tong hands it over in 坝仔镇, which never saw the case", self.other_town_delivers),
            ("the county files both cases", self.county_closes),
            ("village, towns and county show the same end", self.all_see_the_end),
            ("every node's exported log verifies", self.logs_verify),
        ]

    async def leave(self) -> None:
        for desk in self._desks.values():
            await desk.visitor.close()

    async def desk(self, place: str, login: str) -> Desk:
        """The screen of a person, signed in."""
        key = f"{place}/{login}"
        if key not in self._desks:
            self._desks[key] = await Desk.of(self.box.plan.place(place).url, login)
        return self._desks[key]

    def node(self, place: str) -> str:
        return self.box.plan.place(place).node

    async def village_is_cut(self) -> str:
        lin = await self.desk("qingyun", "lin")
        await self.until(lambda: lin.can_take_in(ALLOWANCE), "the catalogue reaches 青云村")
        self.box.cut("qingyun")
        return "cut"

    async def village_collects(self) -> str:
        lin = await self.desk("qingyun", "lin")
        self.allowance = an_application(ALLOWANCE, village="440229901002")
        folder = self.box.folder / "scans"
        shutil.rmtree(folder, ignore_errors=True)
        scans = await asyncio.to_thread(scans_of, self.allowance, folder)
        fields = typed(self.allowance) | {"pickup": [self.node("bazai")]}
        case = self.case = await lin.take_in(ALLOWANCE, fields, "collect", scans)
        receipt = await lin.paper(case, "collection-receipt")
        self.number = await lin.number(case)
        await lin.expect(case, "仅本机")
        return f"{self.number}, {len(scans)} scans, receipt of {len(receipt)} bytes"

    async def case_goes_up(self) -> str:
        self.box.heal("qingyun")
        wu = await self.desk("longxian", "wu")
        await self.until(lambda: wu.finds(self.number), "龙仙镇 sees the case")
        return "seen in 龙仙镇"

    async def town_accepts(self) -> str:
        wu = await self.desk("longxian", "wu")
        case = await wu.find(self.number)
        await wu.act(case, "accept")
        if await wu.offers(case, "hand_over_pen"):
            await wu.act(case, "hand_over_pen", to=self.node("county"))
        notice = await wu.paper(case, "acceptance-notice")
        return f"accepted, 受理通知书 of {len(notice)} bytes"

    async def town_is_cut(self) -> str:
        self.box.cut("longxian")
        wu = await self.desk("longxian", "wu")

        async def is_offline() -> bool:
            return "离线" in (await wu.visitor.open("/sync/bar")).text

        await self.until(is_offline, "the sync bar says so")
        return "the sync bar says 离线办理中"

    async def town_takes_in(self) -> str:
        wu = await self.desk("longxian", "wu")
        self.felling = an_application(FELLING, volume_m3_at_most=CUBIC_METRES_DELEGATED)
        fields = typed(self.felling) | {"pickup": [self.node("longxian")]}
        case = await wu.take_in(FELLING, fields, "accept", [])
        self.felling_number = await wu.number(case)
        return f"{self.felling_number}, {self.felling['form']['volume_m3']} m³"

    async def kill(self, place: str) -> str:
        await self.box.kill(place)
        await self.box.start(place)
        return "up again"

    async def town_decides(self) -> str:
        qiu = await self.desk("longxian", "qiu")
        case = await qiu.find(self.felling_number)
        await qiu.act(case, "take")
        await qiu.act(case, "decide_grant", opinion="经审查，符合采伐条件，准予采伐。")
        wen = await self.desk("longxian", "wen")
        if await wen.offers(case, "produce_result"):
            await wen.act(case, "produce_result")
        await wen.deliver(case, self.felling["applicant"])
        return "granted and handed over"

    async def line_returns(self) -> str:
        self.box.heal("longxian")
        chen = await self.desk("county", "chen")
        she = await self.desk("county", "she")
        await self.until(lambda: chen.finds(self.number), "the county has 低保")
        await self.until(lambda: she.finds(self.felling_number), "the county has 采伐")
        return "both held at the county"

    async def county_decides(self) -> str:
        chen = await self.desk("county", "chen")
        case = await chen.find(self.number)
        await self.until(lambda: chen.offers(case, "take"), "the pen is at the county")
        await chen.act(case, "take", materials_sound="1")
        await chen.act(case, "decide_grant", opinion="经审核确认，符合低保条件，准予。")
        for act in ("produce_result", "forward_result"):
            if await chen.offers(case, act):
                await chen.act(case, act, **self._destination(act))
        if await chen.offers(case, "hand_over_pen"):
            await chen.act(case, "hand_over_pen", to=self.node("bazai"))
        return "准予, forwarded to 坝仔镇"

    async def other_town_delivers(self) -> str:
        tong = await self.desk("bazai", "tong")
        await self.until(lambda: tong.finds(self.number), "坝仔镇 sees the result")
        case = await tong.find(self.number)
        await self.until(lambda: tong.offers(case, "deliver"), "the pen and result are there")
        await tong.deliver(case, self.allowance["applicant"])
        receipt = await tong.paper(case, "delivery-receipt")
        return f"送达回证 of {len(receipt)} bytes"

    async def county_closes(self) -> str:
        for login, number in (("chen", self.number), ("she", self.felling_number)):
            desk = await self.desk("county", login)
            case = await desk.find(number)
            await self.until(lambda d=desk, c=case: d.offers(c, "close"), "it came back")  # type: ignore[misc]
            await desk.act(case, "close")
        return "办结归档"

    async def all_see_the_end(self) -> str:
        seen = []
        for place, login in (("qingyun", "lin"), ("longxian", "wu"), ("bazai", "tong")):
            desk = await self.desk(place, login)

            async def is_closed(desk: Desk = desk) -> bool:
                return "办结" in await desk.status(self.case)

            await self.until(is_closed, f"{place} sees it closed")
            seen.append(self.box.plan.place(place).title)
        return "、".join(seen) + "、县: 办结"

    async def logs_verify(self) -> str:
        folder = self.box.folder / "exported"
        shutil.rmtree(folder, ignore_errors=True)
        exported = [await self._export(place.name, folder) for place in self.box.plan.places]
        report = await self.box.command("county", "verify", *(str(each) for each in exported))
        digests = re.findall(rf"{self.number}\s.*", report) + re.findall(
            rf"{self.felling_number}\s.*", report
        )
        for line in report.splitlines():
            self._say(f"    {line}")
        return f"{len(exported)} logs, {len(digests)} cases of the story, one digest each"

    async def until(self, holds: Callable[[], Awaitable[bool]], what: str) -> None:
        deadline = time.monotonic() + SEEN_WITHIN_SECONDS
        while time.monotonic() < deadline:
            if await holds():
                return
            await asyncio.sleep(LOOK_EVERY_SECONDS)
        raise StepError(f"not within {SEEN_WITHIN_SECONDS:.0f} s: {what}")

    async def _export(self, name: str, folder: Path) -> Path:
        target = folder / name
        await self.box.command(name, "log", "export", str(target))
        return target

    def _destination(self, act: str) -> dict[str, str]:
        return {"to": self.node("bazai")} if act == "forward_result" else {}
