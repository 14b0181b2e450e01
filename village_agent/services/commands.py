"""What the command line may ask of this node while it runs."""

from collections.abc import Mapping
from typing import Any

from sync.control import Command
from sync.engine import Database
from village_agent.services.accounts import set_account, unlock_account


def commands(database: Database) -> Mapping[str, Command]:
    async def account(arguments: Mapping[str, Any]) -> Any:
        await set_account(database, arguments["officer"], arguments["login"], arguments["password"])

    async def unlock(arguments: Mapping[str, Any]) -> Any:
        await unlock_account(database, arguments["login"])

    return {"account set": account, "account unlock": unlock}
