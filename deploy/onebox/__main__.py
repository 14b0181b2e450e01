"""`onebox`: run a whole county on this machine, and lay hands on its lines and processes.

\b
onebox up              found the county, tell its story, stay up
onebox up --once       the same, and stop; exit code 0 if every step ended as it should
onebox status          what runs, what is cut, what waits
onebox cut longxian    cut the line of a town (or village) to its parent
onebox heal longxian   join it again
onebox kill longxian   kill -9 its process; `onebox start longxian` starts it again
"""

import asyncio
import signal
import sys
from pathlib import Path
from typing import Any, Final

import click

from deploy.onebox.control import NotUpError, ask, listen
from deploy.onebox.county_box import FOUNDED, CountyBox
from deploy.onebox.plan import PASSWORD, PLACES, Plan
from deploy.onebox.processes import StepError
from deploy.onebox.story import leave_work, tell
from deploy.onebox.table import show_table

DEFAULT_FOLDER: Final = Path("var/onebox")


@click.group(help=__doc__)
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=DEFAULT_FOLDER,
    show_default=True,
    help="Where the county keeps its databases, keys and logs.",
)
@click.pass_context
def main(context: click.Context, folder: Path) -> None:
    context.obj = folder.resolve()


@main.command()
@click.option("--once", is_flag=True, help="Stop after the story.")
@click.option("--no-story", is_flag=True, help="Only bring the county up.")
@click.option("--fresh", is_flag=True, help="Forget an earlier county in this folder.")
@click.option(
    "--port-offset",
    type=int,
    default=0,
    help="Added to every port, so that several counties can run at once.",
)
@click.pass_obj
def up(folder: Path, *, once: bool, no_story: bool, fresh: bool, port_offset: int) -> None:
    """Found the county, tell its story on real processes, and stay up."""
    try:
        box = CountyBox(folder, click.echo, Plan(port_offset))
        is_well = asyncio.run(_up(box, once=once, story=not no_story, fresh=fresh or once))
    except StepError as error:
        raise click.ClickException(str(error)) from error
    sys.exit(0 if is_well else 1)


@main.command()
@click.pass_obj
def status(folder: Path) -> None:
    """Show every place: whether it runs, its line, where to find it, who signs in."""
    rows = _ask(folder, "status")
    show_table(("place", "node", "process", "line up", "address", "accounts"), rows)


def _simple(name: str, help_text: str) -> click.Command:
    @main.command(name=name, help=help_text)
    @click.argument("place", type=click.Choice(sorted(PLACES)))
    @click.pass_obj
    def command(folder: Path, place: str) -> None:
        click.echo(_ask(folder, name, place))

    return command


_simple("cut", "Cut the line of a place to its parent.")
_simple("heal", "Join the line of a place to its parent again.")
_simple("kill", "kill -9 the process of a place.")
_simple("start", "Start the process of a place again.")


@main.command()
@click.pass_obj
def down(folder: Path) -> None:
    """Stop the county that runs from this folder."""
    click.echo(_ask(folder, "down"))


def _ask(folder: Path, command: str, *arguments: str) -> Any:
    try:
        return asyncio.run(ask(folder, command, *arguments))
    except NotUpError as error:
        raise click.ClickException(str(error)) from error


async def _up(box: CountyBox, *, once: bool, story: bool, fresh: bool) -> bool:
    if fresh:
        (box.folder / FOUNDED).unlink(missing_ok=True)
    done = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, done.set)
    coming = asyncio.create_task(_come_up(box, done, once=once, story=story))
    stopping = asyncio.create_task(done.wait())
    try:
        await asyncio.wait((coming, stopping), return_when=asyncio.FIRST_COMPLETED)
        if not coming.done():
            # Told to stop in the middle of it.
            coming.cancel()
            await asyncio.wait((coming,))
            return False
        is_well = coming.result()
        if not once:
            _show_where_to_go(box.plan)
            await stopping
    finally:
        stopping.cancel()
        await box.down()
    return is_well


async def _come_up(box: CountyBox, done: asyncio.Event, *, once: bool, story: bool) -> bool:
    was_founded = box.is_founded
    await box.up()
    await listen(box.folder, lambda command, given: _do(box, done, command, given))
    if was_founded or not story:
        return True
    is_well = await tell(box, click.echo)
    if not once:
        await leave_work(box, click.echo)
    return is_well


async def _do(box: CountyBox, done: asyncio.Event, command: str, given: list[str]) -> Any:
    match command, given:
        case "status", []:
            return [_row(box, place.name) for place in box.plan.places]
        case "cut", [name]:
            box.cut(name)
            return f"the line of {name} is cut"
        case "heal", [name]:
            box.heal(name)
            return f"the line of {name} is joined"
        case "kill", [name]:
            await box.kill(name)
            return f"{name} is killed"
        case "start", [name]:
            await box.start(name)
            return f"{name} serves"
        case "down", []:
            done.set()
            return "stopping"
        case _:
            raise StepError(f"{command} {given}")


def _row(box: CountyBox, name: str) -> list[str]:
    place = box.plan.place(name)
    process = f"pid {box.processes.pid(name)}" if box.processes.is_running(name) else "stopped"
    line = "-" if place.parent is None else "cut" if box.is_cut(name) else "up"
    who = " ".join(person.login for person in place.people)
    return [f"{name} {place.title}", place.node, process, line, place.url, who]


def _show_where_to_go(plan: Plan) -> None:
    click.echo("")
    rows = [
        (place.title, place.url, f"{person.login} ({person.what})")
        for place in plan.places
        for person in place.people
    ]
    show_table(("where", "address", "account"), rows)
    click.echo(
        f"\nEvery password is {PASSWORD}\nCtrl-C stops the county; `onebox --help` for more."
    )


if __name__ == "__main__":
    main()
