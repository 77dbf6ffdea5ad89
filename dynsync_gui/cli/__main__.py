"""Lets ``python -m dynsync_gui.cli`` do what ``dynsync`` does."""

import sys

from dynsync_gui.cli import main

sys.exit(main())
