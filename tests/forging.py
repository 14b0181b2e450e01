"""Changing what lies in a node's database behind its back, as nobody ever may."""

from casework.names import MessageId
from sync.engine import Database


async def forge(database: Database, entry: MessageId) -> None:
    """Change the last byte of an entry as it lies here: that of its signature."""
    ((wire,),) = await database.fetch("SELECT wire FROM message WHERE id = ?", (entry,))
    forged = wire[:-1] + bytes([wire[-1] ^ 1])
    await database.execute("UPDATE message SET wire = ? WHERE id = ?", (forged, entry))
