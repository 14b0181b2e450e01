"""How the tables of a township came to be, one file a step; never edit one that has been released."""
