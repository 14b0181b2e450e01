"""`python -m township_node`: the same as `tongban-township`."""

from township_node.cli import main

if __name__ == "__main__":
    main()
