"""How the tables of a village laptop came to be, one file a step; never edit one that has been released."""
