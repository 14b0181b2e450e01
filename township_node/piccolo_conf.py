"""Lets a developer write a migration; a running node never reads this.

`PICCOLO_CONF=township_node.piccolo_conf piccolo migrations new township_node --auto`
"""

from pathlib import Path
from typing import Final

from piccolo.conf.apps import AppRegistry

from sync.engine import Database

DB: Final = Database(Path("var/township_node.sqlite"))
APP_REGISTRY: Final = AppRegistry(apps=["township_node.piccolo_app"])
