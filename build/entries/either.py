"""Where the packaged programs start on Linux: one file with two names; called ``dynsync`` it is the command line."""

import gc
import multiprocessing
import sys
from pathlib import Path

if __name__ == "__main__":
    multiprocessing.freeze_support()
    gc.set_threshold(50_000)  # loading makes many objects and no rubbish; looking for some took a tenth of the start
    if "--apart" in sys.argv:
        from dynsync_gui.system.apart import main
    elif "--self-test" in sys.argv:
        from dynsync_gui.selftest import main
    elif Path(sys.argv[0]).name == "dynsync":
        from dynsync_gui.cli import main
    else:
        from dynsync_gui.app import main
    sys.exit(main())
