"""Keys: named by their bytes, kept from others, refused when weak."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from casework.names import KeyId
from sync.errors import BadSignatureError, WeakKeyError
from sync.keys import (
    Algorithm,
    NodeSigner,
    PublicKey,
    check_public_key,
    fingerprint,
    key_id_of,
    new_incarnation,
    public_key,
    random_bytes,
    verify,
)
from tests.builders import OTHER_TOWN, TOWN
from tests.keyring import a_record, a_signer

P = 2**255 - 19


def encoded(y: int, *, sign: bool = False) -> bytes:
    return (y | (2**255 if sign else 0)).to_bytes(32, "little")


# Points whose order divides eight, and spellings of them that are not canonical (RFC 8032, 5.1.3).
ORDER_EIGHT = int.from_bytes(
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"
)
WEAK = {
    "neutral": encoded(1),
    "neutral with a sign": encoded(1, sign=True),
    "order two": encoded(P - 1),
    "order four": encoded(0),
    "order four, other sign": encoded(0, sign=True),
    "order eight": encoded(ORDER_EIGHT),
    "order eight, negated": encoded(P - ORDER_EIGHT, sign=True),
    "neutral, not canonical": encoded(P + 1),
    "zero, not canonical": encoded(P),
    "all ones": b"\xff" * 32,
    "no point": encoded(2),
    "short": b"\x01" * 31,
}


@pytest.mark.parametrize("raw", WEAK.values(), ids=WEAK.keys())
def test_weak_keys_are_refused(raw: bytes) -> None:
    with pytest.raises(WeakKeyError):
        public_key(raw)
    with pytest.raises(WeakKeyError):
        verify(PublicKey(key_id_of(raw), Algorithm.ED25519, raw.hex()), b"\0" * 64, b"anything")


@given(st.binary(min_size=32, max_size=32))
def test_every_key_that_a_seed_makes_is_taken(seed: bytes) -> None:
    signer = NodeSigner.from_seed(seed)
    check_public_key(signer.public_key)
    verify(signer.public_key, signer.sign(b"words"), b"words")


@given(st.binary(max_size=40))
def test_any_bytes_are_a_key_or_an_error_of_ours(raw: bytes) -> None:
    try:
        key = public_key(raw)
    except WeakKeyError:
        return
    assert key.raw == raw


def test_a_record_names_its_own_key_in_its_own_spelling() -> None:
    good = a_record(TOWN)
    check_public_key(good)
    for bad in (
        replace(good, key_id=a_record(OTHER_TOWN).key_id),
        replace(good, public=good.public.upper()),
        replace(good, public="zz"),
        replace(good, algorithm=Algorithm.SM2_SM3),
        replace(good, key_id=KeyId("ed25519:")),
    ):
        with pytest.raises(WeakKeyError):
            check_public_key(bad)


def test_a_signature_is_over_these_bytes_by_this_key() -> None:
    signature = a_signer(TOWN).sign(b"words")
    verify(a_record(TOWN), signature, b"words")
    for node, data in ((TOWN, b"other words"), (OTHER_TOWN, b"words")):
        with pytest.raises(BadSignatureError):
            verify(a_record(node), signature, data)


def test_a_key_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "node.key"
    signer = NodeSigner.generate(lambda count: bytes(range(count)))
    signer.save(path)

    assert path.stat().st_mode & 0o777 == 0o600
    assert NodeSigner.load(path).public_key == signer.public_key
    with pytest.raises(FileExistsError):
        signer.save(path)
    path.chmod(0o640)
    with pytest.raises(PermissionError):
        NodeSigner.load(path)


def test_names_and_fingerprints_have_their_form() -> None:
    key = a_signer(TOWN).public_key
    assert key.key_id == key_id_of(key.raw)
    assert len(key.key_id) == len("ed25519:") + 32
    groups = fingerprint(key.raw).split(" ")
    assert [len(group) for group in groups] == [5] * 6
    assert "".join(groups).isdigit()
    assert fingerprint(key.raw) != fingerprint(a_signer(OTHER_TOWN).public_key.raw)
    assert len(new_incarnation(random_bytes)) == 8
    assert NodeSigner.generate().key_id != NodeSigner.generate().key_id
