"""Granting many cases of a standardised matter at once, each an act of its own (row A9)."""

from casework.case import Status
from casework.names import MatterId
from tests.central.reviewing import CHEN, Office


def matter_of(office: Office, *, batch: bool) -> MatterId:
    """A matter of Chen's department that provides for batches, or for none."""
    department = office.desk.holdings.officer(CHEN).department  # type: ignore[union-attr]
    return next(
        matter.id
        for matter in office.desk.holdings.catalogue.matters
        if matter.supports.batch is batch
        and matter.department == department
        and not matter.is_instant
    )


async def test_chen_grants_three_at_once_and_each_is_signed_by_itself(office: Office) -> None:
    matter = matter_of(office, batch=True)
    cases = [await office.case(matter, number=number) for number in NUMBERS]
    chen = await office.sign_in(CHEN)
    page = await chen.get("/", params={"matter": matter})
    assert "批量准予所选办件" in page.text

    answer = await chen.client.post(
        "/queue/grant",
        data={
            "csrf_token": (await chen.get("/session/token")).json()["csrf_token"],
            "matter": matter,
            "opinion": "材料齐全，同意。",
            "case": [case.id for case in cases],
        },
    )
    told = await chen.get(answer.headers["location"])

    assert "已准予 3 件" in told.text
    for case in cases:
        decided = await office.look(case.id)
        assert decided.status is Status.DECIDED
        assert decided.materials_judged
        assert decided.decision is not None
        assert decided.decision.document is not None


async def test_a_matter_that_provides_for_none_is_granted_one_by_one(office: Office) -> None:
    matter = matter_of(office, batch=False)
    case = await office.case(matter)
    chen = await office.sign_in(CHEN)
    page = await chen.get("/", params={"matter": matter})
    assert "批量准予所选办件" not in page.text

    answer = await chen.post("/queue/grant", matter=matter, opinion="同意。", case=case.id)
    told = await chen.get(answer.headers["location"])

    assert "1 件没有办理" in told.text
    assert (await office.look(case.id)).status is Status.ACCEPTED


async def test_a_batch_without_an_opinion_decides_nothing(office: Office) -> None:
    matter = matter_of(office, batch=True)
    case = await office.case(matter)
    chen = await office.sign_in(CHEN)

    await chen.post("/queue/grant", matter=matter, opinion="  ", case=case.id)

    assert (await office.look(case.id)).status is Status.ACCEPTED


NUMBERS = ("440229193501010004", "440229198802290014", "37040319590615002X")
