"""Putting a stage in order again (docs/runbooks/recovery.md): each command may be broken off and run again.

letters.py   what `react` could not do: listed, read again from the stream, else told from the table
replay.py    `make replay`: let `react` do it again
restore.py   `make restore`: a table from a point in time, or from an export, into a stage of its own
migrate.py   `make migrate`: rows of earlier versions written as of today
call.py      `make call`: an entry point, as its schedule calls it
"""
