#!/usr/bin/env bash
# Makes the disk image of DynSync.app, signed, notarised and stapled where keys are there: make_dmg.sh APP DMG
#
# Keys, each optional; without them the image is made unsigned, and that is said:
#   DYNSYNC_MAC_IDENTITY        "Developer ID Application: ..." in a keychain of this Mac
#   DYNSYNC_NOTARY_PROFILE      a profile that `xcrun notarytool store-credentials` has kept
set -euo pipefail
[ "$#" -eq 2 ] || { echo "usage: $0 APP DMG" >&2; exit 2; }

app=$1
image=$2
entitlements=$(cd "$(dirname "$0")" && pwd)/entitlements.plist
identity=${DYNSYNC_MAC_IDENTITY:-}
profile=${DYNSYNC_NOTARY_PROFILE:-}

sign() { codesign --force --timestamp --options runtime --sign "$identity" "$@"; }

sign_app() {
    # From the inside out: libraries, then programs, then the whole.
    find "$app/Contents" -type f \( -name '*.dylib' -o -name '*.so' \) -print0 | while IFS= read -r -d '' file; do
        sign "$file"
    done
    find "$app/Contents/Frameworks" -type d -name '*.framework' -print0 | while IFS= read -r -d '' framework; do
        sign "$framework"
    done
    find "$app/Contents/MacOS" -type f -perm -u+x -print0 | while IFS= read -r -d '' program; do
        sign --entitlements "$entitlements" "$program"
    done
    sign --entitlements "$entitlements" "$app"
    codesign --verify --deep --strict --verbose=2 "$app"
}

notarise() { # FILE-TO-SEND FILE-TO-STAPLE
    xcrun notarytool submit "$1" --keychain-profile "$profile" --wait
    xcrun stapler staple "$2"
}

if [ -n "$identity" ]; then
    sign_app
else
    echo "Not signed, for want of a key: $app" >&2
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
if [ -n "$identity" ] && [ -n "$profile" ]; then
    ditto -c -k --keepParent "$app" "$folder/DynSync.zip"
    notarise "$folder/DynSync.zip" "$app"
    rm "$folder/DynSync.zip"
fi

mkdir "$folder/image"
ditto "$app" "$folder/image/DynSync.app"
ln -s /Applications "$folder/image/Applications"
rm -f "$image"
hdiutil create -volname DynSync -srcfolder "$folder/image" -fs HFS+ -format ULFO "$image"

if [ -n "$identity" ]; then
    codesign --force --timestamp --sign "$identity" "$image"
    if [ -n "$profile" ]; then
        notarise "$image" "$image"
        spctl --assess --type open --context context:primary-signature --verbose "$image"
    fi
fi
