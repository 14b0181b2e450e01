"""The tables of parts: what is known of each, who refers to it, and what of it has arrived."""

from piccolo.columns import BigInt, Boolean, Bytea, Integer, Text, Varchar
from piccolo.table import Table


class Part(Table):
    """A part by its hash. `data` is set for a small part that is held; a large one is a file."""

    hash = Varchar(length=64, primary_key=True, default=None, null=False)
    size = BigInt(default=None, null=False)
    media_type = Varchar(length=100, default=None, null=False)
    state = Varchar(length=12, default=None, null=False)
    data = Bytea(default=None, null=True)


class PartReference(Table):
    """Who refers to a part: a message, or a draft that is not signed yet.

    A released reference no longer keeps the part's bytes here.
    """

    hash = Varchar(length=64, default=None, null=False)
    owner = Varchar(length=90, index=True, default=None, null=False)
    case_id = Varchar(length=32, index=True, default=None, null=True)
    released = Boolean(default=False, null=False)


class PartArrival(Table):
    """A part that is asked for by ranges. `ranges` is JSON, `[[first, end], …]`, sorted, apart."""

    hash = Varchar(length=64, primary_key=True, default=None, null=False)
    size = BigInt(default=None, null=False)
    urgency = Integer(index=True, default=None, null=False)
    ranges = Text(default=None, null=False)
