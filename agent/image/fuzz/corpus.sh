#!/bin/sh
# Makes the corpora anew with the programs that images are made with: qemu-img, qemu-io, gzip, zstd, xz, python3.
# Images for the target qcow2 are folded: their 4 KiB blocks that are not zero, each behind its number.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir -p "$here/corpus/qcow2" "$here/corpus/packed"
fold() {
    python3 - "$1" "$here/corpus/qcow2/$2" <<'P'
import sys
data = open(sys.argv[1], "rb").read()
blocks = [data[i:i + 4096] for i in range(0, len(data), 4096)]
last = len(blocks) - 1
with open(sys.argv[2], "wb") as out:
    for number, block in enumerate(blocks[:256]):
        if any(block) or number == last:
            out.write(bytes([number]) + block)
P
}
python3 -c '
import sys
b = bytearray(300 * 1024)
b[0:4096] = bytes(i * 7 % 251 for i in range(4096))
b[70000:90000] = b"hammer" * 3333 + b"ab"
b[-512:] = b"x" * 512
sys.stdout.buffer.write(b)' > disk.raw
image() { name=$1; shift; qemu-img convert -f raw -O qcow2 "$@" disk.raw i.qcow2; fold i.qcow2 "$name"; }
image plain -o cluster_size=4k
image plain_64k
image v2 -o compat=0.10,cluster_size=4k
image deflate -c -o cluster_size=4k
image deflate_v2 -c -o compat=0.10,cluster_size=512
image zstd -c -o compression_type=zstd,cluster_size=4k
image extended -o extended_l2=on,cluster_size=16k
image extended_zstd -c -o extended_l2=on,cluster_size=16k,compression_type=zstd
image preallocated -o preallocation=metadata,cluster_size=4k
image falloc -o preallocation=falloc,cluster_size=16k
image small_clusters -o cluster_size=512
qemu-img create -q -f qcow2 -o cluster_size=4k w.qcow2 128k
qemu-io -f qcow2 -c "write -P 1 100k 9k" -c "write -P 2 3k 5k" w.qcow2 > /dev/null
qemu-img snapshot -c one w.qcow2
qemu-img bitmap --add w.qcow2 b
qemu-img resize -q w.qcow2 900k
qemu-io -f qcow2 -c "write -P 3 700k 20k" -c "write -P 4 101k 1k" -c "write -z 3k 4k" w.qcow2 > /dev/null
fold w.qcow2 wild
qemu-img create -q -f qcow2 -o cluster_size=4k -b disk.raw -F raw b.qcow2
fold b.qcow2 backing
head -c 20000 disk.raw > short
for c in "gzip -c" "gzip -1 -c" "zstd -q -c" "zstd -q -c -19 --no-check" "xz -c" "xz -0 -c --check=sha256" "xz -c --x86 --lzma2=preset=1" "xz -c --block-size=4096"; do
    $c short > "$here/corpus/packed/$(echo "$c" | tr -dc 'a-z0-9-' )"
done
{ gzip -c short; gzip -c short; } > "$here/corpus/packed/gzip-two"
{ printf '\120\052\115\030\003\000\000\000abc'; zstd -q -c short; printf '\137\052\115\030\000\000\000\000'; zstd -q -c short; } > "$here/corpus/packed/zstd-skippable"
{ xz -c short; printf '\0\0\0\0'; xz -c short; } > "$here/corpus/packed/xz-padded"
head -c 600 short > "$here/corpus/packed/raw"
gzip -c "$here/corpus/packed/gzip-two" > "$here/corpus/packed/gzip-in-gzip"
head -c 1000000 /dev/zero | gzip -9 -c > "$here/corpus/packed/gzip-zeros"
printf 'KDMV' > "$here/corpus/packed/vmdk"
