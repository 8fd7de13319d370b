"""How much of a stranger's file is read, and what its reading may cost."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The largest list that is read.  What is beyond is refused as a whole, never read in part."""

    file_bytes_max: int = 64 * MIB
    unpacked_bytes_max: int = 384 * MIB  # of all parts of a zipped file together
    ratio_max: int = 200  # unpacked to packed, of any part larger than 1 MiB
    parts_max: int = 2_000  # files within a zipped file
    rows_max: int = 250_000  # of all sheets together
    columns_max: int = 512
    cells_max: int = 8_000_000
    cell_length_max: int = 4_000  # characters; what is longer is cut and marked
    sheets_max: int = 200
    seconds_max: int = 60  # of computing as well as of waiting
    memory_bytes_max: int = 1024 * MIB  # of address space of the reading process
