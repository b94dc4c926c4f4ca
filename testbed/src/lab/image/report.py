"""Reports to the lab from a system that cloud-init set up. Argument: where to."""
import json
import os
import platform
import subprocess
import sys
import time
import urllib.request


def said(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


links = json.loads(said("ip", "-j", "-4", "addr") or "[]")
link = next((link for link in links if link["ifname"] != "lo"), {})
root = said("findmnt", "-no", "SOURCE", "/")
report = {
    "hostname": platform.node(),
    "boot_seconds": float(open("/proc/uptime").read().split()[0]),
    "root_device": "/dev/" + said("lsblk", "-no", "PKNAME", root),
    "config_drive": said("blkid", "-L", "config-2"),
    "kernel": platform.release(),
    "mac": open(f"/sys/class/net/{link['ifname']}/address").read().strip() if link else "",
    "address": next((entry["local"] for entry in link.get("addr_info", [])), ""),
    "firmware": "uefi" if os.path.isdir("/sys/firmware/efi") else "bios",
}
for _ in range(60):
    try:
        urllib.request.urlopen(sys.argv[1], data=json.dumps(report).encode(), timeout=10).close()
        break
    except OSError as error:
        print("cannot report yet:", error)
        time.sleep(1)
