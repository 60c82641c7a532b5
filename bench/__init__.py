"""Timings that the project promises; `make bench` runs them all."""
