"""Lets ``python -m dynsync_gui.selftest`` work."""

import sys

from dynsync_gui.selftest import main

if __name__ == "__main__":
    sys.exit(main())
