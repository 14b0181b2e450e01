"""The tables of a village laptop, as Piccolo's migrations know them."""

from pathlib import Path
from typing import Final

from piccolo.conf.apps import AppConfig

from village_agent.tables import TABLES

APP_CONFIG: Final = AppConfig(
    app_name="village_agent",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=list(TABLES),
)
