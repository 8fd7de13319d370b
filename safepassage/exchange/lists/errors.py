"""Why a list is not read at all.

ListFileError               a list that cannot be read
├── ListTooLargeError       more than the limits allow: rows, size, unpacked size, time, memory
├── ListLockedError         protected by a password
└── NotAListError           another kind of file, or a damaged one

Messages name the kind of trouble and the remedy.  They never repeat what stands in the file, nor
its name: both may be somebody's name, and messages end up in logs.
"""

from __future__ import annotations

from safepassage.model.errors import SafePassageError


class ListFileError(SafePassageError, ValueError):
    """A list that cannot be read."""


class ListTooLargeError(ListFileError):
    """A list that is larger than the limits allow, or takes too long to read."""


class ListLockedError(ListFileError):
    """A list that is protected by a password."""


class NotAListError(ListFileError):
    """A file that is no list, or a damaged one."""
