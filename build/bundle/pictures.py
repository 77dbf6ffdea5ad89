"""Makes the icons of all platforms from the one drawing; run as a program: pictures.py FOLDER."""

from __future__ import annotations

import os
import struct
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DRAWING = ROOT / "resources" / "icons" / "logo.svg"

WINDOWS_SIZES = (16, 20, 24, 32, 40, 48, 64, 256)
LINUX_SIZES = (16, 24, 32, 48, 64, 128, 256, 512)
SIDE_SIZE = (164, 314)
MACOS_KINDS = {
    "icp4": 16, "icp5": 32, "ic07": 128, "ic08": 256, "ic09": 512, "ic10": 1024,
    "ic11": 32, "ic12": 64, "ic13": 256, "ic14": 512,
}  # fmt: skip
"""Kinds of pictures in an .icns that hold PNG, with their sizes in dots."""


def main(folder: Path) -> int:
    """Write dynsync.ico, dynsync.icns, dynsync-SIZE.png and side.bmp into a folder."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    folder.mkdir(parents=True, exist_ok=True)
    sizes = {*WINDOWS_SIZES, *LINUX_SIZES, *MACOS_KINDS.values()}
    drawn = {size: picture(size) for size in sizes}
    # macOS expects air around an icon: 824 of 1,024 dots.
    aired = {size: picture(size, size * 824 // 1024) for size in set(MACOS_KINDS.values())}
    (folder / "dynsync.ico").write_bytes(ico({size: drawn[size] for size in WINDOWS_SIZES}))
    (folder / "dynsync.icns").write_bytes(icns({kind: aired[size] for kind, size in MACOS_KINDS.items()}))
    draw_side(folder / "side.bmp")
    for size in LINUX_SIZES:
        (folder / f"dynsync-{size}.png").write_bytes(drawn[size])
    return 0


def picture(size: int, drawn: int = 0) -> bytes:
    """The drawing as a PNG.

    Args:
        size: Width and height in dots.
        drawn: Width and height of the drawing in its middle; the whole where 0.
    """
    from PySide6.QtCore import QBuffer, QRectF, Qt
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    edge = (size - (drawn or size)) / 2
    painter = QPainter(image)
    QSvgRenderer(str(DRAWING)).render(painter, QRectF(edge, edge, drawn or size, drawn or size))
    painter.end()
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  the stubs know file names only
    return bytes(buffer.data().data())


def draw_side(target: Path) -> None:
    """The picture at the left of the installer's last page: the drawing on the window's own ground."""
    from PySide6.QtCore import QRectF
    from PySide6.QtGui import QColor, QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    image = QImage(*SIDE_SIZE, QImage.Format.Format_RGB888)
    image.fill(QColor("#F5F6F8"))
    painter = QPainter(image)
    QSvgRenderer(str(DRAWING)).render(painter, QRectF((image.width() - 96) / 2, 48, 96, 96))
    painter.end()
    image.save(str(target), "BMP")


def ico(pictures: Mapping[int, bytes]) -> bytes:
    """An icon file of Windows: a table of contents, then the PNGs (Microsoft, ICONDIR; PNG since Windows Vista)."""
    head = struct.pack("<HHH", 0, 1, len(pictures))
    offset = len(head) + 16 * len(pictures)
    for size, png in pictures.items():
        head += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(png), offset)
        offset += len(png)
    return head + b"".join(pictures.values())


def icns(pictures: Mapping[str, bytes]) -> bytes:
    """An icon file of macOS: pieces of four letters, a length and a PNG."""
    pieces = b"".join(struct.pack(">4sI", kind.encode(), len(png) + 8) + png for kind, png in pictures.items())
    return struct.pack(">4sI", b"icns", len(pieces) + 8) + pieces


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
