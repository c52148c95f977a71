#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a CAP file with the purse's names and no code to speak of: cap-file.py FILE [FRAMEWORK_MINOR]. The virtual
chip runs the purse whatever the bytecode says."""
import struct
import sys
import zipfile

PACKAGE = bytes.fromhex("f0455055525345")
FRAMEWORK, SECURITY = bytes.fromhex("a0000000620101"), bytes.fromhex("a0000000620102")


def component(tag, content):
    return bytes([tag]) + struct.pack(">H", len(content)) + content


def named(aid):
    return bytes([len(aid)]) + aid


minor = int(sys.argv[2]) if len(sys.argv) > 2 else 5
parts = {
    "Method": component(7, b"\x5a" * 2000),
    "Header": component(1, bytes.fromhex("decaffed") + b"\x01\x02\x04\x00\x01" + named(PACKAGE)),
    "Applet": component(3, b"\x01" + named(PACKAGE + b"\x01") + b"\x00\x05"),
    "Directory": component(2, b"\x00" * 4),
    "Import": component(4, b"\x02" + bytes([minor, 1]) + named(FRAMEWORK) + b"\x05\x01" + named(SECURITY)),
    "ConstantPool": component(5, b"\x00\x00"),
    "RefLocation": component(9, b"\x00\x00\x00\x00"),
    "StaticField": component(8, b"\x00" * 10),
    "Class": component(6, b"\x01\x02"),
}
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n")
    for name, content in parts.items():
        archive.writestr(f"epurse/card/javacard/{name}.cap", content)
