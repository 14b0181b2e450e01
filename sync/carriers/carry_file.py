"""Carry files (携带包, `.tbc`): what one node owes the next, in one file on a stick.

A cover in the clear says who wrote it for whom; all else is sealed to the receiver's key and stands
in sections: the hello, receipts, frames, what the writer wants, large parts in ranges, the end. The
reader admits each as if a line had brought it, so that a file read twice, or beside a line that
came back, adds nothing (protocol.md section 10). A file that was cut off counts as far as it goes.
"""

from asyncio import Semaphore, to_thread
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO, Final, Protocol

from msgspec import Struct

from casework.names import Lane, NodeId, PartHash
from sync.carriers.carry_form import (
    COVER_BYTES_MAX,
    LENGTH,
    MAGIC,
    SECTION_BYTES_MAX,
    SECTIONS_MAX,
    BlobSection,
    Cover,
    EndSection,
    HelloSection,
    Place,
    RangeSection,
    Section,
    Shelf,
    WantsSection,
    read_blob,
    read_cover,
    read_section,
)
from sync.carriers.port import Exchange, PartRange, RangeWant, pack, within_answer
from sync.delivery import ZERO_NONCE
from sync.errors import (
    EnvelopeError,
    MalformedEnvelopeError,
    OversizeError,
    PartError,
    SealError,
    UnknownKeyError,
    WrongSenderError,
)
from sync.frame import FRAME_BYTES_MAX, ZSTD_MAGIC
from sync.keys import NodeSigner, PublicKey, Randomness
from sync.parts import RANGE_BYTES
from sync.sealing import FILE_KEY_BYTES, TAG_BYTES, Sections, open_sealed, seal_to

CARRY_BYTES_MAX: Final = 1024 * 1024 * 1024
_NONCE: Final = bytes.fromhex(ZERO_NONCE)
_WANTS_WRITTEN_MAX: Final = 4 * 1024
_PULLED_AT_ONCE: Final = 16 * RANGE_BYTES


class CarryExchange(Exchange, Protocol):
    """The exchange, with what only a file asks of it."""

    def repeat_receipts(self, neighbour: NodeId) -> None: ...

    async def parts_to_carry(self, neighbour: NodeId) -> Sequence[PartHash]: ...

    async def wanted_ranges(
        self, neighbour: NodeId, budget_bytes: int, among: frozenset[PartHash] | None = None
    ) -> Sequence[RangeWant]: ...


class Carried(Struct, frozen=True, kw_only=True):
    """What a file holds, or brought."""

    neighbour: NodeId
    written_at: str
    frames: int = 0
    scans_bytes: int = 0
    wants: tuple[RangeWant, ...] = ()
    refused: tuple[str, ...] = ()  # codes of what was not believed
    is_whole: bool = True  # False: the writer left parts for another file, or the file is cut off


class CarryWriter:
    """Writes one file. `limit_bytes` is what the stick has room for."""

    def __init__(  # noqa: PLR0913 - what a file is written with, each by its name
        self,
        out: BinaryIO,
        *,
        me: NodeId,
        receiver: tuple[NodeId, PublicKey],
        written_at: str,
        randomness: Randomness,
        limit_bytes: int = CARRY_BYTES_MAX,
    ) -> None:
        self._out: Final = out
        self.neighbour: Final = receiver[0]
        self.written_at: Final = written_at
        self._room = limit_bytes
        key = randomness(FILE_KEY_BYTES)
        cover = pack(Cover(me, receiver[0], written_at, seal_to(receiver[1], key)))
        self._cipher: Final = Sections(key, MAGIC + cover)
        self._place = 0
        self._put(MAGIC)
        self._put(LENGTH.pack(len(cover)) + cover)

    async def write(self, exchange: CarryExchange, wants: Sequence[RangeWant] = ()) -> Carried:
        """Everything that is owed; `wants`: what the receiver's own last file asked for."""
        neighbour = self.neighbour
        hello = await exchange.make_hello(neighbour, _NONCE)
        await self._add(HelloSection(hello, tuple(await exchange.sets_to_show())))
        exchange.repeat_receipts(neighbour)
        for receipt in await exchange.receipts_to_send(neighbour):
            await self._add(BlobSection(receipt))
        frames, all_frames = await self._write_frames(exchange)
        mine = await exchange.wanted_ranges(neighbour, _WANTS_WRITTEN_MAX * RANGE_BYTES)
        await self._add(WantsSection(tuple(mine)[:_WANTS_WRITTEN_MAX]))
        carried, all_parts = await self._write_parts(exchange, wants)
        await self._add(EndSection(self._place))
        return Carried(
            neighbour=neighbour,
            written_at=self.written_at,
            frames=frames,
            scans_bytes=carried,
            is_whole=all_frames and all_parts,
        )

    async def _write_frames(self, exchange: CarryExchange) -> tuple[int, bool]:
        sent: dict[Lane, int] = {}
        count = 0
        while frames := await exchange.frames_to_send(
            self.neighbour, after=sent, limit_bytes=FRAME_BYTES_MAX
        ):
            for frame in frames:
                if not self._has_room(len(frame.data)):
                    return count, False
                await self._add(BlobSection(frame.data))
                sent[frame.lane] = frame.last
                count += 1
        return count, True

    async def _write_parts(
        self, exchange: CarryExchange, wants: Sequence[RangeWant]
    ) -> tuple[int, bool]:
        """What was asked for, then what nobody could ask for; whether all of it had room."""
        written, asked = 0, frozenset(want.hash for want in wants)
        for want in wants:
            for given in await exchange.read_ranges(self.neighbour, within_answer([want])):
                if not self._has_room(len(given.data)):
                    return written, False
                await self._add(RangeSection(given.hash, given.offset, given.data))
                written += len(given.data)
        for part in await exchange.parts_to_carry(self.neighbour):
            offset = 0
            while part not in asked:
                want = RangeWant(part, offset, RANGE_BYTES)
                ranges = await exchange.read_ranges(self.neighbour, [want])
                if not ranges:
                    break
                if not self._has_room(RANGE_BYTES):
                    return written, False
                await self._add(RangeSection(part, offset, ranges[0].data))
                written += len(ranges[0].data)
                offset += len(ranges[0].data)
        return written, True

    def _has_room(self, length: int) -> bool:
        return self._room >= length + SECTION_BYTES_MAX - FRAME_BYTES_MAX

    async def _add(self, section: Section) -> None:
        closed = self._cipher.close(self._place, pack(section))
        self._place += 1
        await to_thread(self._put, LENGTH.pack(len(closed)) + closed)

    def _put(self, data: bytes) -> None:
        self._out.write(data)
        self._room -= len(data)


class CarryReader:
    """Reads one file that was written for this node. The source must be seekable."""

    def __init__(self, source: BinaryIO, *, me: NodeId, signer: NodeSigner) -> None:
        """MalformedEnvelopeError, WrongSenderError or SealError if it is not for us to read."""
        self._source: Final = source
        if source.read(len(MAGIC)) != MAGIC:
            raise MalformedEnvelopeError("no carry file")
        cover = read_blob(source, COVER_BYTES_MAX)
        if cover is None:
            raise MalformedEnvelopeError("a carry file without a cover")
        self.cover: Final = read_cover(cover)
        if self.cover.to_node != me:
            raise WrongSenderError(f"a carry file for {self.cover.to_node}")
        key = open_sealed(signer, self.cover.sealed_key)
        if len(key) != FILE_KEY_BYTES:
            raise SealError("a key of another length")
        self._cipher: Final = Sections(key, MAGIC + cover)

    async def read(
        self,
        exchange: CarryExchange,
        turn: Semaphore,
        progress: Callable[[int], None] = lambda _: None,
    ) -> Carried:
        """Admit all of it; EnvelopeError if the writer does not prove who it is.

        `progress` is told how many bytes of the file have been dealt with.
        """
        sections = self._each()
        first = await to_thread(next, sections, None)
        if first is None or not isinstance(first[1], HelloSection):
            raise MalformedEnvelopeError("a carry file that begins with no hello")
        try:
            neighbour = await self._greet(exchange, turn, first[1])
        except UnknownKeyError:
            await self._be_introduced(exchange, turn, first[1])
            neighbour = await self._greet(exchange, turn, first[1])
        frames, refused, is_whole = 0, list[str](), False
        wants: tuple[RangeWant, ...] = ()
        shelf = Shelf()
        while (found := await to_thread(next, sections, None)) is not None:
            at, section = found
            progress(self._source.tell())
            match section:
                case BlobSection(data=data):
                    refused += await _receive(exchange, turn, neighbour, data)
                    frames += data.startswith(ZSTD_MAGIC)
                case WantsSection(wants=given):
                    wants = given[:_WANTS_WRITTEN_MAX]
                case RangeSection():
                    shelf.put(section, at)
                case EndSection():
                    is_whole = True
                case HelloSection():
                    raise MalformedEnvelopeError("a second hello")
        taken, bad = await self._pull(exchange, turn, neighbour, shelf)
        return Carried(
            neighbour=neighbour,
            written_at=self.cover.written_at,
            frames=frames,
            scans_bytes=taken,
            wants=wants,
            refused=tuple(refused + bad),
            is_whole=is_whole,
        )

    async def _greet(self, exchange: CarryExchange, turn: Semaphore, hello: HelloSection) -> NodeId:
        """Who wrote it."""
        async with turn:
            neighbour = await exchange.accept_hello(hello.wire, _NONCE)
        if neighbour != self.cover.from_node:
            raise WrongSenderError(f"{neighbour} under the cover of {self.cover.from_node}")
        return neighbour

    async def _be_introduced(
        self, exchange: CarryExchange, turn: Semaphore, hello: HelloSection
    ) -> None:
        """Take the directory that knows a parent in a new machine; it proves itself."""
        await exchange.take_shown(hello.manifests)
        begun, shelf, sections = self._source.tell(), Shelf(), self._each(1)
        while (found := await to_thread(next, sections, None)) is not None:
            if isinstance(found[1], RangeSection):
                shelf.put(found[1], found[0])
        await self._pull(exchange, turn, self.cover.from_node, shelf)
        self._source.seek(begun)

    async def _pull(
        self, exchange: CarryExchange, turn: Semaphore, neighbour: NodeId, shelf: Shelf
    ) -> tuple[int, list[str]]:
        """Ask the file for what is missing here, as if it were the neighbour."""
        taken, refused, asked = 0, list[str](), set[tuple[PartHash, int]]()
        parts = frozenset(shelf.parts)
        while parts:
            wants = await exchange.wanted_ranges(neighbour, _PULLED_AT_ONCE, parts)
            fresh = [each for each in wants if (each.hash, each.offset) not in asked]
            asked |= {(each.hash, each.offset) for each in fresh}
            ranges = [each for want in fresh if (each := await self._find(shelf, want))]
            if not ranges:
                break
            try:
                async with turn:
                    await exchange.accept_ranges(neighbour, ranges)
            except PartError as error:
                refused.append(error.code)
            taken += sum(len(each.data) for each in ranges)
        return taken, refused

    async def _find(self, shelf: Shelf, want: RangeWant) -> PartRange | None:
        found = shelf.find(want)
        if found is None:
            return None
        section = await to_thread(self._again, found)
        data = section.data[want.offset - section.offset :][: want.length]
        return PartRange(want.hash, want.offset, data)

    def _again(self, at: Place) -> RangeSection:
        """Read one section a second time."""
        before = self._source.tell()
        self._source.seek(at.position)
        section = self._section(at.place)
        self._source.seek(before)
        assert isinstance(section, RangeSection), "noted as one"
        return section

    def _each(self, first: int = 0) -> Iterator[tuple[Place, Section]]:
        """Section by section, until the end or until the file is cut off."""
        for place in range(first, SECTIONS_MAX):
            at = Place(place, self._source.tell())
            section = self._section(place)
            if section is None:
                return
            yield at, section
            if isinstance(section, EndSection):
                return
        raise OversizeError(f"more than {SECTIONS_MAX} sections")

    def _section(self, place: int) -> Section | None:
        """The next section; None where the file was cut off."""
        closed = read_blob(self._source, SECTION_BYTES_MAX + TAG_BYTES)
        if closed is None:
            return None
        return read_section(self._cipher.open(place, closed))


async def _receive(
    exchange: CarryExchange, turn: Semaphore, neighbour: NodeId, blob: bytes
) -> list[str]:
    """Admit one frame or receipt; the code if it is not believed. The next goes on."""
    try:
        async with turn:
            await exchange.receive(neighbour, blob)
    except EnvelopeError as error:
        return [error.code]
    return []
