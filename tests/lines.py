"""Lines between nodes of one process: whole contacts, carried by hand."""

from collections.abc import Sequence

from sync.node import Node
from tests.cluster import carry, fetch

ENOUGH_ROUNDS = 40


async def greet(one: Node, other: Node) -> None:
    """Both prove themselves to each other."""
    for asking, answering in ((one, other), (other, one)):
        nonce = asking.exchange.new_nonce()
        hello = await answering.exchange.make_hello(asking.id, nonce)
        await asking.exchange.accept_hello(hello, nonce)


async def talk(one: Node, other: Node) -> int:
    """Everything that both owe, receipts and scans, until all is quiet; how much went."""
    await greet(one, other)
    moved = 0
    for _ in range(ENOUGH_ROUNDS):
        before = moved
        moved += await carry(one, other) + await carry(other, one)
        moved += await fetch(one, other) + await fetch(other, one)
        if moved == before:
            break
    return moved


async def settle(lines: Sequence[tuple[Node, Node]], rounds: int = 4) -> None:
    """Let every line talk, and the nodes do their duties, until all know what all know."""
    for turn in range(rounds):
        moved = sum([await talk(child, parent) for child, parent in lines])
        if turn and not moved:
            return  # their duties, done once, gave them nothing more to say
        for node in {node.id: node for line in lines for node in line}.values():
            await node.tick()
