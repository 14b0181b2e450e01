"""A page of a list, and how many there are in all: what does not fit is counted, never hidden."""

from collections.abc import Awaitable, Callable
from typing import Final, Generic, TypeVar

from msgspec import Struct

from village_agent.store.cases import Window

PAGE_SIZE: Final = 20

T = TypeVar("T")
S = TypeVar("S")


class Listed(Struct, Generic[T], frozen=True, kw_only=True):
    rows: tuple[T, ...]
    total: int
    number: int = 1
    size: int = PAGE_SIZE

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))

    def of(self, rows: tuple[S, ...]) -> "Listed[S]":
        """The same page, of what its rows are shown as."""
        return Listed(rows=rows, total=self.total, number=self.number, size=self.size)


async def listed(
    read: Callable[[Window], Awaitable[tuple[tuple[T, ...], int]]],
    number: int,
    size: int = PAGE_SIZE,
) -> Listed[T]:
    """The page of this number; the last one where the list has become shorter than that."""
    rows, total = await read(Window(offset=(number - 1) * size, limit=size))
    found = Listed(rows=rows, total=total, number=number, size=size)
    return found if rows or number <= found.pages else await listed(read, found.pages, size)
