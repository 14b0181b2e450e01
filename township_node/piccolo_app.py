"""The tables of a township, as Piccolo's migrations know them."""

from pathlib import Path
from typing import Final

from piccolo.conf.apps import AppConfig

from township_node.tables import TABLES

APP_CONFIG: Final = AppConfig(
    app_name="township_node",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=list(TABLES),
)
