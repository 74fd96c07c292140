"""What every front end needs of the engine: whether it is there, its rows, and whether a person watches."""
