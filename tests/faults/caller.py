"""Somebody with a node's key who calls another node by HTTPS and sends what they like."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import msgspec

from casework.names import NodeId
from sync.carriers.https_messages import EXCHANGE_PATH, Answered, Asked
from sync.carriers.port import pack as pack_message
from sync.node import Node
from sync.opening import OpenNode
from tests.builders import TOWN
from tests.faults.county import County
from tests.faults.ports import HOST


class Caller:
    """A village's key in the hands of somebody who sends what they like to a township."""

    def __init__(self, node: Node, http: httpx.AsyncClient, parent: NodeId) -> None:
        self._node = node
        self._http = http
        self._parent = parent
        self._session = b""

    async def say_hello(self) -> Answered:
        nonce = (await self.ask(Asked())).nonce
        mine = self._node.exchange.new_nonce()
        hello = await self._node.exchange.make_hello(self._parent, nonce)
        answered = await self.ask(Asked(answers=nonce, hello=hello, nonce=mine))
        self._session = answered.session
        return answered

    async def send(self, *frames: bytes) -> Answered:
        return await self.ask(Asked(session=self._session, frames=frames))

    async def ask(self, asked: Asked) -> Answered:
        answer = await self._http.post(EXCHANGE_PATH, content=pack_message(asked))
        assert answer.status_code == 200, answer.text
        return msgspec.msgpack.decode(answer.content, type=Answered)


@asynccontextmanager
async def calling(
    county: County, village: OpenNode, parent: NodeId = TOWN
) -> AsyncIterator[Caller]:
    url = f"http://{HOST}:{county.ports[parent]}"
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=30) as http:
        yield Caller(village.node, http, parent)
