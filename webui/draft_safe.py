"""Where drafts are kept: in the clear, or closed so that their officer alone opens them.

A tier whose machine may be stolen gives `webui.drafts.Drafts` a safe of its own.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol


class DraftCipher(Protocol):
    """One draft, open. Each value is bound to its place; DraftSealedError if it was moved."""

    @property
    def is_private(self) -> bool:
        """Whether it is its officer's alone, and nobody can take it over."""
        ...

    def close(self, column: str, row: str, data: bytes) -> bytes: ...
    def open(self, column: str, row: str, stored: bytes) -> bytes: ...
    def close_text(self, column: str, row: str, text: str) -> str: ...
    def open_text(self, column: str, row: str, stored: str) -> str: ...


class DraftSafe(Protocol):
    async def begin(self, draft: str, officer: str, *, shared: bool) -> DraftCipher:
        """A key for a new draft: its officer's, or of all who work here."""
        ...

    async def open(self, drafts: Sequence[str]) -> Mapping[str, DraftCipher]:
        """Those of these drafts that can be opened now."""
        ...

    async def forget(self, draft: str) -> None:
        """Drop a draft's key: nothing of it that is still on the disk opens again."""
        ...


class OpenCipher:
    is_private = False

    def close(self, column: str, row: str, data: bytes) -> bytes:  # noqa: ARG002
        return data

    def open(self, column: str, row: str, stored: bytes) -> bytes:  # noqa: ARG002
        return stored

    def close_text(self, column: str, row: str, text: str) -> str:  # noqa: ARG002
        return text

    def open_text(self, column: str, row: str, stored: str) -> str:  # noqa: ARG002
        return stored


class OpenSafe:
    """Everything in the clear."""

    async def begin(self, draft: str, officer: str, *, shared: bool) -> DraftCipher:  # noqa: ARG002
        return OpenCipher()

    async def open(self, drafts: Sequence[str]) -> Mapping[str, DraftCipher]:
        return dict.fromkeys(drafts, OpenCipher())

    async def forget(self, draft: str) -> None: ...
