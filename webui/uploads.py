"""Files from outside: what may come in, and in which form it is kept.

Nothing here opens a file. A process of its own does, with little memory, little time, nothing in
its environment and no way to write (`webui.uploads_worker`): a picture that breaks a decoder breaks
that process only. The name a file came with is shown to people and never used as a path.
"""

import asyncio
import os
import subprocess
import sys
import threading
from enum import StrEnum
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from webui import uploads_worker
from webui.errors import WebError

FILE_BYTES_MAX: Final = 10 * 1024 * 1024
CASE_BYTES_MAX: Final = 60 * 1024 * 1024  # For callers: all files of one case together.
PIXELS_MAX: Final = uploads_worker.PIXELS_MAX
PDF_PAGES_MAX: Final = uploads_worker.PDF_PAGES_MAX
NAME_CHARS_MAX: Final = 120
WALL_SECONDS_MAX: Final = 30
WORKERS_MAX: Final = 2
ANSWER_BYTES_MAX: Final = 2 * FILE_BYTES_MAX

_MAGIC: Final = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"%PDF-", "pdf"),
)

_workers: Final = threading.BoundedSemaphore(WORKERS_MAX)


class UploadWarning(StrEnum):
    """What a person should look at again. Stored and worded by these values; never change one."""

    BLURRED = "blurred"
    DARK = "dark"


class UploadError(WebError):
    """A file that is not taken; nothing of it is kept."""

    code = "E_UPLOAD"
    status_code = 422


class EmptyUploadError(UploadError):
    code = "E_UPLOAD_EMPTY"


class UploadTooLargeError(UploadError):
    code = "E_UPLOAD_TOO_LARGE"
    status_code = 413


class UploadTypeError(UploadError):
    """Not a still JPEG, PNG or WEBP picture, nor a PDF, whatever it is called."""

    code = "E_UPLOAD_TYPE"


class BrokenUploadError(UploadError):
    code = "E_UPLOAD_BROKEN"


class TooManyPixelsError(UploadError):
    code = "E_UPLOAD_PIXELS"


class ActivePdfError(UploadError):
    """A PDF that can do something, or carries other files."""

    code = "E_UPLOAD_PDF_ACTIVE"


class EncryptedPdfError(UploadError):
    code = "E_UPLOAD_PDF_ENCRYPTED"


class CheckedFile(Struct, frozen=True, kw_only=True):
    """A file as it is kept: a picture anew and without its metadata, a PDF as it came."""

    name: str
    media_type: str
    data: bytes
    pages: int
    thumbnail: bytes = b""  # WEBP; a PDF has none.
    width: int = 0
    height: int = 0
    warnings: tuple[UploadWarning, ...] = ()


class _Answer(Struct, forbid_unknown_fields=True):
    """What the worker says: a refusal, or the file."""

    refusal: str = ""
    detail: str = ""
    media_type: str = ""
    data: bytes = b""
    thumbnail: bytes = b""
    pages: int = 0
    width: int = 0
    height: int = 0
    warnings: tuple[UploadWarning, ...] = ()
    squares: tuple[str, ...] = ()


_REFUSALS: Final = {
    error.code: error
    for error in (
        UploadTypeError,
        BrokenUploadError,
        TooManyPixelsError,
        ActivePdfError,
        EncryptedPdfError,
    )
}


def check_upload(data: bytes, declared_name: str) -> CheckedFile:
    """Check a file whole and bring it into the form in which it is kept. Raises UploadError."""
    answer = _answer_about(data)
    return CheckedFile(
        name=shown_name(declared_name),
        media_type=answer.media_type,
        data=answer.data or data,
        thumbnail=answer.thumbnail,
        pages=answer.pages,
        width=answer.width,
        height=answer.height,
        warnings=answer.warnings,
    )


def squares_in(data: bytes) -> tuple[str, ...]:
    """What the QR codes in a picture say; nothing of it is kept. Raises UploadError."""
    if kind_of(data) == "pdf":
        raise UploadTypeError("a PDF where a picture belongs")
    return _answer_about(data, "squares").squares


async def squares_in_async(data: bytes) -> tuple[str, ...]:
    """`squares_in`, without holding up other requests."""
    return await asyncio.to_thread(squares_in, data)


async def check_upload_async(data: bytes, declared_name: str) -> CheckedFile:
    """`check_upload`, without holding up other requests."""
    return await asyncio.to_thread(check_upload, data, declared_name)


def kind_of(data: bytes) -> str:
    """What a file is by its first bytes; its name says nothing."""
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    raise UploadTypeError(f"begins with {data[:8].hex()}")


def shown_name(declared: str) -> str:
    """The last part of a name, fit to be shown: no folders, nothing unseen."""
    last = declared.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(char for char in last if char.isprintable()).strip()[:NAME_CHARS_MAX]


def _answer_about(data: bytes, *asked: str) -> _Answer:
    if not data:
        raise EmptyUploadError("no bytes")
    if len(data) > FILE_BYTES_MAX:
        raise UploadTooLargeError(f"{len(data)} bytes, at most {FILE_BYTES_MAX}")
    with _workers:
        answer = _ask_worker([kind_of(data), *asked], data)
    if answer.refusal:
        raise _REFUSALS.get(answer.refusal, BrokenUploadError)(answer.detail)
    return answer


def _ask_worker(asked: list[str], data: bytes) -> _Answer:
    # By path and isolated: it sees neither our modules, nor our environment, nor our folder.
    command = [sys.executable, "-I", str(Path(uploads_worker.__file__)), *asked]
    with subprocess.Popen(  # noqa: S603 - our own interpreter and file; the kind is one of four words
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={} if os.name == "posix" else None,
        cwd=Path(uploads_worker.__file__).parent,
    ) as worker:
        timer = threading.Timer(WALL_SECONDS_MAX, worker.kill)
        timer.start()
        try:
            said = _converse(worker, data)
        finally:
            timer.cancel()
            worker.kill()
    try:
        return msgspec.msgpack.decode(said, type=_Answer)
    except (ValueError, RecursionError) as error:
        raise BrokenUploadError(f"the worker ended with {worker.returncode}") from error


def _converse(worker: "subprocess.Popen[bytes]", data: bytes) -> bytes:
    assert worker.stdin is not None, "asked for above"
    assert worker.stdout is not None, "asked for above"
    try:
        worker.stdin.write(data)
        worker.stdin.close()
    except OSError:
        return b""
    said = worker.stdout.read(ANSWER_BYTES_MAX + 1)
    return said if len(said) <= ANSWER_BYTES_MAX else b""
