"""Drafts: what is typed and attached before an act is signed, kept by this node only.

A draft has a revision that each save raises. Whoever saves names the one they saw, so a second
window on the same draft is told instead of silently overwriting the first.
"""

import contextlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec import Struct

from casework.matter import MatterRef
from casework.names import CaseId, MatterId
from webui.draft_safe import DraftCipher, DraftSafe, OpenCipher, OpenSafe
from webui.drafts_tables import Draft, DraftFile
from webui.errors import DraftSealedError, WebError
from webui.session import RandomBytes
from webui.uploads import (
    CASE_BYTES_MAX,
    FILE_BYTES_MAX,
    CheckedFile,
    UploadTooLargeError,
    UploadWarning,
)

ID_BYTES: Final = 16
FIELDS_BYTES_MAX: Final = 1024 * 1024
APPLICANT_CHARS_MAX: Final = 200
FILES_MAX: Final = 200

Fields = Mapping[str, Sequence[str]]


class DraftUnknownError(WebError):
    """No such draft, or it has become a case."""

    code = "E_DRAFT_UNKNOWN"
    status_code = 404


class DraftMovedOnError(WebError):
    """Another window saved the draft since this one last saw it."""

    code = "E_DRAFT_MOVED_ON"
    status_code = 409


class DraftTakenError(WebError):
    """Another officer is filling this draft in; taking it over is an act of its own."""

    code = "E_DRAFT_TAKEN"
    status_code = 409


class DraftTooLargeError(WebError):
    """More was typed than any form holds."""

    code = "E_TOO_LARGE"
    status_code = 413


class CaseTooLargeError(WebError):
    """All files of one case together are more than a case carries."""

    code = "E_CASE_TOO_LARGE"
    status_code = 413


class DraftRecord(Struct, frozen=True, kw_only=True):
    id: str
    officer: str
    matter: MatterRef | None
    fields: dict[str, list[str]]
    applicant: str
    revision: int
    created_at: datetime
    updated_at: datetime
    is_sealed: bool = False  # what was typed cannot be opened now; then nothing of it is here
    is_private: bool = False  # nobody takes it over


class DraftLine(Struct, frozen=True, kw_only=True):
    """A draft in a list."""

    id: str
    officer: str
    matter: MatterRef | None
    applicant: str
    files: int
    has_warnings: bool
    created_at: datetime
    updated_at: datetime
    is_private: bool = False


class FileRecord(Struct, frozen=True, kw_only=True):
    """A file as the page shows it, without its content."""

    id: str
    draft: str
    material: str
    position: int
    name: str
    media_type: str
    pages: int
    warnings: tuple[UploadWarning, ...]
    size: int
    created_at: datetime
    source: str = ""  # the number of the earlier case that it was used in

    @property
    def is_picture(self) -> bool:
        return self.media_type.startswith("image/")


class FileContent(Struct, frozen=True, kw_only=True):
    material: str
    media_type: str
    name: str
    content: bytes
    source: str = ""


class Drafts:
    """The drafts of a node, in the tables its tier has bound."""

    def __init__(
        self,
        draft: type[Draft],
        file: type[DraftFile],
        random_bytes: RandomBytes,
        safe: DraftSafe | None = None,
    ) -> None:
        self._draft = draft
        self._file = file
        self._random_bytes = random_bytes
        self._safe: DraftSafe = safe or OpenSafe()

    async def create(  # noqa: PLR0913 - what is known of a draft when it is begun
        self,
        *,
        officer: str,
        now: datetime,
        fields: Fields | None = None,
        matter: MatterRef | None = None,
        applicant: str = "",
        case: CaseId | None = None,
    ) -> DraftRecord:
        """A new draft. One that adds to a case or mends it bears the name of the `case`."""
        record = DraftRecord(
            id=case or self._random_bytes(ID_BYTES).hex(),
            officer=officer,
            matter=matter,
            fields={name: list(values) for name, values in (fields or {}).items()},
            applicant=applicant[:APPLICANT_CHARS_MAX],
            revision=1,
            created_at=now,
            updated_at=now,
        )
        cipher = await self._safe.begin(record.id, officer, shared=case is not None)
        fields_, applicant_ = _closed(cipher, record.id, record.fields, record.applicant)
        await self._draft.insert(
            self._draft(
                id=record.id,
                officer=officer,
                matter=matter.matter if matter is not None else None,
                version=matter.version if matter is not None else None,
                fields=fields_,
                applicant=applicant_,
                revision=record.revision,
                created_at=now,
                updated_at=now,
            )
        )
        return record

    async def find(self, draft: str) -> DraftRecord | None:
        table = self._draft
        row = await table.select().where(table.id == draft, table.submitted_case.is_null()).first()
        return None if row is None else _record(row, await self._cipher(draft))

    async def get(self, draft: str) -> DraftRecord:
        found = await self.find(draft)
        if found is None:
            raise DraftUnknownError(draft)
        return found

    async def save(  # noqa: PLR0913 - what a draft consists of, each by its name
        self,
        draft: str,
        *,
        fields: Fields,
        matter: MatterRef | None,
        applicant: str,
        revision: int,
        now: datetime,
    ) -> int:
        """Replace what was typed and return the new revision; the one saved over must be named."""
        table = self._draft
        cipher = await self._opened(draft)
        fields_, applicant_ = _closed(cipher, draft, fields, applicant[:APPLICANT_CHARS_MAX])
        values: dict[Any, Any] = {
            table.fields: fields_,
            table.matter: matter.matter if matter is not None else None,
            table.version: matter.version if matter is not None else None,
            table.applicant: applicant_,
            table.updated_at: now,
        }
        return await self._change(draft, revision, values)

    async def take_over(self, draft: str, *, officer: str, revision: int, now: datetime) -> int:
        """Another officer goes on with it; the window still open with the first is told."""
        if (await self._opened(draft)).is_private:
            raise DraftSealedError(draft)
        values = {self._draft.officer: officer, self._draft.updated_at: now}
        return await self._change(draft, revision, values)

    async def list_open_to(self, officer: str) -> list[DraftLine]:
        """The drafts that this officer may go on with: their own, and what can be taken over."""
        lines = await self.list_all()
        return [line for line in lines if line.officer == officer or not line.is_private]

    async def list_all(self) -> list[DraftLine]:
        """The drafts not yet submitted, last touched first."""
        table, file = self._draft, self._file
        rows = (
            await table.select(
                table.id,
                table.officer,
                table.matter,
                table.version,
                table.applicant,
                table.created_at,
                table.updated_at,
            )
            .where(table.submitted_case.is_null())
            .order_by(table.updated_at, ascending=False)
        )
        if not rows:
            return []
        found = await file.select(file.draft, file.warnings).where(
            file.draft.is_in([row["id"] for row in rows])
        )
        warned: dict[str, list[bool]] = {}
        for one in found:
            warned.setdefault(one["draft"], []).append(bool(one["warnings"]))
        ciphers = await self._safe.open([row["id"] for row in rows])
        return [_line(row, warned.get(row["id"], []), ciphers.get(row["id"])) for row in rows]

    async def mark_submitted(self, draft: str, case: CaseId, now: datetime) -> None:
        """The draft has become a case: its files are parts now and need not be kept twice."""
        table = self._draft
        await table.update(
            {
                table.submitted_case: case,
                table.fields: "{}",
                table.applicant: "",
                table.updated_at: now,
            }
        ).where(table.id == draft)
        await self._file.delete().where(self._file.draft == draft)
        await self._safe.forget(draft)

    async def submitted_case(self, draft: str) -> CaseId | None:
        """The case a draft became: a second press of the button goes there."""
        table = self._draft
        row = await table.select(table.submitted_case).where(table.id == draft).first()
        return CaseId(row["submitted_case"]) if row and row["submitted_case"] else None

    async def delete(self, draft: str) -> None:
        await self._file.delete().where(self._file.draft == draft)
        await self._draft.delete().where(self._draft.id == draft)
        await self._safe.forget(draft)

    async def add_file(
        self, draft: str, material: str, checked: CheckedFile, now: datetime, *, source: str = ""
    ) -> FileRecord:
        """Attach a checked file behind those of its material, within the limits of a case."""
        if len(checked.data) > FILE_BYTES_MAX:
            raise UploadTooLargeError(f"{len(checked.data)} bytes, at most {FILE_BYTES_MAX}")
        held = await self.files_of(draft)
        total = sum(one.size for one in held) + len(checked.data)
        if total > CASE_BYTES_MAX or len(held) >= FILES_MAX:
            raise CaseTooLargeError(f"{total} bytes in {len(held) + 1} files")
        cipher = await self._opened(draft)
        record = FileRecord(
            id=self._random_bytes(ID_BYTES).hex(),
            draft=draft,
            material=material,
            position=max((one.position for one in held), default=0) + 1,
            name=checked.name,
            media_type=checked.media_type,
            pages=checked.pages,
            warnings=checked.warnings,
            size=len(checked.data),
            created_at=now,
            source=source,
        )
        await self._file.insert(
            self._file(
                id=record.id,
                draft=draft,
                material=material,
                position=record.position,
                name=cipher.close_text("name", record.id, record.name),
                media_type=record.media_type,
                content=cipher.close("content", record.id, checked.data),
                thumbnail=cipher.close("thumbnail", record.id, checked.thumbnail),
                pages=record.pages,
                warnings=" ".join(record.warnings),
                size=record.size,
                created_at=now,
                source=source,
            )
        )
        return record

    async def files_of(self, draft: str) -> tuple[FileRecord, ...]:
        """What is attached, in the order in which it came."""
        file = self._file
        columns = [
            column for column in file.all_columns() if column not in {file.content, file.thumbnail}
        ]
        rows = await file.select(*columns).where(file.draft == draft).order_by(file.position)
        cipher = await self._cipher(draft)
        return tuple(_file(row, cipher) for row in rows)

    async def file(self, draft: str, file: str) -> FileContent | None:
        """A file in full; None if this draft has no such file."""
        return await self._content(draft, file, thumbnail=False)

    async def thumbnail(self, draft: str, file: str) -> FileContent | None:
        return await self._content(draft, file, thumbnail=True)

    async def contents_of(self, draft: str) -> list[FileContent]:
        """All files in full, in order: what becomes the parts of the case."""
        table = self._file
        rows = (
            await table.select(
                table.id,
                table.material,
                table.media_type,
                table.name,
                table.content,
                table.source,
            )
            .where(table.draft == draft)
            .order_by(table.position)
        )
        cipher = await self._opened(draft) if rows else OpenCipher()
        return [_content(row, "content", cipher) for row in rows]

    async def remove_file(self, draft: str, file: str) -> None:
        table = self._file
        await table.delete().where(table.draft == draft, table.id == file)

    async def _change(self, draft: str, revision: int, values: dict[Any, Any]) -> int:
        table = self._draft
        changed = (
            await table.update({**values, table.revision: revision + 1})
            .where(
                table.id == draft,
                table.revision == revision,
                table.submitted_case.is_null(),
            )
            .returning(table.revision)
        )
        if changed:
            return revision + 1
        await self.get(draft)
        raise DraftMovedOnError(f"{draft} is no longer at revision {revision}")

    async def _content(self, draft: str, file: str, *, thumbnail: bool) -> FileContent | None:
        table = self._file
        wanted = table.thumbnail if thumbnail else table.content
        row = (
            await table.select(table.id, table.material, table.media_type, table.name, wanted)
            .where(table.draft == draft, table.id == file)
            .first()
        )
        if row is None:
            return None
        column = "thumbnail" if thumbnail else "content"
        return _content(row, column, await self._opened(draft))

    async def _cipher(self, draft: str) -> DraftCipher | None:
        return (await self._safe.open([draft])).get(draft)

    async def _opened(self, draft: str) -> DraftCipher:
        cipher = await self._cipher(draft)
        if cipher is None:
            await self.get(draft)
            raise DraftSealedError(draft)
        return cipher


def _closed(cipher: DraftCipher, draft: str, fields: Fields, applicant: str) -> tuple[str, str]:
    return (
        cipher.close_text("fields", draft, _written(fields)),
        cipher.close_text("applicant", draft, applicant),
    )


def _written(fields: Fields) -> str:
    data = msgspec.json.encode({name: list(values) for name, values in fields.items()})
    if len(data) > FIELDS_BYTES_MAX:
        raise DraftTooLargeError(f"{len(data)} bytes, at most {FIELDS_BYTES_MAX}")
    return data.decode()


def _ref(row: Mapping[str, Any]) -> MatterRef | None:
    if row["matter"] is None:
        return None
    return MatterRef(MatterId(row["matter"]), row["version"])


def _record(row: Mapping[str, Any], cipher: DraftCipher | None) -> DraftRecord:
    """A draft, without what was typed where that cannot be opened."""
    fields, applicant, is_sealed = "{}", "", cipher is None
    if cipher is not None:
        try:
            fields = cipher.open_text("fields", row["id"], row["fields"])
            applicant = cipher.open_text("applicant", row["id"], row["applicant"])
        except DraftSealedError:
            fields, applicant, is_sealed = "{}", "", True
    return DraftRecord(
        id=row["id"],
        officer=row["officer"],
        matter=_ref(row),
        fields=msgspec.json.decode(fields, type=dict[str, list[str]]),
        applicant=applicant,
        is_sealed=is_sealed,
        is_private=cipher is None or cipher.is_private,
        revision=row["revision"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


def _line(row: Mapping[str, Any], warned: list[bool], cipher: DraftCipher | None) -> DraftLine:
    applicant = ""
    if cipher is not None:
        with contextlib.suppress(DraftSealedError):
            applicant = cipher.open_text("applicant", row["id"], row["applicant"])
    return DraftLine(
        id=row["id"],
        officer=row["officer"],
        matter=_ref(row),
        applicant=applicant,
        is_private=cipher is None or cipher.is_private,
        files=len(warned),
        has_warnings=any(warned),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


def _file(row: Mapping[str, Any], cipher: DraftCipher | None) -> FileRecord:
    warnings = tuple(UploadWarning(one) for one in row["warnings"].split())
    name = ""
    if cipher is not None:
        with contextlib.suppress(DraftSealedError):
            name = cipher.open_text("name", row["id"], row["name"])
    return FileRecord(**{**row, "warnings": warnings, "name": name})


def _content(row: dict[str, Any], column: str, cipher: DraftCipher) -> FileContent:
    file, stored = row.pop("id"), row.pop(column)
    row["name"] = cipher.open_text("name", file, row["name"])
    return FileContent(**row, content=cipher.open(column, file, stored))
