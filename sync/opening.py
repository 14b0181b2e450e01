"""Opening a node for work: the database, the trust sets, the journal, in the order they need.

The same for all tiers, for a running node and for a command that works on a stopped one. A node
works by one state of its trust sets; when another comes into force it is adopted here.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from msgspec import Struct

from casework.names import is_county
from sync.clock import Clock
from sync.data_dir import DataDir, Identity
from sync.engine import Database
from sync.holdings import Holdings
from sync.keys import NodeSigner
from sync.laptop_vault import LaptopVault
from sync.node import Node
from sync.parts import Parts, Shelf
from sync.ports import DirectoryTrust, Judge, Observer
from sync.schema import Schema, pending
from sync.settings import NodeSettings
from sync.trust_store import TrustStore
from sync.vault import Vault


class NotMigratedError(Exception):
    """The database is of an earlier release: run `migrate` first."""


class OpenNode(Struct, frozen=True, kw_only=True):
    """A node and what it is made of; it works only within `opened`."""

    files: DataDir
    identity: Identity
    signer: NodeSigner
    database: Database
    store: TrustStore
    parts: Parts
    node: Node


# Makes the county's judge out of the node's trust sets.
MakeJudge = Callable[[TrustStore], Judge]
# Makes the vault of a node that keeps one.
MakeVault = Callable[[Identity, NodeSigner], LaptopVault]


@asynccontextmanager
async def open_node(
    settings: NodeSettings,
    schema: Schema,
    clock: Clock,
    *,
    make_judge: MakeJudge | None = None,
    observers: Sequence[Observer] = (),
) -> AsyncIterator[OpenNode]:
    """Open an enrolled node; NotEnrolledError, NotMigratedError or DataDirInUseError if not."""
    made = assemble(settings, clock, make_judge=make_judge, observers=observers)
    async with opened(made, schema):
        yield made


def assemble(
    settings: NodeSettings,
    clock: Clock,
    *,
    make_judge: MakeJudge | None = None,
    make_vault: MakeVault | None = None,
    observers: Sequence[Observer] = (),
) -> OpenNode:
    """The parts of an enrolled node, still closed; NotEnrolledError if it is not."""
    files = settings.files
    identity = files.identity(settings.node)
    signer = files.signer()
    vault = make_vault(identity, signer) if make_vault is not None else None
    database = Database(files.database, functions=vault.functions if vault is not None else None)
    store = TrustStore(database, me=identity.node, keep_all=is_county(identity.node))
    parts = Parts(database, Shelf(files.parts), files.arrivals, vault or Vault(signer))
    node = Node(
        id=identity.node,
        incarnation=identity.incarnation,
        signer=signer,
        database=database,
        parts=parts,
        clock=clock,
        trust=trust_of(store.holdings),
        sets=store,
        judge=make_judge(store) if make_judge is not None else None,
        observers=(store, *observers),
    )
    if vault is not None:
        vault.trust = lambda: node.trust
    store.adopt = lambda holdings: node.adopt_trust(trust_of(holdings))
    return OpenNode(
        files=files,
        identity=identity,
        signer=signer,
        database=database,
        store=store,
        parts=parts,
        node=node,
    )


@asynccontextmanager
async def opened(made: OpenNode, schema: Schema) -> AsyncIterator[None]:
    """Hold a node open; NotMigratedError or DataDirInUseError if it cannot be."""
    async with made.database:
        await check_migrated(made.database, schema)
        await made.store.open()
        made.node.trust = trust_of(made.store.holdings)
        await made.node.open()
        yield


def trust_of(holdings: Holdings) -> DirectoryTrust:
    """What the journal sees of the trust sets."""
    return DirectoryTrust(holdings.directory, holdings.versions)


async def check_migrated(database: Database, schema: Schema) -> None:
    waiting = await pending(database, schema)
    if waiting:
        raise NotMigratedError(f"{len(waiting)} migrations have not run; run `migrate` first")
