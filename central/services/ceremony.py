"""The key ceremony: the next root, and sets to be signed where no network is.

`tongban-central root …` is the only way to it. Composing reads the county's database beside the
running node and writes nothing there; signing needs neither county nor network; adopting is done
by the county, with the checks that every node makes.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from msgspec import Struct

from casework.names import KeyId
from central.services.composing import Composer
from central.services.lint_gate import LintGate
from central.settings import Settings
from central.store.loaded import LoadedFiles
from central.store.overrides import LintOverrides
from sync.bodies import SetName
from sync.clock import Clock
from sync.engine import Database
from sync.errors import SetFormError
from sync.keys import PublicKey
from sync.roles import ROLE_KEYS_MAX, RoleKeys, Root, SetRole
from sync.set_file import SetFile, compose, encode_set_file
from sync.trust_root import TrustedRoot
from sync.trust_sets import DraftSet
from sync.trust_store import TrustStore

# How many keys of a role have to sign where nobody says otherwise (protocol.md section 6): any two
# of the root's, two persons for who may do what, one for what there is to apply for.
THRESHOLDS: Final[Mapping[SetRole, int]] = {
    SetRole.ROOT: 2,
    SetRole.SECURITY: 2,
    SetRole.CATALOGUE: 1,
}


class NothingToSignError(Exception):
    """Everything that could be composed says what is in force already."""


class NewRole(Struct, frozen=True):
    """Who is to sign for a role; `threshold` None for what is usual."""

    keys: tuple[PublicKey, ...]
    threshold: int | None


def next_root(held: Root, roles: Mapping[SetRole, NewRole]) -> Root:
    """The root with some roles in other hands; whatever is not named stays as it is."""
    known: dict[KeyId, PublicKey] = {key.key_id: key for key in held.keys}
    listed: list[RoleKeys] = []
    for role in SetRole:
        given = roles.get(role)
        if given is None:
            listed.append(held.role(role))
            continue
        known |= {key.key_id: key for key in given.keys}
        names = tuple(dict.fromkeys(key.key_id for key in given.keys))
        threshold = THRESHOLDS[role] if given.threshold is None else given.threshold
        if not 1 <= threshold <= len(names) <= ROLE_KEYS_MAX:
            raise SetFormError(f"role {role}: {threshold} of {len(names)} keys cannot sign")
        listed.append(RoleKeys(role, names, threshold))
    used = dict.fromkeys(key for role in listed for key in role.keys)
    return Root(tuple(known[key] for key in used), tuple(listed))


async def compose_root(
    settings: Settings, clock: Clock, roles: Mapping[SetRole, NewRole], path: Path
) -> SetFile:
    """The next root, with every set in force that it would leave without its signers."""
    async with _reading(settings, clock) as reader:
        root = next_root(reader.trusted.root, roles)
        drafts = await reader.composer.next_root(root)
        if all(each.manifest.set is not SetName.ROOT for each in drafts):
            raise NothingToSignError("the root in force says that already")
        return _write(reader.trusted, drafts, path)


async def compose_loaded(settings: Settings, clock: Clock, path: Path) -> SetFile:
    """What was loaded and is new, once the catalogue's lint lets it pass."""
    async with _reading(settings, clock) as reader:
        loaded = LoadedFiles(reader.database)
        data = await loaded.find()
        if data is None:
            raise NothingToSignError("nothing has been loaded yet; `load DIR` comes first")
        gate = LintGate(loaded, reader.store, LintOverrides(reader.database), clock)
        await gate.check(data)
        items = await reader.composer.from_loaded(data)
        root = reader.trusted
        return _write(root, await reader.composer.drafts(items, root.root), path)


async def compose_changes(settings: Settings, clock: Clock, path: Path) -> SetFile:
    """The machines and the lost keys that administrators have agreed on."""
    async with _reading(settings, clock) as reader:
        items = await reader.composer.changed()
        root = reader.trusted
        return _write(root, await reader.composer.drafts(items, root.root), path)


class _Reader(Struct, frozen=True):
    database: Database
    store: TrustStore
    composer: Composer

    @property
    def trusted(self) -> TrustedRoot:
        held = self.store.holdings
        return TrustedRoot(held.versions.root, held.root)


@asynccontextmanager
async def _reading(settings: Settings, clock: Clock) -> AsyncIterator[_Reader]:
    identity = settings.files.identity(settings.node)
    async with Database(settings.files.database, writable=False) as database:
        store = await TrustStore(database, me=identity.node, keep_all=True).open()
        yield _Reader(database, store, Composer(database, store, clock))


def _write(trusted: TrustedRoot, drafts: Sequence[DraftSet], path: Path) -> SetFile:
    if not drafts:
        raise NothingToSignError("nothing has changed; there is nothing to sign")
    file = compose(trusted, drafts)
    with path.open("xb") as target:
        target.write(encode_set_file(file))
    return file
