"""`python -m village_agent`: the same as `tongban-village`."""

from village_agent.cli import main

if __name__ == "__main__":
    main()
