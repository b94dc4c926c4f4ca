# Two machines with BMCs and agents; the second one's agent does not come at its first boot.
$ node create --driver redfish --name first --uuid $first_uuid $first_bmc --resource-class metal
  driver_info/redfish_password = ******
$ port create --node $first_uuid $first_mac
  address = $first_mac
$ node create --driver redfish --name second --uuid $second_uuid $second_bmc
  name = second
$ port create --node $second_uuid $second_mac
  address = $second_mac
$ node manage first second --wait 60
$ node inspect first second
? node show second
  provision_state = inspect wait
  target_provision_state = manageable
  reservation = null
$ node abort second
? node show second
  provision_state = inspect failed
  last_error ~ abort
! node inventory save second
  says $second_uuid
# Now its agent comes.
$ node inspect second --wait 60
$ node inspect first --wait 60
$ node inventory save second
  says "interfaces"
  says $second_mac
$ node boot device show first --supported
  supported_boot_devices ~ pxe
$ node boot device set first disk --persistent
$ node boot device show first
  boot_device = disk
  persistent = true
! node boot device set first nonsense
  says nonsense
$ node power on first
? node show first
  power_state = power on
$ node inject nmi first
$ node set first --instance-info image_source=http://192.0.2.80/image.raw --instance-info image_os_hash_algo=sha256 --instance-info image_os_hash_value=00 --instance-info image_disk_format=raw
$ node provide first
? node show first
  provision_state = available
$ node deploy first --config-drive '{"meta_data":{"hostname":"web-1"}}' --wait 90
$ node show first
  provision_state = active
  power_state = power on
$ node undeploy first
? node show first
  provision_state = available
