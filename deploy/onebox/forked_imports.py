"""What the programs of all tiers import by the time that they serve."""

from importlib import import_module

from deploy.onebox.forked import PROGRAMS

for program in PROGRAMS.values():
    import_module(program)
    import_module(program.replace(".cli", ".app"))
