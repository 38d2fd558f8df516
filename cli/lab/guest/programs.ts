/**
 * What a guest of the lab does first. Its address follows from that of its network card, so that a copy with another
 * card has another address: `52:54:00:5a:..:<n>` is `<network>.<n>`, any other card something from 100 to 199.
 */
export const initProgram = `#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t tmpfs tmp /tmp
network=10.0.0
power=obey
for word in $(cat /proc/cmdline); do
  case $word in
    stowage.network=*) network=\${word#*=} ;;
    stowage.power=*) power=\${word#*=} ;;
  esac
done
while read module; do insmod /modules/$module; done < /modules/order
ip link set lo up
ip link set eth0 up
card=$(cat /sys/class/net/eth0/address)
last=$((0x\${card##*:}))
case $card in
  52:54:00:5a:*) ;;
  *) last=$((100 + last % 100)) ;;
esac
ip addr add $network.$last/24 dev eth0
boots=0
if [ -b /dev/vda ]; then
  boots=$(dd if=/dev/vda bs=512 count=1 2>/dev/null | tr -cd 0-9)
  boots=$((\${boots:-0} + 1))
  printf '%-512s' $boots | dd of=/dev/vda bs=512 count=1 conv=notrunc,fsync 2>/dev/null
fi
echo $boots > /tmp/boots
: > /tmp/connections
nc -ll -p 7000 -e /service &
nc -ll -p 7001 -e /bin/sh &
[ -x /start-more ] && /start-more
if [ $power = obey ]; then
  for event in /sys/class/input/event*; do
    grep -q 'Power Button' $event/device/name 2>/dev/null && (head -c 24 /dev/input/\${event##*/} > /dev/null; sync; poweroff -f) &
  done
fi
echo "READY boots=$boots address=$network.$last" > /dev/ttyS0
[ $power = off ] && poweroff -f
while :; do sleep 1000; done
`;

/** Answers each line with `<boots> <connection> <line of this connection> <what was said>`. */
export const serviceProgram = `#!/bin/sh
echo >> /tmp/connections
connection=$(wc -l < /tmp/connections)
read boots < /tmp/boots
n=0
while read -r line; do
  n=$((n + 1))
  echo "$boots $connection $n $line"
done
`;

/** Modules of a guest, each after those it needs; what a kernel has built in is left out. */
export const modules = [
  "drivers/virtio/virtio_ring", "drivers/virtio/virtio", "drivers/virtio/virtio_pci_modern_dev", "drivers/virtio/virtio_pci_legacy_dev", "drivers/virtio/virtio_pci",
  "net/core/failover", "drivers/net/net_failover", "drivers/net/virtio_net", "drivers/block/virtio_blk", "drivers/virtio/virtio_balloon", "drivers/char/virtio_console",
  "drivers/acpi/button", "drivers/input/evdev",
] as const;
