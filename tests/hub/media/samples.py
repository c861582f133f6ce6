"""The beginnings of files of every kind: enough to tell what they are."""

from __future__ import annotations

import struct
import zlib


def _box(brand: bytes, *more: bytes) -> bytes:
    content = b"ftyp" + brand + bytes(4) + b"".join(more)
    return struct.pack(">I", len(content) + 4) + content + bytes(40)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(shade: int = 0) -> bytes:
    """A whole picture of one grey pixel; different shades are different files."""
    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    body = zlib.compress(bytes([0, shade]))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (_chunk(b"IHDR", head), _chunk(b"IDAT", body), _chunk(b"IEND", b""))
    )


KEPT: dict[str, tuple[bytes, ...]] = {
    "image/png": (png(),),
    "image/jpeg": (
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(50),
        b"\xff\xd8\xff\xe1\x00\x10Exif\x00" + bytes(50),
        b"\xff\xd8\xff\xdb\x00\x43" + bytes(50),
    ),
    "image/gif": (b"GIF89a" + bytes(30), b"GIF87a" + bytes(30)),
    "image/webp": (b"RIFF\x20\x00\x00\x00WEBPVP8 " + bytes(30),),
    "video/mp4": (
        _box(b"isom", b"isomiso2avc1mp41"),
        _box(b"mp42", b"mp42isom"),
        _box(b"iso5", b"iso5iso6mp41"),
        _box(b"avc1", b"isom"),
    ),
    "video/quicktime": (_box(b"qt  ", b"qt  "),),
    "audio/mp4": (_box(b"M4A ", b"isommp42"),),
    "audio/mpeg": (b"ID3\x03" + bytes(40), b"\xff\xfb\x90\x00" + bytes(50)),
    "audio/ogg": (b"OggS\x00\x02" + bytes(22) + b"\x01\x13OpusHead" + bytes(30),),
    "application/pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj",),
}

REFUSED = {
    "nothing": b"",
    "text": b"hello, hello, hello",
    "HTML": b"<!doctype html><html><script>alert(1)</script></html>",
    "HTML after blanks": b" \n\t<html><body onload=alert(1)>",
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "SVG as XML": b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>',
    "SVG with a mark": b'\xef\xbb\xbf<?xml version="1.0"?><svg/>',
    "script": b"#!/bin/sh\nrm -rf /\n",
    "program": b"MZ" + bytes(60),
    "zip": b"PK\x03\x04" + bytes(30),
    "gzip": b"\x1f\x8b\x08" + bytes(30),
    "gzipped picture": zlib.compress(png()),
    "HEIC": _box(b"heic", b"mif1heic"),
    "webm": b"\x1a\x45\xdf\xa3\x01\x00\x00\x00\x00\x00\x00\x1fB\x86\x81\x01B\x82\x84webm",
    "bitmap": b"BM" + bytes(40),
    "flash": b"CWS" + bytes(40),
    "a picture behind a blank": b" " + png(),
    "JSON": b'{"url": "http://example.com/a.png"}',
}
