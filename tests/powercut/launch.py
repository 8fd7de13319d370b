"""Start a User-Mode Linux kernel so that it runs on every x86 processor: launch.py PROGRAM WORD...

User-Mode Linux 6.1 has room for 2,696 bytes of a program's extended registers.  A processor with
AMX has 11,008, the host refuses to set them from less, and the guest ends with its first program:
"ptrace set fp regs failed, errno = 14".  Told that its host knows no extended registers at all, it
keeps the basic ones only, as on old hosts.  That works as long as nothing in the guest uses the
others, which `guest.PLAIN_PROCESSOR` sees to; and what breaks it is seen as a bad cut, never as a
good one.

The telling is done by a filter of system calls, which any user may put on its own processes.
"""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import struct
import sys

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
AUDIT_ARCH_X86_64 = 0xC000003E
PTRACE, GETREGSET, SETREGSET, NT_X86_XSTATE = 101, 0x4204, 0x4205, 0x202
LOAD, IF_EQUAL, RETURN = 0x20, 0x15, 0x06  # the three instructions of the filter
NUMBER, ARCH, REQUEST, KIND = 0, 4, 16, 32  # where they find what the call is
REFUSE, ALLOW = 0x0005_0000 | errno.EIO, 0x7FFF_0000

# Each instruction: what, how many to leave out if equal, how many if not, its value.
FILTER = (
    (LOAD, 0, 0, ARCH),
    (IF_EQUAL, 0, 8, AUDIT_ARCH_X86_64),
    (LOAD, 0, 0, NUMBER),
    (IF_EQUAL, 0, 6, PTRACE),
    (LOAD, 0, 0, REQUEST),
    (IF_EQUAL, 1, 0, GETREGSET),
    (IF_EQUAL, 0, 3, SETREGSET),
    (LOAD, 0, 0, KIND),
    (IF_EQUAL, 0, 1, NT_X86_XSTATE),
    (RETURN, 0, 0, REFUSE),
    (RETURN, 0, 0, ALLOW),
)


class Program(ctypes.Structure):
    """struct sock_fprog"""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def hide_extended_registers() -> None:
    """From now on asking for a process's extended registers fails, here and in every child."""
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *i) for i in FILTER))
    program = Program(len(FILTER), ctypes.cast(code, ctypes.c_void_p))
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    if prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or prctl(
        PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0
    ):
        fault = os.strerror(ctypes.get_errno())
        sys.exit(f"FAULT this host does not let a process filter its system calls: {fault}")


def main() -> None:
    """Become the program that the command line names."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a kernel that panics must not fill the disk
    hide_extended_registers()
    os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main()
