"""Unpacks the arrays of a page, as anim/page/player/packing.mjs does, in Python."""

import base64
import zlib

import numpy as np


def unpack(text, arrays):
    """The arrays by name, with NaN for numbers that are not there."""
    octets = iter(zlib.decompress(base64.b64decode(text)))

    def integer():
        value, shift, octet = 0, 0, 128
        while octet >= 128:
            octet = next(octets)
            value |= (octet & 127) << shift
            shift += 7
        return -(value + 1) // 2 if value % 2 else value // 2

    found = {}
    for name, (rows, *rest), per in arrays:
        columns = int(np.prod(rest))
        differences = np.array([[integer() for _ in range(rows)] for _ in range(columns)], int)
        codes = differences.reshape(columns, rows).cumsum(1).T
        found[name] = np.where(codes > 0, (codes - 1) / per, np.nan).reshape(rows, *rest)
    assert next(octets, None) is None
    return found
