"""zstd within bounds: what carriers move is packed, and unpacked only as far as it announces."""

from typing import Final

import zstandard

from sync.errors import MalformedEnvelopeError, OversizeError

_ZSTD_LEVEL: Final = 3


def squeeze(plain: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=_ZSTD_LEVEL, write_checksum=True).compress(plain)


def spread(data: bytes, *, packed_max: int, unpacked_max: int) -> bytes:
    """Unpack within bounds: the size is announced, and nothing beyond it is ever made room for."""
    if len(data) > packed_max:
        raise OversizeError(f"{len(data)} bytes packed")
    try:
        announced = zstandard.get_frame_parameters(data)
        if not announced.has_checksum or announced.content_size == zstandard.CONTENTSIZE_UNKNOWN:
            raise MalformedEnvelopeError("what is packed states its size and a checksum")
        if announced.content_size > unpacked_max:
            raise OversizeError(f"{announced.content_size} bytes unpacked")
        plain = zstandard.ZstdDecompressor(max_window_size=unpacked_max)
        return plain.decompress(
            data, max_output_size=announced.content_size, allow_extra_data=False
        )
    except (zstandard.ZstdError, MemoryError) as error:
        raise MalformedEnvelopeError("not zstd") from error
