"""The tables of the county, as Piccolo's migrations know them."""

from pathlib import Path
from typing import Final

from piccolo.conf.apps import AppConfig

from central.tables import TABLES

APP_CONFIG: Final = AppConfig(
    app_name="central",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=list(TABLES),
)
