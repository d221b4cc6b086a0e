"""The process: command line, start, timetable, logs."""

import gc

# Importing everything makes half a million objects and no garbage, but at the default threshold
# of 700 full collections among them take a tenth of the start. Ten thousand more objects that
# wait for a collection are a megabyte.
gc.set_threshold(10_000)
