"""Commands to a running node: its owner's alone, and no error ends the node."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from sync.control import CommandError, ControlSocket, NotRunningError, call


async def double(arguments: Mapping[str, Any]) -> Any:
    return {"twice": arguments["number"] * 2}


async def test_a_running_node_carries_out_a_command(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    async with ControlSocket(path, {"double": double}):
        assert await call(path, "double", {"number": 4}) == {"twice": 8}
        assert path.stat().st_mode & 0o777 == 0o600


async def test_an_error_is_an_answer(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    async with ControlSocket(path, {"double": double}):
        with pytest.raises(CommandError, match="KeyError"):
            await call(path, "double", {})
        with pytest.raises(CommandError, match="no command"):
            await call(path, "triple", {})
        assert await call(path, "double", {"number": 1}) == {"twice": 2}


async def test_nobody_answers_where_no_node_runs(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    with pytest.raises(NotRunningError):
        await call(path, "double", {})
    async with ControlSocket(path, {}):
        pass
    with pytest.raises(NotRunningError):
        await call(path, "double", {})


async def test_a_deep_directory_is_no_obstacle(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    async with ControlSocket(deep / "control.sock", {"double": double}):
        assert await call(deep / "control.sock", "double", {"number": 2}) == {"twice": 4}


async def test_nonsense_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    async with ControlSocket(path, {"double": double}):
        _, writer = await asyncio.open_unix_connection(str(path))
        writer.write(b"\xff\xfe nonsense\n")
        writer.close()
        await writer.wait_closed()
        assert await call(path, "double", {"number": 3}) == {"twice": 6}
