"""The vault of this laptop while it runs: locked when nobody is there, and brought up to date."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import structlog

from sync.data_dir import DataDir, Identity
from sync.key_file import read_public
from sync.keys import NodeSigner, PublicKey, random_bytes
from sync.laptop_vault import LaptopVault
from sync.runtime import Runtime
from sync.vault_closing import close_what_lies_open
from sync.vault_keys import VaultKeys
from village_agent.services.draft_safe import LaptopSafe
from village_agent.services.old_drafts import close_old_drafts
from webui.session import SignIn

LOOKED_AT_SECONDS: Final = 20.0

_log = structlog.stdlib.get_logger("village_agent.vault")


def make_vault(identity: Identity, signer: NodeSigner) -> LaptopVault:
    return LaptopVault(signer, identity.node, random_bytes)


def recovery_key(files: DataDir) -> PublicKey | None:
    """The public half of the key in the county's safe, if it was brought to this laptop."""
    return read_public(files.recovery_key) if files.recovery_key.exists() else None


@asynccontextmanager
async def guarding(
    sign_in: SignIn, keys: VaultKeys, safe: LaptopSafe, runtime: Runtime
) -> AsyncIterator[None]:
    """End what nobody uses, and close, once somebody has opened the vault, what still lies open."""
    opened = asyncio.Event()
    keys.when_opened = opened.set
    jobs = [
        asyncio.create_task(_end_idle(sign_in, keys, runtime)),
        asyncio.create_task(_keep_closed(opened, keys, safe, runtime)),
    ]
    try:
        yield
    finally:
        for job in jobs:
            job.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)


async def _end_idle(sign_in: SignIn, keys: VaultKeys, runtime: Runtime) -> None:
    while True:
        await asyncio.sleep(LOOKED_AT_SECONDS)
        was_open = not keys.vault.is_locked
        try:
            await sign_in.end_idle(runtime.clock.now())
            if was_open and keys.vault.is_locked:
                await runtime.database.truncate_log()
        except Exception:  # noqa: BLE001 - it is tried again at its next turn
            _log.exception("upkeep failed", job="idle")


async def _keep_closed(
    opened: asyncio.Event, keys: VaultKeys, safe: LaptopSafe, runtime: Runtime
) -> None:
    while True:
        await opened.wait()
        opened.clear()
        try:
            count = await close_old_drafts(runtime.database, safe)
            count += await close_what_lies_open(runtime.node, keys.vault)
            if count:
                await runtime.database.truncate_log()
        except Exception:  # noqa: BLE001 - whoever signs in next tries again
            _log.exception("upkeep failed", job="closing")
