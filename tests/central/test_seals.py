"""The seal stands on a paper only by the hand of somebody who may use it (row B4)."""

from pathlib import Path

from tests.central.reviewing import CHEN, OUYANG, SOCIAL, Office
from tests.halls import COUNTY_DIR

SEAL = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 80 80">'
    '<circle cx="40" cy="40" r="38" fill="none" stroke="#c00" stroke-width="3"/></svg>'
)


def lay_seal(path: Path, department: str, picture: str = SEAL) -> None:
    folder = path / COUNTY_DIR / "seals"
    folder.mkdir(exist_ok=True)
    (folder / f"{department}.svg").write_text(picture, "utf-8")


async def uses(office: Office) -> list[str]:
    rows = await office.desk.node.database.fetch(
        "SELECT code FROM audit WHERE event = 'seal-used' ORDER BY at"
    )
    return [row[0] for row in rows]


async def test_chen_places_the_seal_and_each_use_is_remembered(
    office: Office, tmp_path: Path
) -> None:
    case = await office.case()
    chen = await office.sign_in(CHEN)
    url = f"/cases/{case.id}/papers/acceptance-notice.pdf"
    bare = await chen.get(url)
    lay_seal(tmp_path, office.matter(SOCIAL).department)

    sealed = await chen.get(url)

    assert sealed.content.startswith(b"%PDF")
    assert sealed.content != bare.content
    assert await uses(office) == [f"acceptance-notice:{CHEN}"]


async def test_who_may_not_use_the_seal_prints_without_it(office: Office, tmp_path: Path) -> None:
    case = await office.case()
    lay_seal(tmp_path, office.matter(SOCIAL).department)
    clerk = await office.sign_in(OUYANG)
    url = f"/cases/{case.id}/papers/acceptance-notice.pdf"

    await clerk.get(url)

    assert await uses(office) == []


async def test_a_picture_that_is_more_than_a_picture_is_no_seal(
    office: Office, tmp_path: Path
) -> None:
    case = await office.case()
    chen = await office.sign_in(CHEN)
    picture = SEAL.replace("</svg>", "<script>alert(1)</script></svg>")
    lay_seal(tmp_path, office.matter(SOCIAL).department, picture)

    await chen.get(f"/cases/{case.id}/papers/acceptance-notice.pdf")

    assert await uses(office) == []


async def test_a_paper_printed_again_says_so_and_the_first_stays_as_it_was(office: Office) -> None:
    case = await office.case()
    chen = await office.sign_in(CHEN)
    entry = case.moments("accept")[0].entry
    url = f"/cases/{case.id}/papers/acceptance-notice.pdf?entry={entry}"

    first = await chen.get(url)
    again = await chen.get(f"{url}&again=1")
    once_more = await chen.get(f"{url}&again=1")

    assert first.content == (await chen.get(url)).content
    assert len({first.content, again.content, once_more.content}) == 3
