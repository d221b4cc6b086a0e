"""`python -m bot` is `clanstats`."""

import sys

from bot.cli import main

sys.exit(main())
