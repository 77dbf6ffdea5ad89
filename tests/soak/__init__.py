"""A sweep that lets the n-th operation of a sync fail, for every n, and a model that drives both sides at random."""
