"""The queue of the county: who sees which cases, in what order, and what the figures say."""

import re
from datetime import timedelta

from casework import act as acts
from casework.case import Status
from casework.names import MatterId
from sync.bodies import DepositKind
from sync.desk import Sitting
from tests.central.reviewing import (
    CHEN,
    FORESTRY,
    HU,
    NAME,
    NUMBER,
    OUYANG,
    SHE,
    SHEN,
    SOCIAL,
    WU_SUPERVISOR,
    Office,
    complete,
    delivered,
)


async def test_chen_sees_the_cases_of_civil_affairs_and_not_those_of_forestry(
    office: Office,
) -> None:
    mine, theirs = await office.case(SOCIAL), await office.case(FORESTRY)
    chen, she = await office.sign_in(CHEN), await office.sign_in(SHE)

    queue = (await chen.get("/")).text

    assert mine.number in queue
    assert theirs.number not in queue
    assert theirs.number in (await she.get("/")).text
    assert theirs.number not in (await chen.get("/cases")).text
    assert (await chen.get(f"/cases/{theirs.id}")).status_code == 404


async def test_names_are_masked_in_lists(office: Office) -> None:
    await office.case()
    chen = await office.sign_in(CHEN)

    for url in ("/", "/cases"):
        page = (await chen.get(url)).text
        assert "陈*兰" in page
        assert NAME not in page
        assert NUMBER not in page


async def test_the_most_urgent_case_comes_first_and_the_overdue_are_counted(
    office: Office,
) -> None:
    early = await office.case()
    office.clock.advance(timedelta(days=60))
    late = await office.case()
    chen = await office.sign_in(CHEN)

    queue = (await chen.get("/")).text
    overdue = (await chen.get("/?view=overdue")).text

    assert queue.index(early.number) < queue.index(late.number)
    assert early.number in overdue
    assert late.number not in overdue
    assert "超期" in overdue


async def test_what_is_warned_of_is_counted_and_says_why(office: Office) -> None:
    early = await office.take(await office.case())
    office.clock.advance(timedelta(days=60))
    late, forest = await office.take(await office.case()), await office.case(FORESTRY)
    chen = await office.sign_in(CHEN)

    queue = (await chen.get("/")).text
    warned = (await chen.get("/?view=warned")).text

    assert card(queue, "warned") == card(warned, "warned") == "1"
    assert early.number in warned
    assert re.search(r'class="case-row-note">.*?已超期', warned, re.DOTALL)
    assert late.number not in warned
    assert forest.number not in warned


def card(page: str, view: str) -> str:
    """The figure of one of the cards above a list."""
    found = re.search(
        rf'href="/\?view={view}".*?class="stat-value[^"]*"[^>]*>(\d+)<', page, re.DOTALL
    )
    assert found is not None
    return found[1]


async def test_the_queue_is_narrowed_by_matter_town_and_status(office: Office) -> None:
    case = await office.case(SOCIAL)
    other = await office.case(MatterId("temporary-relief"))
    await office.take(other)
    chen = await office.sign_in(CHEN)

    by_matter = (await chen.get(f"/?matter={SOCIAL}")).text
    by_status = (await chen.get("/?status=in_review")).text
    by_town = (await chen.get("/?source=440229901")).text
    by_county = (await chen.get("/?source=440229")).text

    assert case.number in by_matter
    assert other.number not in by_matter
    assert other.number in by_status
    assert case.number not in by_status
    assert case.number not in by_town
    assert case.number in by_county


async def test_htmx_gets_the_list_alone(office: Office) -> None:
    await office.case()
    chen = await office.sign_in(CHEN)

    part = await chen.get("/?sort=newest", headers={"hx-request": "true"})

    assert part.text.lstrip().startswith('<section id="case-list"')


async def test_what_was_delivered_is_archived_all_at_once(office: Office) -> None:
    cases = [await delivered(office) for _ in range(2)]
    chen = await office.sign_in(CHEN)

    before = (await chen.get("/")).text
    closing = (await chen.get("/?view=closing")).text
    answer = await chen.client.post(
        "/queue/close",
        data={
            "csrf_token": (await chen.get("/session/token")).json()["csrf_token"],
            "case": [case.id for case in cases],
        },
    )
    after = await chen.get(answer.headers["location"])

    assert all(case.number not in before for case in cases)  # they wait in a list of their own
    assert all(case.number in closing for case in cases)
    # A warning that forbids nothing: their forms were never written down.
    assert closing.count("归档材料还缺：收件阶段　申请表") == len(cases)
    assert "本页有 2 件归档材料不全" in closing
    assert "已归档 2 件" in after.text
    assert [(await office.look(case.id)).status for case in cases] == [Status.CLOSED] * 2


async def test_the_list_calls_no_file_whole_of_which_a_part_is_on_its_way(office: Office) -> None:
    case = await delivered(office)
    chen = await office.sign_in(CHEN)
    [result] = [part.ref.hash for part in case.parts if part.ref.name == "result"]

    before = (await chen.get("/?view=closing")).text
    await office.desk.node.database.execute(
        "UPDATE part SET state = 'awaited' WHERE hash = ?", (result,)
    )
    closing, page = [(await chen.get(url)).text for url in ("/?view=closing", f"/cases/{case.id}")]

    assert "办结阶段　办理结果文件" not in before
    assert "办结阶段　办理结果文件" in closing
    assert "办结阶段　办理结果文件" in page


async def test_a_case_that_was_not_delivered_is_not_archived_and_says_why(office: Office) -> None:
    case = await office.case()
    chen = await office.sign_in(CHEN)

    answer = await chen.post("/queue/close", case=case.id)
    page = await chen.get(answer.headers["location"])

    assert "1 件没有办理" in page.text
    assert (await office.look(case.id)).status is Status.ACCEPTED


async def test_a_supervisor_reads_and_archives_nothing(office: Office) -> None:
    case = await delivered(office)
    supervisor = await office.sign_in(WU_SUPERVISOR)

    page = (await supervisor.get("/?view=closing")).text
    await supervisor.post("/queue/close", case=case.id)

    assert case.number in page
    assert "归档所选办件" not in page
    assert (await office.look(case.id)).status is Status.DELIVERED


async def test_the_issuing_desk_and_the_supervisor_see_all_departments(office: Office) -> None:
    cases = [await office.case(SOCIAL), await office.case(FORESTRY)]

    for officer in (SHEN, WU_SUPERVISOR):
        browser = await office.sign_in(officer)
        page = (await browser.get("/")).text
        assert all(case.number in page for case in cases)


async def test_an_editor_of_the_catalogue_sees_no_cases(office: Office) -> None:
    case = await office.case()
    hu = await office.sign_in(HU)

    home = await hu.get("/")

    assert home.headers["location"] == "/matters"
    assert (await hu.get("/cases")).status_code == 403
    assert (await hu.get(f"/cases/{case.id}")).status_code == 403
    assert (await hu.post("/search", q=case.number)).status_code == 403


async def test_chen_finds_a_case_by_number_by_name_and_by_the_end_of_the_id(
    office: Office,
) -> None:
    case = await office.case()
    other = await office.case(FORESTRY)
    chen = await office.sign_in(CHEN)

    by_number = await chen.post("/search", q=case.number)
    by_name = await chen.post("/search", q="桂兰")
    by_id = await chen.post("/search", q=NUMBER[-4:])

    assert by_number.headers["location"] == f"/cases/{case.id}"
    assert case.number in by_name.text
    assert case.number in by_id.text
    assert other.number not in by_id.text  # forestry's
    assert "没有找到" in (await chen.post("/search", q="王")).text


async def test_a_deposit_brings_its_case_into_the_list_of_what_waits_to_be_taken_up(
    office: Office,
) -> None:
    case = await office.in_review()
    ouyang = office.desk.holdings.officer(OUYANG)
    assert ouyang is not None
    verdicts = complete(office.matter(SOCIAL))
    await office.desk.deposit(
        DepositKind.SUPPLEMENT,
        acts.SupplementInReview(verdicts),
        Sitting(officer=ouyang, case_id=case.id),
    )
    chen = await office.sign_in(CHEN)

    assert case.number in (await chen.get("/?view=deposits")).text
