"""How the tables of the county came to be, one file a step; never edit one that has been released."""
