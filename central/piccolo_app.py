"""The tables of the county, as Piccolo's migrations know them."""

from typing import Final

from piccolo.conf.apps import AppConfig

from central.tables import SCHEMA

APP_CONFIG: Final = AppConfig(
    app_name=SCHEMA.name,
    migrations_folder_path=str(SCHEMA.folder),
    table_classes=list(SCHEMA.tables),
)
