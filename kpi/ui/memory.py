"""Memory of a server that runs for months (内存): fewer heaps of the C library, and unused pages given back.

Pages are drawn in many threads, and glibc gives each its own heap of up to 64 MB, of which little is ever returned. With two
heaps the same 56 actions of one session leave 455 MB instead of 524. Other C libraries do without; there nothing is done.
"""

from __future__ import annotations

import ctypes
import gc
import sys

_M_ARENA_MAX = -8
"""Number of the option in `malloc.h`."""
_ARENAS = 2


def limit_heaps() -> bool:
    """Keep the C library to few heaps, before threads start; whether it could be asked to."""
    library = _glibc()
    return library is not None and bool(library.mallopt(_M_ARENA_MAX, _ARENAS))


def give_back() -> None:
    """Return memory that nothing uses to the system: after a snapshot was let go."""
    gc.collect()
    if "pyarrow" in sys.modules:
        import pyarrow as pa

        pa.default_memory_pool().release_unused()
    library = _glibc()
    if library is not None:
        library.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "mallopt") and hasattr(library, "malloc_trim") else None
