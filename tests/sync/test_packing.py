"""What is packed unpacks to what it was, and never to more than there is room for."""

import random

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from casework.names import PartHash
from sync.carriers.port import ANSWER_BYTES_MAX, PartRange, pack, pack_ranges, read_part_ranges
from sync.errors import EnvelopeError, MalformedEnvelopeError, OversizeError
from sync.packing import spread, squeeze

PART = PartHash("ab" * 32)
LITTLE = 1024


@given(st.binary(max_size=LITTLE))
def test_it_unpacks_to_what_it_was(plain: bytes) -> None:
    assert spread(squeeze(plain), packed_max=2 * LITTLE, unpacked_max=LITTLE) == plain


@given(st.binary(max_size=LITTLE))
def test_noise_is_refused(noise: bytes) -> None:
    with pytest.raises(EnvelopeError):
        read_part_ranges(noise)


def test_a_bomb_is_not_set_off() -> None:
    with pytest.raises(OversizeError):
        read_part_ranges(squeeze(bytes(1 << 24)))
    silent = zstandard.ZstdCompressor(write_checksum=True, write_content_size=False)
    with pytest.raises(MalformedEnvelopeError):
        read_part_ranges(silent.compress(b"x"))


@pytest.mark.parametrize("data", [random.Random(1).randbytes(ANSWER_BYTES_MAX), bytes(100)])
def test_an_answer_of_any_size_arrives(data: bytes) -> None:
    ranges = (PartRange(PART, 0, data),)
    assert read_part_ranges(pack_ranges(ranges)) == ranges


def test_what_is_no_answer_is_refused() -> None:
    with pytest.raises(MalformedEnvelopeError):
        read_part_ranges(squeeze(pack(["x"])))
