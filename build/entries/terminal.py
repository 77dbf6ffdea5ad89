"""Where the packaged command line starts."""

import multiprocessing
import sys

from dynsync_gui.cli import main

if __name__ == "__main__":
    multiprocessing.freeze_support()
    sys.exit(main())
