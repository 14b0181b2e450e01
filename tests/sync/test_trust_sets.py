"""Trust sets: parts change one by one, versions only grow, and enough keys sign."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from casework.names import MessageId, PartHash
from sync.bodies import SetName
from sync.errors import (
    EnvelopeError,
    PartError,
    SetForkError,
    SetFormError,
    SetRollbackError,
    SetThresholdError,
    WeakKeyError,
)
from sync.keys import NodeSigner, Signer
from sync.roles import RoleKeys, Root, SetRole, check_root, one_key_root, root_fingerprint
from sync.trust_root import TrustedRoot, open_first_root, open_next_root, root_items
from sync.trust_sets import (
    INDEX_PARTS_MAX,
    BuiltSet,
    ListedItem,
    Publication,
    SignedManifest,
    assemble,
    build_set,
    check_growth,
    check_succession,
    list_items,
    missing_parts,
    open_manifest,
)
from tests.builders import NOON
from tests.keyring import an_id

KEYS = [NodeSigner.from_seed(bytes([number]) * 32) for number in range(1, 6)]
ROOT_KEY = KEYS[0]
ROOT = one_key_root(ROOT_KEY.public_key)
ITEMS = {f"matter/m{number}@1": b'{"number":%d}' % number for number in range(200)}


def a_set(  # noqa: PLR0913
    items: dict[str, bytes] | None = None,
    *,
    name: SetName = SetName.CATALOGUE,
    version: int = 1,
    previous: MessageId | None = None,
    signers: tuple[Signer, ...] = (ROOT_KEY,),
    hours: int = 0,
) -> BuiltSet:
    published = Publication(name, version, previous, NOON + timedelta(hours=hours))
    return build_set(published, ITEMS if items is None else items, *signers)


def many_keys_root(*keys: NodeSigner, threshold: int = 2) -> Root:
    public = tuple(key.public_key for key in keys)
    names = tuple(key.key_id for key in public)
    return Root(public, tuple(RoleKeys(role, names, threshold) for role in SetRole))


def test_a_set_is_fetched_piece_by_piece() -> None:
    built = a_set()
    manifest = open_manifest(built.wire, ROOT).manifest
    held: dict[PartHash, bytes] = {}
    rounds = 0
    while missing := missing_parts(manifest, held.get):
        rounds += 1
        for listed in missing:
            held[listed.hash] = built.parts[listed.hash]
            assert len(held[listed.hash]) == listed.size

    assert rounds == 2
    assert held == built.parts
    assert assemble(manifest, held.get) == ITEMS


@given(
    st.dictionaries(st.from_regex(r"\A[a-z0-9]{1,8}(/[a-z0-9]{1,8})?\Z"), st.binary(max_size=50))
)
def test_any_items_come_back(items: dict[str, bytes]) -> None:
    built = a_set(items)
    assert len(built.manifest.index) <= INDEX_PARTS_MAX
    assert assemble(built.manifest, built.parts.get) == items


def test_one_changed_item_alters_one_index_part_and_one_item() -> None:
    before, after = a_set(), a_set(ITEMS | {"matter/m7@1": b"changed"}, version=2)
    assert len(after.parts.keys() - before.parts.keys()) == 2
    assert len(set(after.manifest.index) - set(before.manifest.index)) == 1
    assert len(missing_parts(after.manifest, before.parts.get)) == 1


def test_a_node_fetches_only_what_it_wants() -> None:
    built = a_set()
    held = {listed.hash: built.parts[listed.hash] for listed in built.manifest.index}

    def is_wanted(name: str) -> bool:
        return name.endswith("9@1")

    missing = missing_parts(built.manifest, held.get, is_wanted)
    assert len(missing) == 20
    held |= {listed.hash: built.parts[listed.hash] for listed in missing}
    assert len(assemble(built.manifest, held.get, is_wanted)) == 20
    with pytest.raises(PartError):
        assemble(built.manifest, held.get)


def test_a_part_with_other_bytes_is_refused() -> None:
    built = a_set()
    for spoilt in (
        built.manifest.index[0].hash,
        list_items(built.manifest, built.parts.get)["matter/m1@1"].hash,
    ):
        for bad in (built.parts[spoilt] + b" ", b"\0" * len(built.parts[spoilt])):
            with pytest.raises(PartError):
                assemble(built.manifest, (built.parts | {spoilt: bad}).get)


@pytest.mark.parametrize("name", ["../x", "/x", "a/../b", "", "a//b", "a\\b", "事项", ".hidden"])
def test_no_item_is_named_like_a_path_that_climbs(name: str) -> None:
    with pytest.raises(SetFormError):
        a_set({name: b""})


def test_a_set_is_signed_by_its_role() -> None:
    assert open_manifest(a_set().wire, ROOT).hash == a_set().hash
    for signers in ((KEYS[1],), (KEYS[0], KEYS[1])):
        with pytest.raises(SetThresholdError):
            open_manifest(a_set(signers=signers).wire, ROOT)
    apart = replace(
        many_keys_root(KEYS[0], KEYS[1], threshold=1),
        roles=tuple(
            RoleKeys(role, (KEYS[role is SetRole.CATALOGUE].key_id,), 1) for role in SetRole
        ),
    )
    check_root(apart)
    open_manifest(a_set(signers=(KEYS[1],)).wire, apart)
    with pytest.raises(SetThresholdError):
        open_manifest(a_set(signers=(KEYS[0],)).wire, apart)
    with pytest.raises(SetThresholdError):
        open_manifest(a_set(name=SetName.DIRECTORY, signers=(KEYS[1],)).wire, apart)


def test_a_threshold_counts_each_key_once() -> None:
    root = many_keys_root(*KEYS[:3])
    open_manifest(a_set(signers=(KEYS[0], KEYS[2])).wire, root)
    for signers in ((KEYS[0],), (KEYS[0], KEYS[0])):
        with pytest.raises(EnvelopeError):
            open_manifest(a_set(signers=signers).wire, root)


def test_a_set_does_not_go_back_and_has_one_history() -> None:
    def opened(built: BuiltSet) -> SignedManifest:
        return open_manifest(built.wire, ROOT)

    first = opened(a_set(version=5))
    check_succession(first, first)
    check_succession(first, opened(a_set(version=6, previous=first.id)))
    check_succession(first, opened(a_set(version=1005, previous=an_id("lost"))))
    with pytest.raises(SetRollbackError):
        check_succession(first, opened(a_set(version=4)))
    with pytest.raises(SetForkError):
        check_succession(first, opened(a_set(version=5, hours=1)))
    with pytest.raises(SetForkError):
        check_succession(first, opened(a_set(version=6, previous=an_id("another"))))


def test_revocations_are_never_taken_back() -> None:
    def listed(items: dict[str, bytes]) -> dict[str, ListedItem]:
        built = a_set(items, name=SetName.REVOCATIONS)
        return list_items(built.manifest, built.parts.get)

    held = listed({"r1": b"1", "r2": b"2"})
    check_growth(SetName.REVOCATIONS, held, listed({"r1": b"1", "r2": b"2", "r3": b"3"}))
    for fewer in ({"r1": b"1"}, {"r1": b"1", "r2": b"altered"}):
        with pytest.raises(SetRollbackError):
            check_growth(SetName.REVOCATIONS, held, listed(fewer))
        check_growth(SetName.CATALOGUE, held, listed(fewer))


@given(st.data())
def test_no_single_byte_can_be_changed(data: st.DataObject) -> None:
    raw = bytearray(a_set({"a": b"1"}).wire)
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(EnvelopeError):
        open_manifest(bytes(raw), ROOT)


def a_root_set(root: Root, version: int, *signers: Signer) -> BuiltSet:
    return a_set(root_items(root), name=SetName.ROOT, version=version, signers=signers)


def test_the_first_root_is_believed_by_its_fingerprint() -> None:
    built = a_root_set(ROOT, 1, ROOT_KEY)
    assert open_first_root(built.wire, built.parts.get, root_fingerprint(ROOT)) == TrustedRoot(
        1, ROOT
    )

    other = one_key_root(KEYS[1].public_key)
    imposed = a_root_set(other, 1, KEYS[1])
    with pytest.raises(SetFormError):
        open_first_root(imposed.wire, imposed.parts.get, root_fingerprint(ROOT))
    unsigned = a_root_set(ROOT, 1, KEYS[1])
    with pytest.raises(SetThresholdError):
        open_first_root(unsigned.wire, unsigned.parts.get, root_fingerprint(ROOT))


def test_a_new_root_is_signed_by_the_old_one_and_by_itself() -> None:
    trusted = TrustedRoot(3, many_keys_root(*KEYS[:3]))
    new = many_keys_root(*KEYS[2:5])

    def succeeds(version: int, *signers: Signer) -> TrustedRoot:
        built = a_root_set(new, version, *signers)
        return open_next_root(built.wire, built.parts.get, trusted)

    assert succeeds(4, KEYS[0], KEYS[2], KEYS[3]) == TrustedRoot(4, new)
    for signers in (KEYS[:2], KEYS[2:4], KEYS[3:5], KEYS[:1]):
        with pytest.raises(SetThresholdError):
            succeeds(4, *signers)
    for version in (2, 3, 5):
        with pytest.raises(SetRollbackError):
            succeeds(version, KEYS[0], KEYS[2], KEYS[3])


def test_a_root_that_cannot_be_filled_is_none() -> None:
    good = many_keys_root(*KEYS[:3])
    first = good.roles[0]
    for bad in (
        replace(good, keys=good.keys * 2),
        replace(good, roles=good.roles[:2]),
        replace(good, roles=(replace(first, threshold=4), *good.roles[1:])),
        replace(good, roles=(replace(first, keys=first.keys[:1] * 2), *good.roles[1:])),
        replace(good, roles=(replace(first, keys=(KEYS[4].key_id,)), *good.roles[1:])),
    ):
        built = a_root_set(bad, 1, *KEYS[:3])
        with pytest.raises(SetFormError):
            open_first_root(built.wire, built.parts.get, root_fingerprint(bad))
    weak = replace(good, keys=(replace(good.keys[0], public="00" * 32), *good.keys[1:]))
    with pytest.raises(WeakKeyError):
        check_root(weak)
