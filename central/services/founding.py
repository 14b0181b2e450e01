"""Founding a county: its keys, its identity, and the two sets without which nothing can be signed.

It is done once. The root key is the county's whole authority: whoever holds it may name every
other key, so an operator moves it off this machine when the first sets are published.
"""

from pathlib import Path

from msgspec import Struct

from casework.instants import instant_text
from casework.names import NodeId, RegionCode, county_of
from casework.organisation import Organisation
from casework.regions import County, NodeKind, NodeRecord, Regions
from central.services.composing import with_incarnation
from central.services.publishing import first_sets
from central.settings import Settings
from central.tables import SCHEMA
from sync.carriers.nats_settings import BrokerKey
from sync.clock import Clock
from sync.data_dir import DataDir, Identity, write_secret
from sync.directory import FILE_FORMAT, Directory, compose_directory
from sync.engine import Database
from sync.keys import KeyRecord, NodeSigner, Randomness, new_incarnation
from sync.roles import one_key_root, root_fingerprint
from sync.schema import migrate
from sync.trust_store import TrustStore

SECRET_BYTES = 32


class Founded(Struct, frozen=True):
    node: NodeId
    root_fingerprint: str
    root_key: Path


class AlreadyFoundedError(Exception):
    """The data directory belongs to a node already."""


async def found(
    settings: Settings, county: RegionCode, clock: Clock, randomness: Randomness
) -> Founded:
    """Make a county in an empty data directory."""
    files = settings.files
    if files.is_enrolled:
        raise AlreadyFoundedError(f"{files.path} belongs to {files.identity().node} already")
    files.make()
    node = county_of(NodeId(f"{county}-01"))
    root_key = _root_key(settings.root_key_file, randomness)
    signer = _node_key(files, randomness)
    if not files.person_secret.exists():
        write_secret(files.person_secret, randomness(SECRET_BYTES))
    if not files.nats_seed.exists():
        write_secret(files.nats_seed, BrokerKey.make(randomness(SECRET_BYTES)).seed.encode())
    root = one_key_root(root_key.public_key)
    identity = Identity(
        node=node,
        incarnation=new_incarnation(randomness),
        key_id=signer.key_id,
        county=node,
        root_fingerprint=root_fingerprint(root),
        nats_url=None,
    )
    directory = with_incarnation(_bare_directory(county, node), _record(identity, signer, clock))
    root_set, directory_set = first_sets(root, directory, clock, root_key)
    async with Database(files.database) as database:
        await migrate(database, SCHEMA)
        store = TrustStore(database, me=node, keep_all=True)
        await store.begin(
            root=root_set.wire,
            directory=directory_set.wire,
            parts=[*root_set.parts.values(), *directory_set.parts.values()],
            root_fingerprint=identity.root_fingerprint,
        )
    # Written last: a directory without it can be founded again.
    files.save_identity(identity)
    return Founded(node, identity.root_fingerprint, settings.root_key_file)


def _root_key(path: Path, randomness: Randomness) -> NodeSigner:
    """The root key: one that was brought along is used, and never overwritten."""
    if not path.exists():
        NodeSigner.generate(randomness).save(path)
    return NodeSigner.load(path)


def _node_key(files: DataDir, randomness: Randomness) -> NodeSigner:
    if not files.node_key.exists():
        NodeSigner.generate(randomness).save(files.node_key)
    return NodeSigner.load(files.node_key)


def _record(identity: Identity, signer: NodeSigner, clock: Clock) -> KeyRecord:
    key = signer.public_key
    return KeyRecord(
        key_id=key.key_id,
        algorithm=key.algorithm,
        public=key.public,
        node=identity.node,
        incarnation=identity.incarnation,
        not_before=instant_text(clock.now()),
        not_after=None,
    )


def _bare_directory(county: RegionCode, node: NodeId) -> Directory:
    """A county of which only the code is known yet: what it holds is loaded and published later."""
    places = County(county, county.ljust(12, "0"), county, "", "", "", "")
    record = NodeRecord(node, NodeKind.COUNTY, county, county, None)
    regions = Regions(FILE_FORMAT, places, (), (record,))
    return compose_directory(
        1, regions, Organisation(FILE_FORMAT, county, 1, "", (), (), (), (), (), None)
    )
