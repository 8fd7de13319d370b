#!/bin/sh
# Process 1 of the machine whose power is cut. The kernel's command line hands over its variables:
# here (the work folder), python (its name), mode, seed and durability.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PYTHONPATH="$here/code" PYTHONDONTWRITEBYTECODE=1 TMPDIR="$here/tmp"
mount -t proc proc /proc
[ -b /dev/ubda ] || mount -t devtmpfs dev /dev
mount -t tmpfs tmp "$here/tmp"
# The host's file system is mounted read only: all that this machine can write is its own disk.
if mount -t ext4 /dev/ubda "$here/disk"; then
    cd "$here/code" || echo "FAULT there is no code to run"
    "$here/prefix/bin/$python" -m tests.powercut.writer "$mode" "$here/disk/ledger.db" "$seed" "$durability"
    cd /
    umount "$here/disk"
else
    echo "FAULT the disk cannot be mounted"
fi
echo o >/proc/sysrq-trigger # off; process 1 must never return
sleep 60
