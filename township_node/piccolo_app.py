"""The tables of a township, as Piccolo's migrations know them."""

from typing import Final

from piccolo.conf.apps import AppConfig

from township_node.tables import SCHEMA

APP_CONFIG: Final = AppConfig(
    app_name=SCHEMA.name,
    migrations_folder_path=str(SCHEMA.folder),
    table_classes=list(SCHEMA.tables),
)
