#!/usr/bin/env bash
# What happens in the session of a clean Debian: both self-tests, then the wizard by keyboard. Started by clean_root.py in
# a session with a keychain and with mounts of its own; wants ROOT, SESSION, WALK, PICTURES and DISPLAY.
set -eu

mount --bind /proc "$ROOT/proc"
mount --rbind /dev "$ROOT/dev"
mount --bind /tmp "$ROOT/tmp" # the sockets of the screen, the session bus and the keychain

inside() { chroot "$ROOT" env -i PATH=/usr/bin:/bin HOME=/root LANG=C.UTF-8 DISPLAY="$DISPLAY" \
    DBUS_SESSION_BUS_ADDRESS="$DBUS_SESSION_BUS_ADDRESS" XDG_RUNTIME_DIR="$XDG_RUNTIME_DIR" \
    QT_LINUX_ACCESSIBILITY_ALWAYS_ON=1 DYNSYNC_LANGUAGE=en "$@"; }

inside dynsync --self-test --json >"$SESSION/dynsync.json" || true
inside dynsync-gui --self-test --json >"$SESSION/DynSync.json" || true

/usr/libexec/at-spi-bus-launcher --launch-immediately >/dev/null 2>&1 &
launcher=$!
inside dynsync-gui >"$SESSION/window.log" 2>&1 &
window=$!
status=0
/usr/bin/python3 "$WALK" "$PICTURES" || status=$?
xdotool search --onlyvisible --name '^DynSync$' windowactivate --sync key alt+F4 || true
for _ in $(seq 60); do kill -0 "$window" 2>/dev/null || break; sleep 0.5; done
if kill "$window" 2>/dev/null; then
    echo "The window did not close."
    status=1
fi
kill "$launcher" 2>/dev/null || true
if grep -q Traceback "$SESSION/window.log"; then
    cat "$SESSION/window.log"
    status=1
fi
exit "$status"
