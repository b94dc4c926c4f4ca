#!/bin/busybox sh
# Graceful shutdown: the power button was pressed.
echo "target: power button"
sync
poweroff -f
