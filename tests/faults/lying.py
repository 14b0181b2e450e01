"""What a node's program does in the hands of somebody who has its keys and asks no rule."""

from collections.abc import Mapping
from typing import Any

import msgspec

from casework import act as acts
from casework.instants import parse_instant
from casework.names import CaseId, OfficerId
from sync.bodies import TrustVersions
from sync.control import Command
from sync.node import Node
from tests.procedure.liar import Liar


def acts_in(said: Mapping[str, Any]) -> list[acts.AnyAct]:
    return msgspec.convert(said["acts"], type=list[acts.AnyAct])


def lying_commands(node: Node) -> Mapping[str, Command]:
    """What the program of somebody who holds a node's keys can do beside its own."""
    liar = Liar(node)

    async def sign(said: Mapping[str, Any]) -> str:
        header = dict(said["header"])
        if "at" in header:
            header["at"] = parse_instant(header["at"])
        if "trust" in header:
            header["trust"] = msgspec.convert(header["trust"], type=TrustVersions)
        return await liar.signs(
            CaseId(said["case"]),
            *acts_in(said),
            delegation=said["delegation"],
            officer=OfficerId(said["officer"]),
            acting_for=said["acting_for"],
            **header,
        )

    async def anchor(_: Mapping[str, Any]) -> str:
        return await liar.anchor()

    async def versions(_: Mapping[str, Any]) -> Any:
        return msgspec.to_builtins(await liar.versions())

    async def cited(said: Mapping[str, Any]) -> str | None:
        return await liar.cited(CaseId(said["case"]))

    return {"sign": sign, "anchor": anchor, "versions": versions, "cited": cited}
