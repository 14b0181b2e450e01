"""Ending a task for good."""

import asyncio
from typing import Any, Final

CANCEL_AGAIN_SECONDS: Final = 1.0


async def end_task(task: asyncio.Task[Any]) -> None:
    """Cancel a task until it has ended: a wait that ends just then swallows a cancellation."""
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=CANCEL_AGAIN_SECONDS)
