"""The Consultation Bell (小区协商铃)."""

import gc

from chalicelib import precompiled

# Importing makes some hundred thousand objects and hardly any garbage; with Python's usual threshold the collector
# walks them all again and again, a tenth of a cold start (docs/decisions/0008-cold-start.md).
gc.set_threshold(100_000, 50, 50)

# First of all imports: what follows is found in one file of the zip (docs/decisions/0023-precompiled.md).
precompiled.use()
