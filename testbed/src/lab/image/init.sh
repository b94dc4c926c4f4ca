#!/bin/busybox sh
# The target image's only program of its own: proves a deployment by reading the config drive and phoning home.
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev 2>/dev/null
exec </dev/console >/dev/console 2>&1
say() { echo "target: $*"; }
seconds() { cut -d' ' -f1 /proc/uptime; }

say "started after $(seconds) s, kernel $(uname -r)"
while read -r module; do insmod "/lib/modules/$module" 2>/dev/null; done </lib/modules/order

# What runs from memory is told by its kernel who it is.
argument() { for word in $(cat /proc/cmdline); do case $word in "$1="*) echo "${word#*=}" ;; esac; done; }
live=$(argument target.phone_home)

# Disks appear on their own time; ours is the one with the boot partition of this image.
n=0
until [ -n "$live" ] || boot=$(findfs LABEL=HS-TARGET 2>/dev/null) || [ $n -ge 100 ]; do n=$((n + 1)); sleep 0.1; done
root=
[ -n "$boot" ] && root=/dev/$(basename "$(readlink -f "/sys/class/block/$(basename "$boot")/..")")
say "runs from ${root:-an unknown disk}"

# On ISO 9660 it has small letters, on FAT capitals.
n=0
until [ -n "$live" ] || drive=$(findfs LABEL=config-2 2>/dev/null || findfs LABEL=CONFIG-2 2>/dev/null) || [ $n -ge 20 ]; do n=$((n + 1)); sleep 0.1; done
if [ -n "$drive" ]; then
  mount -t iso9660 -o ro "$drive" /config 2>/dev/null || mount -t vfat -o ro "$drive" /config
fi
latest=/config/openstack/latest
meta() { [ -f $latest/meta_data.json ] && tr -d '\n' <$latest/meta_data.json | sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p"; }
say "config drive on ${drive:-nothing}"

name=$(meta hostname)
[ -n "$name" ] || name=$(meta local-hostname)
[ -n "$name" ] || name=$(argument target.hostname)
hostname "${name:-unnamed}"
home=$(meta phone_home)
[ -n "$home" ] || home=$live
fixed=$(meta static_address)

ifconfig lo 127.0.0.1
n=0
until card=$(ls /sys/class/net | grep -v '^lo$' | head -n 1) && [ -n "$card" ] || [ $n -ge 100 ]; do n=$((n + 1)); sleep 0.1; done
ifconfig "$card" up
if [ -n "$fixed" ]; then
  ip addr add "$fixed" dev "$card"
else
  until udhcpc -q -n -f -t 10 -T 1 -A 1 -i "$card" -x "hostname:$(hostname)" -s /etc/udhcpc.script; do say "no DHCP yet"; done
fi
address=$(ip -4 -o addr show dev "$card" | sed -n 's/.*inet \([0-9.]*\).*/\1/p' | head -n 1)
say "address ${address:-none} on $card"

digest=
[ -f $latest/user_data ] && digest=$(sha256sum $latest/user_data | cut -d' ' -f1)
firmware=bios
[ -d /sys/firmware/efi ] && firmware=uefi
report() {
  printf '{"hostname":"%s","uuid":"%s","boot_seconds":%s,"root_device":"%s","config_drive":"%s","kernel":"%s","mac":"%s","address":"%s","firmware":"%s","user_data_sha256":"%s"}' \
    "$(hostname)" "$(meta uuid)" "$(seconds)" "$root" "$drive" "$(uname -r)" "$(cat "/sys/class/net/$card/address")" "$address" "$firmware" "$digest"
}
mkdir -p /www
report >/www/index.html
httpd -h /www
acpid -l /tmp/acpid.log -p /tmp/acpid.pid

if [ -n "$home" ]; then
  until wget -q -O /dev/null --post-data "$(report)" "$home"; do say "cannot reach $home yet"; sleep 1; done
  say "phoned home after $(seconds) s"
else
  say "the config drive names no phone_home"
fi
echo
echo "Hammerscale target on ttyS0"
echo "$(hostname) login:"
while :; do sleep 3600; done
