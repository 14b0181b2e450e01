"""`python -m central`: the same as `tongban-central`."""

from central.cli import main

if __name__ == "__main__":
    main()
