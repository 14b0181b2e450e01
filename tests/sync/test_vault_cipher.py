"""The ciphers of the vault: nothing opens elsewhere, changed, or for another reader."""

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.names import PartHash
from sync.errors import SealError, VaultError
from sync.keys import random_bytes
from sync.vault_cipher import (
    HEADER_BYTES_MAX,
    MAGIC,
    VaultKey,
    close,
    context_of,
    open_closed,
    open_part,
    open_piece,
    piece,
    read_sealed,
    seal_part,
    stretch,
)

KEYS: Final = tuple(VaultKey(bytes([number]) * 32) for number in range(1, 5))
HERE, ABOVE, COUNTY, STRANGER = KEYS
PART: Final = PartHash("ab" * 32)
PLACES: Final = st.tuples(*[st.text("abc", min_size=1, max_size=3)] * 3)


@given(st.binary(max_size=200), PLACES, PLACES)
def test_what_is_closed_opens_in_its_place_only(
    data: bytes, here: tuple[str, str, str], there: tuple[str, str, str]
) -> None:
    closed = close(HERE.columns, context_of(*here), data, random_bytes)

    assert open_closed(HERE.columns, context_of(*here), closed) == data
    if here != there:
        with pytest.raises(VaultError):
            open_closed(HERE.columns, context_of(*there), closed)
    with pytest.raises(VaultError):
        open_closed(ABOVE.columns, context_of(*here), closed)


@given(st.binary(max_size=60), st.data())
def test_a_changed_byte_is_found(data: bytes, drawn: st.DataObject) -> None:
    closed = bytearray(close(HERE.columns, b"place", data, random_bytes))
    closed[drawn.draw(st.integers(0, len(closed) - 1))] ^= drawn.draw(st.integers(1, 255))
    with pytest.raises(VaultError):
        open_closed(HERE.columns, b"place", bytes(closed))


def test_what_is_cut_off_is_found() -> None:
    closed = close(HERE.columns, b"place", b"text", random_bytes)
    for length in range(len(closed)):
        with pytest.raises(VaultError):
            open_closed(HERE.columns, b"place", closed[:length])


@given(st.binary(min_size=16, max_size=400))
def test_a_part_opens_for_each_of_its_readers_and_for_nobody_else(data: bytes) -> None:
    readers = [key.public for key in (HERE, ABOVE, COUNTY)]
    stored = seal_part(PART, data, readers, random_bytes)
    sealed = read_sealed(stored)

    assert sealed is not None
    assert data not in stored
    for reader in (HERE, ABOVE, COUNTY):
        key = sealed.key_for(reader)
        assert key is not None
        assert open_part(PART, sealed, key) == data
    assert sealed.key_for(STRANGER) is None
    with pytest.raises(VaultError):
        open_part(PartHash("cd" * 32), sealed, sealed.key_for(HERE) or b"")


@given(st.binary(min_size=16, max_size=400), st.data())
def test_any_bytes_of_a_part_travel_by_themselves(data: bytes, drawn: st.DataObject) -> None:
    stored = seal_part(PART, data, [HERE.public, ABOVE.public], random_bytes)
    sealed = read_sealed(stored)
    assert sealed is not None
    first = drawn.draw(st.integers(0, len(data)))
    end = drawn.draw(st.integers(first, len(data)))

    came = read_sealed(piece(sealed, ABOVE.name, first, end))
    assert came is not None
    assert list(came.boxes) == [ABOVE.name]
    key = came.key_for(ABOVE.signer)
    assert key is not None
    assert open_piece(came, key, first) == data[first:end]


def test_what_was_never_sealed_is_told_apart_and_what_is_cut_off_is_refused() -> None:
    stored = seal_part(PART, bytes(16), [HERE.public], random_bytes)

    assert read_sealed(b"a salt and some content") is None
    assert read_sealed(b"") is None
    for length in range(len(MAGIC) + 1, HEADER_BYTES_MAX):
        if length < len(stored) - 32:
            with pytest.raises(SealError):
                read_sealed(stored[:length])
    with pytest.raises(SealError):
        read_sealed(MAGIC + b"\xff" + bytes(50_000))


def test_a_password_needs_the_secret_of_its_machine() -> None:
    mine = stretch("correct-horse-9", b"s" * 16, b"device")

    assert mine == stretch("correct-horse-9", b"s" * 16, b"device")
    assert mine != stretch("correct-horse-9", b"s" * 16, b"another")
    assert mine != stretch("correct-horse-8", b"s" * 16, b"device")
    assert mine != stretch("correct-horse-9", b"t" * 16, b"device")
