"""Drafts survive windows, colleagues and large files, and never overwrite one another."""

import os
from pathlib import Path

import pytest
from piccolo.engine.sqlite import SQLiteEngine

from casework.matter import MatterRef
from casework.names import CaseId, MatterId
from tests.webui.conftest import NOON, _bound
from webui import drafts as module
from webui.drafts import (
    CaseTooLargeError,
    DraftMovedOnError,
    Drafts,
    DraftTooLargeError,
    DraftUnknownError,
)
from webui.drafts_tables import Draft, DraftFile
from webui.uploads import CheckedFile, UploadTooLargeError, UploadWarning

ALLOWANCE = MatterRef(MatterId("minimum-living-allowance"), 1)
CASE = CaseId("a" * 32)


@pytest.fixture
async def drafts(tmp_path: Path) -> Drafts:
    engine = SQLiteEngine(path=str(tmp_path / "drafts.sqlite"), log_queries=False)
    draft, file = _bound(Draft, engine), _bound(DraftFile, engine)
    await draft.create_table()
    await file.create_table()
    return Drafts(draft, file, os.urandom)


def a_photo(content: bytes = b"webp", *, blurred: bool = False) -> CheckedFile:
    return CheckedFile(
        name="身份证.jpg",
        media_type="image/webp",
        data=content,
        pages=1,
        thumbnail=b"small",
        warnings=(UploadWarning.BLURRED,) if blurred else (),
    )


async def save_name(drafts: Drafts, draft: str, name: str) -> None:
    """Save over the first revision."""
    await drafts.save(
        draft, fields={"name": [name]}, matter=None, applicant=name, revision=1, now=NOON
    )


async def test_what_is_saved_is_found_again(drafts: Drafts) -> None:
    draft = await drafts.create(officer="o0099", now=NOON, fields={"home": ["440229901002"]})
    assert draft.revision == 1
    revision = await drafts.save(
        draft.id,
        fields={"name": ["陈秀兰"], "v-kinds": ["a", "b"]},
        matter=ALLOWANCE,
        applicant="陈秀兰",
        revision=1,
        now=NOON,
    )
    found = await drafts.get(draft.id)
    assert revision == found.revision == 2
    assert found.fields == {"name": ["陈秀兰"], "v-kinds": ["a", "b"]}
    assert found.matter == ALLOWANCE
    assert found.updated_at == NOON


async def test_a_second_window_is_told_instead_of_overwriting(drafts: Drafts) -> None:
    draft = await drafts.create(officer="o0099", now=NOON)
    await save_name(drafts, draft.id, "先")
    with pytest.raises(DraftMovedOnError):
        await save_name(drafts, draft.id, "后")
    assert (await drafts.get(draft.id)).fields == {"name": ["先"]}


async def test_who_takes_a_draft_over_stops_the_other_from_saving(drafts: Drafts) -> None:
    draft = await drafts.create(officer="o0099", now=NOON)
    await drafts.take_over(draft.id, officer="o0101", revision=1, now=NOON)
    assert (await drafts.get(draft.id)).officer == "o0101"
    with pytest.raises(DraftMovedOnError):
        await drafts.take_over(draft.id, officer="o0099", revision=1, now=NOON)


async def test_the_list_shows_open_drafts_with_their_files(drafts: Drafts) -> None:
    mine = await drafts.create(officer="o0099", now=NOON, applicant="陈秀兰", matter=ALLOWANCE)
    other = await drafts.create(officer="o0101", now=NOON)
    await drafts.add_file(mine.id, "m1", a_photo(blurred=True), NOON)
    line = next(one for one in await drafts.list_open_to("o0099") if one.officer == "o0099")
    assert (line.id, line.applicant, line.files, line.has_warnings) == (mine.id, "陈秀兰", 1, True)
    assert {one.id for one in await drafts.list_all()} == {mine.id, other.id}


async def test_files_keep_their_order_and_go_when_removed(drafts: Drafts) -> None:
    draft = await drafts.create(officer="o0099", now=NOON)
    first = await drafts.add_file(draft.id, "m1", a_photo(b"one"), NOON)
    await drafts.add_file(draft.id, "m2", a_photo(b"two"), NOON)
    await drafts.add_file(draft.id, "m1", a_photo(b"three"), NOON)
    contents = await drafts.contents_of(draft.id)
    assert [(one.material, one.content) for one in contents] == [
        ("m1", b"one"),
        ("m2", b"two"),
        ("m1", b"three"),
    ]
    thumbnail = await drafts.thumbnail(draft.id, first.id)
    assert thumbnail is not None
    assert thumbnail.content == b"small"
    await drafts.remove_file(draft.id, first.id)
    assert await drafts.file(draft.id, first.id) is None
    assert len(await drafts.files_of(draft.id)) == 2


async def test_a_file_is_found_only_through_its_own_draft(drafts: Drafts) -> None:
    draft = await drafts.create(officer="o0099", now=NOON)
    other = await drafts.create(officer="o0099", now=NOON)
    file = await drafts.add_file(draft.id, "m1", a_photo(), NOON)
    assert await drafts.file(other.id, file.id) is None


async def test_a_case_carries_no_more_than_its_limit(
    drafts: Drafts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CASE_BYTES_MAX", 10)
    monkeypatch.setattr(module, "FILE_BYTES_MAX", 8)
    draft = await drafts.create(officer="o0099", now=NOON)
    await drafts.add_file(draft.id, "m1", a_photo(b"12345678"), NOON)
    with pytest.raises(UploadTooLargeError):
        await drafts.add_file(draft.id, "m1", a_photo(b"123456789"), NOON)
    with pytest.raises(CaseTooLargeError):
        await drafts.add_file(draft.id, "m1", a_photo(b"123"), NOON)
    assert len(await drafts.files_of(draft.id)) == 1


async def test_a_form_of_a_megabyte_is_no_form(drafts: Drafts) -> None:
    with pytest.raises(DraftTooLargeError):
        await drafts.create(officer="o0099", now=NOON, fields={"reason": ["长" * 400_000]})


async def test_a_submitted_draft_leaves_the_list_and_its_copies(drafts: Drafts) -> None:
    draft = await drafts.create(officer="o0099", now=NOON, applicant="陈秀兰")
    await drafts.add_file(draft.id, "m1", a_photo(), NOON)
    await drafts.mark_submitted(draft.id, CASE, NOON)
    assert await drafts.list_all() == []
    assert await drafts.files_of(draft.id) == ()
    assert await drafts.submitted_case(draft.id) == CASE
    assert await drafts.find(draft.id) is None
    with pytest.raises(DraftUnknownError):
        await drafts.save(draft.id, fields={}, matter=None, applicant="", revision=1, now=NOON)


async def test_a_deleted_draft_is_gone_with_its_files(drafts: Drafts) -> None:
    draft = await drafts.create(officer="o0099", now=NOON)
    await drafts.add_file(draft.id, "m1", a_photo(), NOON)
    await drafts.delete(draft.id)
    assert await drafts.files_of(draft.id) == ()
    with pytest.raises(DraftUnknownError):
        await drafts.get(draft.id)
