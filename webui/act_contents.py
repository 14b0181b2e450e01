"""What an act of the case page brings along: its texts and files, checked, as contents of parts."""

from typing import Final

from msgspec import Struct

from webui.act_form import ActRead, media_type_of
from webui.drafts import CaseTooLargeError
from webui.uploads import CASE_BYTES_MAX, FILE_BYTES_MAX, UploadTypeError, check_upload_async

RESULT: Final = "result"
# All files that one dialog may bring, in their envelope of a form.
ACT_BODY_BYTES_MAX: Final = CASE_BYTES_MAX + FILE_BYTES_MAX
_PDF: Final = "application/pdf"


class Content(Struct, frozen=True):
    """One part to be: its name, its media type, its bytes."""

    name: str
    media_type: str
    data: bytes


async def contents_of(read: ActRead, *, materials: frozenset[str]) -> tuple[Content, ...]:
    """The texts of an act, its result (a PDF) and scans of the matter's materials.

    UploadError for a file that is not taken; then nothing of the act is done.
    """
    found = [Content(name, media_type_of(name), text.encode()) for name, text in read.texts.items()]
    for name, files in read.form.files.items():
        if name != RESULT and name not in materials:
            continue
        for sent in files:
            data = await sent.read()
            if not data and not sent.filename:
                continue  # The browser's way of saying that no file was chosen.
            checked = await check_upload_async(data, sent.filename)
            if name == RESULT and checked.media_type != _PDF:
                raise UploadTypeError(f"a result is a PDF, not {checked.media_type}")
            found.append(Content(name, checked.media_type, checked.data))
    if sum(len(each.data) for each in found) > CASE_BYTES_MAX:
        raise CaseTooLargeError(f"{len(found)} files")
    return tuple(found)
