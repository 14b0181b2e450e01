"""A whole county on this machine: every tier as a process of its own, over a real broker."""
