"""Where the packaged window starts."""

import multiprocessing
import sys

if __name__ == "__main__":
    multiprocessing.freeze_support()
    if "--self-test" in sys.argv:
        from dynsync_gui.selftest import main
    else:
        from dynsync_gui.app import main
    sys.exit(main())
