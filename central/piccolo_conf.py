"""Lets a developer write a migration; a running node never reads this.

`PICCOLO_CONF=central.piccolo_conf piccolo migrations new central --auto`
"""

from pathlib import Path
from typing import Final

from piccolo.conf.apps import AppRegistry

from sync.engine import Database

DB: Final = Database(Path("var/central.sqlite"))
APP_REGISTRY: Final = AppRegistry(apps=["central.piccolo_app"])
