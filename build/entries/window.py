"""Where the packaged window starts."""

import gc
import multiprocessing
import sys

if __name__ == "__main__":
    multiprocessing.freeze_support()
    gc.set_threshold(50_000)  # loading makes many objects and no rubbish; looking for some took a tenth of the start
    if "--self-test" in sys.argv:
        from dynsync_gui.selftest import main
    elif "--background" in sys.argv:  # what the scheduler of Windows starts: no console flashes up for this program
        from dynsync_gui.cli import main
    else:
        from dynsync_gui.app import main
    sys.exit(main())
