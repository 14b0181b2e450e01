"""What the programs of all tiers import by the time that they serve."""

from importlib import import_module

from tests.starting import TIERS

for tier in TIERS:
    for part in ("cli", "app"):
        import_module(f"{tier}.{part}")
