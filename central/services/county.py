"""The county's services over its open node: loading, publishing, enrolling.

The application opens one of these for as long as it runs; a command opens one for itself when no
application runs. `commands` is what either of them carries out.
"""

from asyncio import to_thread
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from casework.names import Incarnation, NodeId, OfficerId, RegionCode, region_of
from casework.numbering import GapReason
from central.services.accounts import set_account
from central.services.composing import Composer, live_machines
from central.services.enrolment import Approved, Enrolment, Pending
from central.services.exporting import export_folder
from central.services.lint_gate import LintGate
from central.services.loading import check_not_older, load_folder
from central.services.numbers import NodeNumbers, read_numbers
from central.services.publishing import MissingKeyError, Published, Publisher
from central.settings import Settings
from central.store.loaded import LoadedFiles
from central.store.overrides import LintOverrides
from central.tables import SCHEMA
from sync.bodies import SetAnnouncement, SetName
from sync.clock import Clock
from sync.control import Command
from sync.errors import SetFormError
from sync.keys import NodeSigner, Randomness, Signer, random_bytes
from sync.nats_server import Account
from sync.opening import MakeJudge, OpenNode, open_node, trust_of
from sync.ports import Observer
from sync.set_file import SET_FILE_BYTES_MAX, SetFile, decode_set_file

T = TypeVar("T")


class NothingLoadedError(Exception):
    """There is nothing to publish: `load` comes first."""


class County:
    """What an administrator of the county does, whoever asks for it."""

    def __init__(
        self, settings: Settings, opened: OpenNode, clock: Clock, randomness: Randomness
    ) -> None:
        node = opened.node
        self.settings: Final = settings
        self.opened: Final = opened
        self.loaded: Final = LoadedFiles(opened.database)
        self.lint: Final = LintGate(
            self.loaded, opened.store, LintOverrides(opened.database), clock
        )
        self._clock: Final = clock
        self.composer: Final = Composer(opened.database, opened.store, clock)
        self.publisher: Final = Publisher(
            database=opened.database,
            store=opened.store,
            signers=set_signers(settings),
            announce=self._announce,
            composer=self.composer,
            adopt=lambda holdings: node.adopt_trust(trust_of(holdings)),
            welcome=self._welcome,
        )
        self.enrolment: Final = Enrolment(
            identity=opened.identity,
            signer=opened.signer,
            database=opened.database,
            store=opened.store,
            publisher=self.publisher,
            clock=clock,
            randomness=randomness,
            nats_url=settings.broker_url_for_nodes,
            https_url=settings.url,
        )
        # Awaited after a node was enrolled: the broker gives it an account.
        self.on_enrolled: list[Callable[[NodeId], Awaitable[object]]] = []

    async def load(self, folder: Path, *, replace: bool = False) -> dict[str, int]:
        """Read, check and keep a folder; LoadError names all that is wrong with it.

        OlderFolderError if it is older than what is loaded, unless that is to be replaced.
        """
        county = RegionCode(region_of(self.opened.identity.node))
        secret = self.opened.files.person_secret.read_bytes()
        data = load_folder(folder, county=county, person_secret=secret)
        held = await self.loaded.find()
        if held is not None and not replace:
            check_not_older(data, held)
        await self.loaded.put(data, self._clock.now())
        return {
            "nodes": len(data.regions.nodes),
            "officers": len(data.organisation.officers),
            "matters": len(data.catalogue.matters),
            "delegations": len(data.delegations.records),
            "revocations": len(data.delegations.revocations),
            "holidays": len(data.calendar.holidays),
        }

    async def export(self, folder: Path) -> list[str]:
        """Write what is loaded into an empty folder, from which `load` reads it again."""
        data = await self.loaded.find()
        if data is None:
            raise NothingLoadedError("nothing has been loaded yet; `load DIR` comes first")
        return await to_thread(export_folder, data, folder)

    async def publish(self) -> list[Published]:
        data = await self.loaded.find()
        if data is None:
            raise NothingLoadedError("nothing has been loaded yet; `load DIR` comes first")
        await self.lint.check(data)
        return await self.telling(self.publisher.publish(data))

    async def adopt(self, path: Path) -> list[Published]:
        """Bring sets into force that were signed elsewhere; EnvelopeError if they do not hold."""
        return await self.telling(self.publisher.adopt(read_set_file(path)))

    async def approve(self, node: NodeId, fingerprint: str, by: OfficerId | None) -> Approved:
        return await self.telling(self.enrolment.approve(node, fingerprint, by))

    async def publish_changes(self) -> list[Published]:
        """The machines and lost keys that were agreed on; MissingKeyError if keys are elsewhere."""
        published = await self.telling(self.publisher.publish_changes())
        if published is None:
            raise MissingKeyError("the keys that sign the directory are not on this machine")
        return published

    async def telling(self, work: Awaitable[T]) -> T:
        """Tell whoever keeps accounts of machines that came or went with this."""
        directory = self.opened.store.holdings.directory
        before = live_machines(directory)
        result = await work
        after = live_machines(self.opened.store.holdings.directory)
        for node in sorted({node for node, _ in before ^ after}):
            for notice in self.on_enrolled:
                await notice(node)
        return result

    def nodes(self) -> list[tuple[NodeId, str, Incarnation | None]]:
        """Every node of the directory: its name, and its newest incarnation if it has one."""
        directory = self.opened.store.holdings.directory
        return [
            (entry.node.id, entry.node.name, entry.incarnations[-1] if entry.incarnations else None)
            for entry in directory.nodes
        ]

    async def numbers(self) -> tuple[NodeNumbers, ...]:
        """Where the printed numbers are; the blocks of a machine that was replaced are over."""
        identity = self.opened.identity
        machines = {node: newest for node, _, newest in self.nodes() if newest is not None}
        machines[identity.node] = identity.incarnation
        return await read_numbers(self.opened.database, machines)

    async def broker_accounts(self, county_user: Callable[[str], str]) -> Sequence[Account]:
        """The accounts that the broker is to have; `county_user` gives the county's key in each."""
        users = await self.enrolment.broker_users()
        live = {node for node, _ in live_machines(self.opened.store.holdings.directory)}
        return [
            Account(
                name=node,
                county_user=county_user(node),
                # A machine whose key has ended has nothing to fetch any more.
                node_user=user if node in live else None,
            )
            for node, user in users.items()
        ]

    async def _announce(self, body: SetAnnouncement) -> None:
        """Another root is a matter for whoever watches over the county, however it came."""
        node = self.opened.node
        await node.journal.append(body)
        if body.set is SetName.ROOT:
            await node.change(lambda batch: batch.audit("root-changed"))

    async def _welcome(self, node: NodeId, incarnation: Incarnation) -> None:
        """An account at the broker, and the first lease and number block, as at any contact."""
        await self.enrolment.give_account(node, incarnation)
        duties = self.opened.node.duties
        assert duties is not None, "the county has duties"
        await self.opened.node.change(lambda batch: duties.on_contact(batch, node))


def set_signers(settings: Settings) -> tuple[Signer, ...]:
    """The keys here that sign sets; none where they are kept offline."""
    first = settings.root_key_file
    paths = (*((first,) if first.exists() else ()), *map(Path, settings.role_keys))
    return tuple(NodeSigner.load(path) for path in paths)


def read_set_file(path: Path) -> SetFile:
    """A file of signed sets; its size is looked at before it is read."""
    if path.stat().st_size > SET_FILE_BYTES_MAX:
        raise SetFormError(f"{path} is too large for a file of sets")
    return decode_set_file(path.read_bytes())


@asynccontextmanager
async def open_county(
    settings: Settings,
    clock: Clock,
    *,
    make_judge: MakeJudge | None = None,
    observers: Sequence[Observer] = (),
    randomness: Randomness = random_bytes,
) -> AsyncIterator[County]:
    async with open_node(
        settings, SCHEMA, clock, make_judge=make_judge, observers=observers
    ) as opened:
        yield County(settings, opened, clock, randomness)


def commands(county: County) -> Mapping[str, Command]:
    """What the command line may ask of the county, running or not; answers are plain JSON."""

    async def publish(_: Mapping[str, Any]) -> Any:
        return msgspec.to_builtins(await county.publish())

    async def adopt(arguments: Mapping[str, Any]) -> Any:
        return msgspec.to_builtins(await county.adopt(Path(arguments["file"])))

    async def numbers(_: Mapping[str, Any]) -> Any:
        return [
            {
                "node": each.node,
                "blocks": len(each.accounts),
                "used": each.used,
                **{reason.value: each.count(reason) for reason in GapReason},
                "is_low": each.is_low,
                "gaps": [
                    (first, last, gap.size, why) for gap, why, first, last in each.explained()
                ],
            }
            for each in await county.numbers()
        ]

    async def versions(_: Mapping[str, Any]) -> Any:
        held = county.opened.store.versions_held()
        return {name.value: held.version_of(name) for name in SetName}

    async def account(arguments: Mapping[str, Any]) -> Any:
        await set_account(
            county.opened.database,
            arguments["officer"],
            arguments["login"],
            arguments["password"],
        )

    return {
        **_folder_commands(county),
        "publish": publish,
        "root adopt": adopt,
        **_catalogue_commands(county),
        **_node_commands(county),
        "numbers": numbers,
        "sets": versions,
        "account set": account,
    }


def _node_commands(county: County) -> Mapping[str, Command]:
    async def add(arguments: Mapping[str, Any]) -> Any:
        slip = await county.enrolment.add(NodeId(arguments["node"]), arguments["by"])
        return msgspec.to_builtins(slip)

    async def pending(_: Mapping[str, Any]) -> Any:
        return msgspec.to_builtins(await county.enrolment.pending())

    async def approve(arguments: Mapping[str, Any]) -> Any:
        approved = await county.approve(
            NodeId(arguments["node"]), arguments["fingerprint"], arguments["by"]
        )
        return msgspec.to_builtins(approved)

    async def list_nodes(_: Mapping[str, Any]) -> Any:
        return county.nodes()

    async def publish_nodes(_: Mapping[str, Any]) -> Any:
        return msgspec.to_builtins(await county.publish_changes())

    return {
        "nodes add": add,
        "nodes pending": pending,
        "nodes approve": approve,
        "nodes publish": publish_nodes,
        "nodes list": list_nodes,
    }


def _folder_commands(county: County) -> Mapping[str, Command]:
    async def load(arguments: Mapping[str, Any]) -> Any:
        replaces = bool(arguments.get("replace", False))
        return await county.load(Path(arguments["folder"]), replace=replaces)

    async def export(arguments: Mapping[str, Any]) -> Any:
        return await county.export(Path(arguments["folder"]))

    return {"load": load, "export": export}


def _catalogue_commands(county: County) -> Mapping[str, Command]:
    async def findings(_: Mapping[str, Any]) -> Any:
        return msgspec.to_builtins(await county.lint.held())

    async def override(arguments: Mapping[str, Any]) -> Any:
        by = OfficerId(arguments["by"])
        held = await county.lint.override(arguments["finding"], by, arguments["reason"])
        return msgspec.to_builtins(held)

    return {"catalogue findings": findings, "catalogue override": override}


__all__ = ["Approved", "County", "Pending", "Published", "commands", "open_county"]
