"""Telling which neighbours fell silent, to whoever knows of them through this node.

A `contact-report` is written whenever another neighbour falls silent or comes back. It goes up, and
down to every node below: their news of the rest of the county comes through here.
"""

from casework.freshness import silent_among
from casework.instants import instant_text
from sync.batch import Batch
from sync.bodies import ContactReport, SilentNode
from sync.hearing import TOLD, heard_neighbours, read_told
from sync.writing import is_rolled_back, write


def tell_silence(batch: Batch) -> None:
    """Tell who is silent, if that has changed since it was last told."""
    if not batch.children() or is_rolled_back(batch):
        return
    silent = silent_among(heard_neighbours(batch.work), batch.now)
    before = batch.setting(TOLD + batch.node.id)
    if before is not None and read_told(before).keys() == silent.keys():
        return
    told = tuple(SilentNode(node, instant_text(since)) for node, since in silent.items())
    write(batch, ContactReport(told))
