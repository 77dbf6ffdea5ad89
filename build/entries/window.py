"""Where the packaged window starts."""

import multiprocessing
import sys

from dynsync_gui.app import main

if __name__ == "__main__":
    multiprocessing.freeze_support()
    sys.exit(main())
