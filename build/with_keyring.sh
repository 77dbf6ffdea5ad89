#!/usr/bin/env bash
# Runs a command beside a real, unlocked keychain of its own: with_keyring.sh COMMAND [ARGUMENT ...]
#
# A throw-away session bus and gnome-keyring, both gone with the command; the keychain of the user is not touched.
# Needs the packages gnome-keyring and dbus (dbus-run-session).
set -eu
[ "$#" -gt 0 ] || { echo "usage: $0 COMMAND [ARGUMENT ...]" >&2; exit 2; }

home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
mkdir -m 700 "$home/runtime" "$home/data"

XDG_RUNTIME_DIR="$home/runtime" XDG_DATA_HOME="$home/data" dbus-run-session -- bash -c '
    printf %s "a password for tests" | gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null 2>&1
    export DYNSYNC_TEST_KEYCHAIN=1
    "$@"' with_keyring "$@"
