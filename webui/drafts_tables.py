"""Base tables of drafts and what is attached to them. A tier subclasses them on its own engine.

A draft never leaves its node: it is nobody's record until an act is signed. They have no engine
themselves; `webui.drafts.Drafts` is given the bound classes.
"""

from piccolo.columns import Bytea, Integer, Text, Timestamptz, Varchar
from piccolo.table import Table


class Draft(Table):
    """What an officer has typed so far; `fields` is a JSON object of lists of strings."""

    id = Varchar(length=32, primary_key=True, default=None, null=False)
    officer = Varchar(length=32, index=True, default=None, null=False)
    matter = Varchar(length=100, default=None, null=True)
    version = Integer(default=None, null=True)
    fields = Text(default=None, null=False)
    applicant = Varchar(length=200, default="", null=False)
    revision = Integer(default=1, null=False)
    created_at = Timestamptz(default=None, null=False)
    updated_at = Timestamptz(index=True, default=None, null=False)
    submitted_case = Varchar(length=32, index=True, default=None, null=True)


class DraftFile(Table):
    """A picture or PDF of one material, in the form in which it will be signed."""

    id = Varchar(length=32, primary_key=True, default=None, null=False)
    draft = Varchar(length=32, index=True, default=None, null=False)
    material = Varchar(length=32, default=None, null=False)
    position = Integer(default=None, null=False)
    name = Varchar(length=120, default="", null=False)
    media_type = Varchar(length=64, default=None, null=False)
    content = Bytea(default=None, null=False)
    thumbnail = Bytea(default=b"", null=False)
    pages = Integer(default=1, null=False)
    warnings = Varchar(length=200, default="", null=False)  # values of UploadWarning, spaced
    size = Integer(default=None, null=False)
    created_at = Timestamptz(default=None, null=False)
    source = Varchar(length=50, default="", null=False)  # the number of the case it was used in
