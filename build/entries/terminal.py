"""Where the packaged command line starts."""

import gc
import multiprocessing
import sys

if __name__ == "__main__":
    multiprocessing.freeze_support()
    gc.set_threshold(50_000)  # loading makes many objects and no rubbish; looking for some took a tenth of the start
    if "--apart" in sys.argv:
        from dynsync_gui.system.apart import main
    elif "--self-test" in sys.argv:
        from dynsync_gui.selftest import main
    else:
        from dynsync_gui.cli import main
    sys.exit(main())
