"""The vault of a laptop: who opens what, for how long, and what a hand in the database changes."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from casework.names import PartHash
from sync.clock import SystemClock
from sync.engine import Database, bind
from sync.keys import NodeSigner, random_bytes
from sync.laptop_vault import LaptopVault
from sync.schema import migrate
from sync.vault_cipher import read_sealed
from sync.vault_closing import close_what_lies_open
from sync.vault_keys import VaultKeys, recover
from tests.builders import LIN, VILLAGE
from tests.centres import LOW_INCOME, visible
from tests.halls import PASSWORD
from tests.laptops import Agent, Village, a_photo, a_picture
from village_agent.services.accounts import unlock_account
from village_agent.services.draft_safe import LaptopSafe
from village_agent.services.old_drafts import close_old_drafts
from village_agent.store.draft_keys import DraftKeys
from village_agent.tables import SCHEMA, DraftKey
from webui.errors import DraftSealedError
from webui.session import IDLE_FOR
from webui.store import FAILURES_MAX

ALLOWANCE = "minimum-living-allowance"
ANOTHER = "another-horse-10"
SEALED = "这份草稿解不开"


async def typed(lin: Agent, name: str) -> str:
    draft = await lin.begin(ALLOWANCE)
    assert (await lin.press(draft, {**LOW_INCOME, "name": name}, act="save")).status_code == 303
    return draft


async def rows(village: Village, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    return await village.laptop.services.database.fetch(sql, values)


async def change(village: Village, sql: str, *values: Any) -> None:
    assert await village.laptop.services.database.execute(sql, values)


def id_of(draft: str) -> str:
    return draft.rpartition("/")[2]


async def test_columns_that_were_swapped_fail_and_the_next_draft_does_not(
    village: Village, lin: Agent
) -> None:
    first, second, third = [await typed(lin, name) for name in ("甲一", "乙二", "丙三")]
    stored = dict(await rows(village, "SELECT id, fields FROM draft"))
    for taker, giver in ((first, second), (second, first)):
        sql = "UPDATE draft SET fields = ? WHERE id = ?"
        await change(village, sql, stored[id_of(giver)], id_of(taker))

    for swapped in (first, second):
        answer = await lin.get(swapped)
        assert answer.status_code == 409
        assert SEALED in visible(answer.text)
    assert "丙三" in (await lin.get(third)).text
    assert "没填完" in await lin.said("/")


async def test_a_key_that_was_swapped_opens_nothing(village: Village, lin: Agent) -> None:
    first, second = [await typed(lin, name) for name in ("甲一", "乙二")]
    wrapped = dict(await rows(village, "SELECT draft, wrapped FROM draft_key"))
    sql = "UPDATE draft_key SET wrapped = ? WHERE draft = ?"
    await change(village, sql, wrapped[id_of(second)], id_of(first))

    assert (await lin.get(first)).status_code == 409
    assert "乙二" in (await lin.get(second)).text


async def test_a_picture_that_was_moved_fails_and_its_neighbour_does_not(
    village: Village, lin: Agent
) -> None:
    draft = await typed(lin, "甲一")
    for shade in (40, 90):
        assert (await lin.photograph(draft, "m1", a_photo(shade))).status_code == 200
    (one, content), (other, _) = await rows(village, "SELECT id, content FROM draft_file")
    await change(village, "UPDATE draft_file SET content = ? WHERE id = ?", content, other)

    assert (await lin.get(f"{draft}/files/{one}")).content.startswith(b"RIFF")
    assert (await lin.get(f"{draft}/files/{other}")).status_code == 409
    assert "甲一" in (await lin.get(draft)).text


async def test_a_name_that_was_moved_is_missing_from_its_own_row_only(
    village: Village, lin: Agent
) -> None:
    first, second = [
        await lin.collected(ALLOWANCE, {**LOW_INCOME, "name": name}) for name in ("甲一", "乙二")
    ]
    (name,) = (await rows(village, "SELECT applicant FROM case_row WHERE id = ?", second))[0]
    await change(village, "UPDATE case_row SET applicant = ? WHERE id = ?", name, first)

    lines = await village.laptop.services.station.lists.lines([first, second])
    assert [line.applicant for line in lines] == [None, "乙二"]
    assert (await lin.get(f"/cases/{second}")).status_code == 200


async def test_names_are_found_by_what_is_typed_and_lie_closed(
    village: Village, lin: Agent
) -> None:
    case = await lin.collected(ALLOWANCE, LOW_INCOME)
    stored = (await rows(village, "SELECT applicant, id_tail FROM case_row"))[0]
    lists = village.laptop.services.station.lists

    assert all(each.startswith("~") for each in stored)
    for words in ("陈秀兰", "秀", "0004"):
        assert [line.case.id for line in await lists.search(words)] == [case]
    assert await lists.search("张") == ()
    assert "陈*兰" in await lin.said("/bags")
    await lin.post("/sign-out")
    assert await lists.search("陈秀兰") == ()


async def test_what_comes_while_nobody_is_there_is_sealed_and_read_by_who_signs_in(
    village: Village, lin: Agent
) -> None:
    case = await lin.collected(ALLOWANCE, LOW_INCOME)
    await lin.post("/sign-out")
    keys = village.laptop.services.keys
    assert keys.vault.is_locked
    await village.settle()

    # It went up as it lay, and the township and the county can read it.
    held = await village.county_desk.get_case(case)
    assert await village.county_desk.read_named(held, "applicant") is not None
    assert await village.county_desk.read_named(held, "form") is not None
    mine = await village.case(case)
    assert await village.laptop.desk.read_named(mine, "applicant") is None
    await lin.sign_in(LIN)
    assert await village.laptop.desk.read_named(mine, "applicant") is not None
    assert "陈秀兰" in (await lin.get(f"/cases/{case}")).text


async def test_parts_are_sealed_anew_when_a_reader_has_another_key(
    village: Village, lin: Agent
) -> None:
    draft = await typed(lin, "甲一")
    await lin.photograph(draft, "m1", a_picture())
    assert (await lin.press(draft, LOW_INCOME)).status_code == 303
    services, safe = village.laptop.services, NodeSigner.generate()
    services.keys.vault.recovery = safe.public_key
    parts = await rows(village, "SELECT hash FROM part WHERE state = 'held'")

    assert await close_what_lies_open(services.node, services.keys.vault) == len(parts)
    assert len(parts) > 2
    assert await close_what_lies_open(services.node, services.keys.vault) == 0
    for (part,) in parts:
        sealed = read_sealed(await services.node.parts.stored(part))
        assert sealed is not None
        assert sealed.key_for(safe) is not None
    await lin.post("/sign-out")
    assert await close_what_lies_open(services.node, services.keys.vault) == 0


async def test_drafts_of_an_earlier_release_are_closed_when_their_officer_comes(
    village: Village, lin: Agent
) -> None:
    """As the release before left them: in the clear, and without a key."""
    draft = await typed(lin, "甲一")
    await lin.photograph(draft, "m1", a_photo())
    services, id_ = village.laptop.services, id_of(draft)
    record = await services.drafts.get(id_)
    (file,) = await services.drafts.files_of(id_)
    content = await services.drafts.file(id_, file.id)
    small = await services.drafts.thumbnail(id_, file.id)
    assert content is not None
    assert small is not None
    fields = msgspec.json.encode(record.fields).decode()
    await change(village, "UPDATE draft SET fields = ?, applicant = '甲一'", fields)
    sql = "UPDATE draft_file SET name = ?, content = ?, thumbnail = ?"
    await change(village, sql, "甲一.jpg", content.content, small.content)
    await change(village, "DELETE FROM draft_key")

    assert await close_old_drafts(services.database, services.safe) == 1
    assert await close_old_drafts(services.database, services.safe) == 0
    assert "甲一" in (await lin.get(draft)).text
    assert (await lin.get(f"{draft}/files/{file.id}")).content == content.content
    stored = await rows(village, "SELECT fields, applicant FROM draft")
    assert not any("甲一" in each for row in stored for each in row)


async def test_locking_the_screen_leads_back_to_the_page(village: Village, lin: Agent) -> None:
    draft = await typed(lin, "甲一")
    token = (await lin.get("/session/token")).json()["csrf_token"]
    here = {"referer": f"http://127.0.0.1{draft}"}
    answer = await lin.client.post("/lock", data={"csrf_token": token}, headers=here)

    assert village.laptop.services.keys.vault.is_locked
    assert answer.headers["location"].startswith("/sign-in?next=")
    page = await lin.get(answer.headers["location"])
    assert "屏幕已锁" in visible(page.text)
    assert f'name="next" value="{draft}"' in page.text
    assert "甲一" not in page.text
    assert (await lin.get(draft)).status_code == 303


async def test_a_screen_that_nobody_touches_is_locked(village: Village, lin: Agent) -> None:
    await typed(lin, "甲一")
    services = village.laptop.services
    village.clock.advance(IDLE_FOR - timedelta(minutes=1))
    await services.sign_in.end_idle(services.clock.now())
    assert services.keys.sessions()
    village.clock.advance(timedelta(minutes=2))
    await services.sign_in.end_idle(services.clock.now())

    assert services.keys.vault.is_locked
    assert (await lin.get("/")).status_code == 303


async def test_ten_wrong_passwords_lock_the_name_until_a_person_unlocks_it(
    village: Village, lin: Agent
) -> None:
    await lin.post("/sign-out")
    for _ in range(FAILURES_MAX):
        assert "密码不正确" in (await lin.sign_in(LIN, "wrong-horse-99")).text
    # Neither the right password nor the days that pass help.
    for waited in (timedelta(0), timedelta(days=3)):
        village.clock.advance(waited)
        answer = await lin.sign_in(LIN)
        assert answer.status_code == 422
        assert "账号已锁定，重启也不解开" in visible(answer.text)
    await unlock_account(village.laptop.services.database, LIN)
    assert (await lin.sign_in(LIN)).status_code == 303


async def test_another_password_opens_the_same_drafts(village: Village, lin: Agent) -> None:
    draft = await typed(lin, "甲一")
    new = {"new_password": ANOTHER, "new_password_again": ANOTHER}
    assert (await lin.post("/password", password=PASSWORD, **new)).status_code == 303

    assert "甲一" in (await lin.get(draft)).text
    await lin.post("/sign-out")
    assert (await lin.sign_in(LIN, ANOTHER)).status_code == 303
    assert "甲一" in (await lin.get(draft)).text
    assert len(await rows(village, "SELECT salt FROM vault_wrap")) == 1


async def test_what_a_forgotten_password_closed_comes_back_with_the_recovery_key(
    village: Village, lin: Agent
) -> None:
    services, safe = village.laptop.services, NodeSigner.generate()
    services.keys.vault.recovery = safe.public_key
    await lin.post("/sign-out")
    await lin.sign_in(LIN)
    draft = await typed(lin, "甲一")
    case = await lin.collected(ALLOWANCE, LOW_INCOME)
    now = services.clock.now()
    words = {"officer": LIN, "login": LIN, "password": ANOTHER}
    await services.sign_in.set_account(**words, now=now, must_change=False)
    await lin.sign_in(LIN, ANOTHER)

    lost = await lin.get(draft)
    assert lost.status_code == 409
    assert SEALED in visible(lost.text)
    assert await services.database.work(lambda work: recover(work, NodeSigner.generate())) == 0
    assert await services.database.work(lambda work: recover(work, safe)) >= 2
    await lin.post("/sign-out")
    await lin.sign_in(LIN, ANOTHER)
    assert "甲一" in (await lin.get(draft)).text
    assert "陈秀兰" in (await lin.get(f"/cases/{case}")).text


class Machine:
    """The vault of a laptop by itself, for people who are in no directory."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.folder = database, folder
        self.start()

    def start(self) -> None:
        """A process begins: nothing is in its memory."""
        vault = LaptopVault(NodeSigner.generate(), VILLAGE, random_bytes)
        secret = self.folder / "keys" / "device.secret"
        self.keys = VaultKeys(vault, self.database, secret, SystemClock(), random_bytes)
        store = DraftKeys(bind(DraftKey, self.database))
        self.safe = LaptopSafe(self.keys, store, random_bytes)

    async def sign_in(self, officer: str) -> None:
        await self.keys.load()
        await self.keys.unlock(officer, f"{officer}-horse-battery")
        self.keys.enter(officer, officer)


@pytest.fixture
async def machine(tmp_path: Path) -> Any:
    async with Database(tmp_path / "node.sqlite") as database:
        await migrate(database, SCHEMA)
        yield Machine(database, tmp_path)


async def test_two_users_of_one_laptop_share_cases_and_not_drafts(machine: Machine) -> None:
    part = PartHash("ab" * 32)
    await machine.sign_in("lin")
    private = (await machine.safe.begin("d1", "lin", shared=False)).close("c", "r", b"private")
    mending = (await machine.safe.begin("d2", "lin", shared=True)).close("c", "r", b"mending")
    stored = machine.keys.vault.close_part(part, b"of a case")
    await machine.sign_in("guan")
    machine.keys.leave("lin")

    opened = await machine.safe.open(["d1", "d2"])
    assert list(opened) == ["d2"]
    assert not opened["d2"].is_private
    assert opened["d2"].open("c", "r", mending) == b"mending"
    assert machine.keys.vault.open_part(part, stored) == b"of a case"
    machine.keys.leave("guan")
    assert machine.keys.vault.is_locked
    assert await machine.safe.open(["d1", "d2"]) == {}
    assert machine.keys.vault.open_part(part, stored) is None
    with pytest.raises(DraftSealedError):
        await machine.safe.begin("d3", "lin", shared=False)

    machine.start()
    await machine.sign_in("lin")
    assert (await machine.safe.open(["d1"]))["d1"].open("c", "r", private) == b"private"


async def test_a_copy_of_the_database_alone_opens_with_no_password(machine: Machine) -> None:
    await machine.sign_in("lin")
    await machine.safe.begin("d1", "lin", shared=False)
    (machine.folder / "keys" / "device.secret").unlink()
    machine.start()
    await machine.sign_in("lin")

    assert await machine.safe.open(["d1"]) == {}


async def test_the_secret_of_the_machine_is_its_owners_only(machine: Machine) -> None:
    await machine.sign_in("lin")
    secret = machine.folder / "keys" / "device.secret"
    assert secret.stat().st_mode & 0o777 == 0o600
    assert len(secret.read_bytes()) == 32
