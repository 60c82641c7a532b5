"""What is wrong with a stage, and what to do: `make doctor STAGE=prod` (`local`: the run on this machine).

stage.py     the stage that is looked at
data.py      the table, its clocks, the pulses, places, dead letters
machines.py  stack, functions, stream, schedules, state machine, alarms, logs
anchors.py   the daily anchors
posts.py     what sends messages, and the key
"""
