"""The key ceremony: three keys that no network has seen, two of which are the county."""

from pathlib import Path
from typing import Final

import pytest
from msgspec.structs import replace

from casework.names import OfficerId
from central.services.ceremony import (
    NewRole,
    NothingToSignError,
    compose_changes,
    compose_loaded,
    compose_root,
)
from central.services.county import County, open_county, read_set_file
from central.services.publishing import MissingKeyError, StaleFileError
from central.services.verifying import verify_exports
from central.settings import Settings
from sync.bodies import SetName
from sync.enrolling import EnrolState
from sync.errors import (
    BadSignatureError,
    EnvelopeError,
    SetFormError,
    SetRollbackError,
    SetThresholdError,
)
from sync.exporting import export_log
from sync.keys import NodeSigner
from sync.roles import SetRole, root_fingerprint
from sync.set_file import SetFile, compose, decode_set_file, encode_set_file
from sync.trust_root import root_items
from sync.trust_sets import Publication, draft_set
from tests.builders import COUNTY, NOON, OTHER_TOWN, TOWN
from tests.central.test_verifying import talk
from tests.county import FOLDER
from tests.founded import Machine, a_clock, a_county, at_work, enrol

KEYS: Final = [NodeSigner.from_seed(bytes([number]) * 32) for number in range(1, 8)]
ROOTS, SECURITY, CATALOGUE = KEYS[:3], KEYS[3:5], KEYS[5:6]
APPROVES: Final = OfficerId("o0092")


def held_by(*keys: NodeSigner, threshold: int | None = None) -> NewRole:
    return NewRole(tuple(key.public_key for key in keys), threshold)


ROLES: Final = {
    SetRole.ROOT: held_by(*ROOTS),
    SetRole.SECURITY: held_by(*SECURITY),
    SetRole.CATALOGUE: held_by(*CATALOGUE),
}


def first_key(county: County) -> NodeSigner:
    return NodeSigner.load(county.settings.root_key_file)


def signed(file: SetFile, *keys: NodeSigner) -> SetFile:
    for key in keys:
        file = file.sign(key)
    return file


async def adopt(county: County, file: SetFile) -> None:
    path = county.settings.data_dir.parent / "signed.sets"
    path.write_bytes(encode_set_file(file))
    await county.adopt(path)


async def composed(county: County, path: Path) -> SetFile:
    return await compose_root(county.settings, a_clock(), ROLES, path / "root.sets")


async def with_three_keys(county: County, path: Path) -> None:
    file = await composed(county, path)
    # A county that has published nothing has nothing for the catalogue's key to sign.
    last = CATALOGUE if len(file.sets) == len(SetName) else []
    await adopt(county, signed(file, first_key(county), *ROOTS[:2], *SECURITY, *last))


async def test_a_county_gives_itself_a_root_of_three(tmp_path: Path) -> None:
    clock = a_clock()
    async with a_county(tmp_path, clock) as county:
        file = await composed(county, tmp_path)
        await adopt(county, signed(file, first_key(county), *ROOTS[1:], *SECURITY, *CATALOGUE))
        root = county.opened.store.holdings.root

        assert county.opened.store.versions_held().root == 2
        assert [(len(role.keys), role.threshold) for role in root.roles] == [(3, 2), (2, 2), (1, 1)]
        assert first_key(county).key_id not in {key.key_id for key in root.keys}
        slip = await county.enrolment.add(TOWN)
        assert slip.root_fingerprint == root_fingerprint(root)


async def test_what_the_old_key_signed_is_signed_again_with_it(tmp_path: Path) -> None:
    async with a_county(tmp_path, a_clock()) as county:
        before = {name: await county.opened.store.items(name) for name in list(SetName)[1:]}
        file = await composed(county, tmp_path)

        assert [each.set for each in file.sets] == list(SetName)
        assert {each.set: each.items for each in file.sets[1:]} == before


async def test_a_root_that_changes_one_role_leaves_the_other_sets_alone(tmp_path: Path) -> None:
    async with a_county(tmp_path, a_clock()) as county:
        only = {SetRole.CATALOGUE: ROLES[SetRole.CATALOGUE]}
        file = await compose_root(county.settings, a_clock(), only, tmp_path / "one.sets")

        assert [each.set for each in file.sets] == [
            SetName.ROOT,
            SetName.CATALOGUE,
            SetName.CALENDAR,
        ]
        with pytest.raises(NothingToSignError):
            await compose_root(county.settings, a_clock(), {}, tmp_path / "none.sets")


async def test_every_threshold_is_asked_for(tmp_path: Path) -> None:
    """Too few of the old root, of the new one, of each role: nothing of the file counts."""
    async with a_county(tmp_path, a_clock()) as county:
        file, old = await composed(county, tmp_path), first_key(county)
        for too_few in (
            (*ROOTS, *SECURITY, *CATALOGUE),
            (old, ROOTS[0], *SECURITY, *CATALOGUE),
            (old, *ROOTS, SECURITY[0], *CATALOGUE),
            (old, *ROOTS, SECURITY[0], SECURITY[0], *CATALOGUE),
            (old, *ROOTS, *SECURITY),
        ):
            partly = signed(file, *too_few)
            assert not partly.is_signed
            with pytest.raises(SetThresholdError):
                await adopt(county, partly)
        assert county.opened.store.versions_held().root == 1


async def test_a_node_that_was_away_follows_the_new_root(tmp_path: Path) -> None:
    """It holds sets that the old key signed, and is shown the rest in one contact."""
    clock = a_clock()
    async with a_county(tmp_path, clock) as county:
        await enrol(county, tmp_path, TOWN, clock)
        async with at_work(tmp_path, TOWN, clock) as town:
            await talk(town.node, county.opened.node)
            await with_three_keys(county, tmp_path)
            await talk(town.node, county.opened.node)

            assert town.store.holdings == replace_me(county, town.store.holdings.root)
            assert not town.store.is_behind
            assert await town.store.refused() == []


def replace_me(county: County, root: object) -> object:
    held = county.opened.store.holdings
    assert held.root == root
    return held


async def test_a_machine_enrols_under_the_new_root(tmp_path: Path) -> None:
    """The root's signature by the first key means nothing to it, its own two are enough."""
    clock = a_clock()
    async with a_county(tmp_path, clock) as county:
        await with_three_keys(county, tmp_path)
        machine = await approved_elsewhere(county, tmp_path)
        async with at_work(tmp_path, TOWN, clock) as town:
            await talk(town.node, county.opened.node)

            assert town.store.holdings.is_complete
            assert town.identity.root_fingerprint == root_fingerprint(town.store.holdings.root)
            assert machine.files.is_enrolled


async def approved_elsewhere(county: County, path: Path) -> Machine:
    """A machine is approved, and the directory that makes it known is signed by file."""
    clock = a_clock()
    slip = await county.enrolment.add(TOWN, OfficerId("o0089"))
    machine = Machine(path / TOWN, clock)
    shown = machine.prepare(slip)
    await machine.ask(county)
    approved = await county.approve(TOWN, shown, APPROVES)
    assert approved.published is None
    assert (await machine.ask(county)).state is EnrolState.PENDING
    file = await compose_changes(county.settings, clock, path / "machines.sets")
    assert [each.set for each in file.sets] == [SetName.DIRECTORY]
    await adopt(county, signed(file, *SECURITY))
    await machine.finish(county)
    return machine


async def test_an_approved_machine_has_its_account_lease_and_numbers_once_signed(
    tmp_path: Path,
) -> None:
    async with a_county(tmp_path, a_clock()) as county:
        told: list[str] = []

        async def notice(node: str) -> None:
            told.append(node)

        county.on_enrolled.append(notice)
        await with_three_keys(county, tmp_path)
        assert told == []
        await approved_elsewhere(county, tmp_path)

        assert told == [TOWN]
        assert list(await county.enrolment.broker_users()) == [TOWN]
        leased = "SELECT count(*) FROM lease WHERE node = ?"
        assert await county.opened.database.fetch(leased, (TOWN,)) == [(1,)]


async def test_what_was_loaded_is_published_by_file(tmp_path: Path) -> None:
    async with a_county(tmp_path, a_clock(), published=False) as county:
        with pytest.raises(NothingToSignError, match="loaded"):
            await compose_loaded(county.settings, a_clock(), tmp_path / "early.sets")
        await with_three_keys(county, tmp_path)
        await county.load(FOLDER)
        with pytest.raises(MissingKeyError):
            await county.publish()
        file = await compose_loaded(county.settings, a_clock(), tmp_path / "loaded.sets")
        await adopt(county, signed(file, *SECURITY, *CATALOGUE))

        assert county.opened.store.holdings.is_complete
        with pytest.raises(NothingToSignError, match="nothing has changed"):
            await compose_loaded(county.settings, a_clock(), tmp_path / "again.sets")


async def test_role_keys_on_the_countys_machine_sign_without_a_file(tmp_path: Path) -> None:
    clock = a_clock()
    async with a_county(tmp_path, clock, published=False) as county:
        await with_three_keys(county, tmp_path)
    paths = []
    for number, key in enumerate((*SECURITY, *CATALOGUE)):
        path = tmp_path / f"role-{number}.pem"
        key.save(path)
        paths.append(str(path))
    settings = Settings(data_dir=county.settings.data_dir, role_keys=tuple(paths))
    async with open_county(settings, clock) as again:
        await again.load(FOLDER)
        await again.publish()
        await enrol(again, tmp_path, TOWN, clock)

        assert again.opened.store.holdings.is_complete


async def test_a_file_composed_before_something_else_was_published_is_stale(
    tmp_path: Path,
) -> None:
    clock = a_clock()
    async with a_county(tmp_path, clock) as county:
        file = await composed(county, tmp_path)
        await enrol(county, tmp_path, TOWN, clock)
        late = signed(file, first_key(county), *ROOTS, *SECURITY, *CATALOGUE)
        before = county.opened.store.versions_held()

        with pytest.raises(StaleFileError, match="directory"):
            await adopt(county, late)
        assert county.opened.store.versions_held() == before


async def test_two_copies_signed_in_two_places_are_one(tmp_path: Path) -> None:
    async with a_county(tmp_path, a_clock()) as county:
        file = await composed(county, tmp_path)
        here = signed(file, first_key(county), ROOTS[0], SECURITY[0])
        there = signed(file, ROOTS[2], SECURITY[1], *CATALOGUE)
        assert not here.is_signed
        assert not there.is_signed
        await adopt(county, here.united(there))

        assert county.opened.store.versions_held().root == 2
        other = replace(file, sets=file.sets[:1])
        with pytest.raises(SetFormError):
            here.united(other)


async def test_a_root_names_its_successor_by_two_of_three(tmp_path: Path) -> None:
    """One of three keys is lost: the other two put a new one in its place."""
    async with a_county(tmp_path, a_clock()) as county:
        await with_three_keys(county, tmp_path)
        roles = {SetRole.ROOT: held_by(ROOTS[0], ROOTS[1], KEYS[6])}
        file = await compose_root(county.settings, a_clock(), roles, tmp_path / "third.sets")

        assert [each.set for each in file.sets] == [SetName.ROOT]
        with pytest.raises(SetThresholdError):
            await adopt(county, signed(file, ROOTS[0], KEYS[6]))
        await adopt(county, signed(file, ROOTS[0], ROOTS[1]))
        assert county.opened.store.versions_held().root == 3


async def test_a_key_that_signs_nothing_is_told_so(tmp_path: Path) -> None:
    async with a_county(tmp_path, a_clock()) as county:
        file = await composed(county, tmp_path)
        with pytest.raises(SetThresholdError, match="nothing in this file"):
            file.sign(KEYS[6])


async def test_a_root_beyond_what_a_set_can_carry_is_not_composed(tmp_path: Path) -> None:
    async with a_county(tmp_path, a_clock()) as county:
        await with_three_keys(county, tmp_path)
        roles = {SetRole.ROOT: held_by(*KEYS[3:7], threshold=3)}
        with pytest.raises(SetFormError, match="5 signatures"):
            await compose_root(county.settings, a_clock(), roles, tmp_path / "too.sets")
        for bad in (held_by(*ROOTS, threshold=4), held_by(ROOTS[0], ROOTS[0]), NewRole((), 1)):
            with pytest.raises(SetFormError, match="cannot sign"):
                await compose_root(
                    county.settings, a_clock(), {SetRole.ROOT: bad}, tmp_path / "bad.sets"
                )


async def test_a_root_that_skips_a_version_is_refused_however_it_is_signed(
    tmp_path: Path,
) -> None:
    async with a_county(tmp_path, a_clock()) as county:
        file, old = await composed(county, tmp_path), first_key(county)
        held = await county.opened.store.manifest(SetName.ROOT)
        assert held is not None
        assert file.next_root is not None
        for version in (1, 3, 1002):
            skipping = draft_set(
                Publication(SetName.ROOT, version, held.id, NOON), root_items(file.next_root)
            )
            forged = signed(compose(file.trusted, [skipping]), old, *ROOTS)
            with pytest.raises(SetRollbackError):
                await adopt(county, forged)


async def test_a_file_that_lies_about_the_root_in_force_is_not_believed(tmp_path: Path) -> None:
    async with a_county(tmp_path, a_clock()) as county:
        file = await composed(county, tmp_path)
        assert file.next_root is not None
        lying = replace(file, trusted=replace(file.trusted, root=file.next_root))
        full = signed(lying, *ROOTS, *SECURITY, *CATALOGUE)
        assert full.is_signed

        with pytest.raises(SetThresholdError):
            await adopt(county, full)
        assert county.opened.store.versions_held().root == 1


async def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    async with a_county(tmp_path, a_clock()) as county:
        file = signed(await composed(county, tmp_path), ROOTS[0])
        data = encode_set_file(file)
        assert decode_set_file(data) == file
        step = max(1, len(data) // 400)
        for at in range(0, len(data), step):
            spoilt = bytearray(data)
            spoilt[at] ^= 1
            try:
                found = decode_set_file(bytes(spoilt))
            except EnvelopeError:
                continue
            assert found.trusted != file.trusted  # it only claims another root, and is compared
        for empty in (b"", b"\x90", data[:-1], data + b"\0"):
            with pytest.raises(EnvelopeError):
                decode_set_file(empty)
        forged = replace(
            file,
            sets=(replace(file.sets[0], signatures={ROOTS[0].key_id: bytes(64)}), *file.sets[1:]),
        )
        with pytest.raises(BadSignatureError):
            decode_set_file(encode_set_file(forged))


async def test_exports_from_both_sides_of_the_ceremony_verify(tmp_path: Path) -> None:
    clock = a_clock()
    async with a_county(tmp_path, clock) as county:
        await enrol(county, tmp_path, OTHER_TOWN, clock)
        await with_three_keys(county, tmp_path)
        await approved_elsewhere(county, tmp_path)
        folders = {COUNTY: tmp_path / "out-county", TOWN: tmp_path / "out-town"}
        async with at_work(tmp_path, TOWN, clock) as town:
            await talk(town.node, county.opened.node)
            for name, opened in ((COUNTY, county.opened), (TOWN, town)):
                await export_log(
                    opened.database, opened.store, opened.identity, folders[name], clock
                )
        for chosen in ([COUNTY], [TOWN], [COUNTY, TOWN]):
            report = verify_exports([folders[name] for name in chosen])
            assert report.faults == ()
        assert read_set_file(tmp_path / "root.sets").trusted.version == 1
