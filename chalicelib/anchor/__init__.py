"""Anchors: once a day the ends of all records are put under one Merkle root, which nobody can change any more."""
