"""What is loaded, written as a folder that `load` takes again.

What was approved in the browser is in no file until it is written out; from there on the files
and the browser can take turns.
"""

from pathlib import Path

from casework.calendar import encode_calendar
from casework.catalogue import encode_exact
from casework.delegation_file import encode_delegations
from casework.organisation import encode_organisation
from central.store.loaded import CountyData


class FolderInUseError(Exception):
    """The folder holds something that would be written over."""

    code = "folder-in-use"


def export_folder(data: CountyData, folder: Path) -> list[str]:
    """Write the files of a county into an empty folder; their names."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FolderInUseError(f"{folder} is not empty; nothing was written")
    files = {
        "regions.json": encode_exact(data.regions),
        "organisation.json": encode_organisation(data.organisation),
        "catalogue.json": encode_exact(data.catalogue),
        "delegations.json": encode_delegations(data.delegations),
        "calendar.json": encode_calendar(data.calendar),
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return list(files)
