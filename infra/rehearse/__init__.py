"""`make rehearse`: the packaged application, deployed as CloudFormation to an AWS emulated by others, and rung.

environment.py  ministack in a virtual environment of its own
emulator.py     its process: started on loopback, stopped whatever happens
stacks.py       both stacks, and where this AWS differs
course.py       package, deploy, ring, be alerted, answer, read

What it proves off the test process: the zip, the handlers, the environment, the routes, and the policies, which this
AWS enforces. What it does not: docs/decisions/0022-package.md.
"""
