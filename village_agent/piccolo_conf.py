"""Lets a developer write a migration; a running node never reads this.

`PICCOLO_CONF=village_agent.piccolo_conf piccolo migrations new village_agent --auto`
"""

from pathlib import Path
from typing import Final

from piccolo.conf.apps import AppRegistry

from sync.engine import Database

DB: Final = Database(Path("var/village_agent.sqlite"))
APP_REGISTRY: Final = AppRegistry(apps=["village_agent.piccolo_app"])
