"""The canary: each hour the platform rings a bell of its own and looks whether it gets through.

It has a subdistrict of its own (`core.ids.CANARY`), which nobody serves, so it is in no list, on no board and in no
figure; the one special case is in `chalicelib.steps.react_to`, which tells nobody of it.
"""
