"""What is asked of the Linux kernel: end children with their parent, adopt orphans, another user for PostgreSQL.

The functions named `become_…` and `die_with_parent` run in a child between fork and exec, so they only make system calls.
On another system than Linux the first two do nothing: children are then ended by an orderly stop only.
"""

import ctypes
import os
import signal
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

IS_LINUX = sys.platform == "linux"
NOBODY = 65534  # uid and gid of `nobody` on Linux

_PR_SET_PDEATHSIG = 1
_PR_SET_KEEPCAPS = 8
_PR_SET_CHILD_SUBREAPER = 36
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_CLONE_NEWUSER = 0x10000000
_CAPABILITY_VERSION_3 = 0x20080522
_CAP_DAC_OVERRIDE = 1  # pass folders such as /root that `nobody` may not enter

_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(signum: signal.Signals, *, parent: int) -> None:
    """Ask for `signum` when the parent ends; a parent that ended before the call ends this process at once."""
    if not IS_LINUX:
        return
    _checked(_libc.prctl(_PR_SET_PDEATHSIG, int(signum), 0, 0, 0), "prctl")
    if os.getppid() != parent:
        os._exit(1)


def adopt_orphans() -> None:
    """From now on, descendants that lose their parent become children of this process."""
    if IS_LINUX:
        _checked(_libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "prctl")


def become_user_of_namespace() -> None:
    """Enter a user namespace in which this process is uid 1000; outside, files still see the old uid.

    Raises OSError where the kernel or a container forbids it.
    """
    uid, gid = os.geteuid(), os.getegid()
    _checked(_libc.unshare(_CLONE_NEWUSER), "unshare")
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"1000 {uid} 1")
    _write("/proc/self/gid_map", f"1000 {gid} 1")


def become_nobody() -> None:
    """Become `nobody`, keeping only the right to pass folders; raises OSError where this process may not."""
    _checked(_libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0), "prctl")
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)
    header = ctypes.create_string_buffer(struct.pack("=Ii", _CAPABILITY_VERSION_3, 0))
    only = 1 << _CAP_DAC_OVERRIDE
    sets = ctypes.create_string_buffer(struct.pack("=6I", only, only, only, 0, 0, 0))
    _checked(_libc.capset(header, sets), "capset")
    _checked(_libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _CAP_DAC_OVERRIDE, 0, 0), "prctl")


def children_of(parent: int) -> Iterator[int]:
    """Process ids of the direct children, zombies included, in no order."""
    for pid in _pids():
        try:
            stat = Path(f"/proc/{pid}/stat").read_text()
        except OSError:
            continue  # ended while we looked
        if int(stat.rpartition(")")[2].split()[1]) == parent:
            yield pid


def processes_with_variable(name: str, value: str) -> Iterator[int]:
    """Process ids, other than ours, that were started with the environment variable set to exactly `value`."""
    wanted = f"{name}={value}".encode()
    for pid in _pids():
        try:
            environ = Path(f"/proc/{pid}/environ").read_bytes()
        except OSError:
            continue  # ended while we looked, or another user's
        if wanted in environ.split(b"\0") and pid != os.getpid():
            yield pid


def processes_in_folder(folder: Path) -> Iterator[int]:
    """Process ids whose working directory is the folder."""
    for pid in _pids():
        try:
            cwd = Path(f"/proc/{pid}/cwd").readlink()
        except OSError:
            continue
        if cwd == folder:
            yield pid


def _pids() -> Iterator[int]:
    return (
        (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
        if IS_LINUX
        else iter(())
    )


def _checked(result: int, call: str) -> None:
    if result != 0:
        errno = ctypes.get_errno()
        raise OSError(errno, f"{call}: {os.strerror(errno)}")


def _write(path: str, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)
