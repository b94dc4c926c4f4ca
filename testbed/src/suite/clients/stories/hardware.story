# What belongs to a machine: power, boot, console, BIOS, vendor methods, traits, virtual interfaces, and where it stands.
$ driver show fake-hardware
  default_deploy_interface = fake
  enabled_network_interfaces ~ flat
$ driver property list fake-hardware
  count 0
$ driver property list redfish
  */property = redfish_address
$ driver raid property list redfish
  */property = raid_level
$ driver passthru list fake-hardware
  count 0
! driver passthru call fake-hardware nonsense
  says nonsense
$ conductor list
  0/hostname = hammerscale
  0/alive = true
$ conductor show hammerscale
  drivers ~ fake-hardware
$ chassis create --description first --uuid 9be26c0b-03f2-4d2e-ae87-c02d7f33c781 --extra a=b
  description = first
$ chassis set 9be26c0b-03f2-4d2e-ae87-c02d7f33c781 --description second --extra c=d
$ chassis unset 9be26c0b-03f2-4d2e-ae87-c02d7f33c781 --extra a
$ chassis show 9be26c0b-03f2-4d2e-ae87-c02d7f33c781
  description = second
  extra = {"c":"d"}
$ chassis list
  0/description = second
  count 1
$ node create --driver fake-hardware --name one --uuid 1be26c0b-03f2-4d2e-ae87-c02d7f33c781 --network-interface flat --chassis-uuid 9be26c0b-03f2-4d2e-ae87-c02d7f33c781
  network_interface = flat
$ node create --driver fake-hardware --name two --shard s1 --owner me --lessee you --description 'the second one' --conductor-group ""
  shard = s1
$ node list --chassis 9be26c0b-03f2-4d2e-ae87-c02d7f33c781
  0/name = one
  count 1
! chassis delete 9be26c0b-03f2-4d2e-ae87-c02d7f33c781
  says there are nodes in it
$ node unset one --chassis-uuid
$ chassis delete 9be26c0b-03f2-4d2e-ae87-c02d7f33c781
  says Deleted chassis
$ shard list
  */name = s1
  */count = 1
$ node list --shards s1 --long
  0/name = two
  count 1
$ node list --unsharded
  0/name = one
  count 1
$ node list --owner me
  count 1
$ node list --lessee nobody
  count 0
$ node list --description-contains second
  0/name = two
  count 1
$ node set two --parent-node one
$ node children list one
  children ~ -
$ node list --parent-node one
  0/name = two
  count 1
$ node list
  */name != two
$ node list --include-children
  */name = two
  count 2
$ node unset two --parent-node --owner --lessee --description --shard
$ node show two
  owner = null
  parent_node = null
  description = null
  shard = null
$ node list --sort name:desc
  0/name = two
  count 2
$ node list --limit 1
  count 1
$ node list --sort name --marker 1be26c0b-03f2-4d2e-ae87-c02d7f33c781
  0/name = two
  count 1
$ node manage one --wait 60
$ node power on one
? node show one
  power_state = power on
$ node power off one --soft
? node show one
  power_state = power off
$ node reboot one
? node show one
  power_state = power on
  target_power_state = null
$ node reboot one --soft --power-timeout 30
? node show one
  power_state = power on
  target_power_state = null
$ node set one --disable-power-off
! --max-retries 0 node power off one
  says disable_power_off
$ node set one --enable-power-off
$ node power off one --power-timeout 30
? node show one
  power_state = power off
$ node boot device set one pxe
$ node boot device show one
  boot_device = pxe
$ node boot device show one --supported
  supported_boot_devices = pxe
! node boot device set one disk
  says disk
! node inject nmi one
  says inject_nmi
$ node console enable one
? node console show one
  console_enabled = true
$ node console disable one
? node console show one
  console_enabled = false
$ node passthru list one
  */Name = second_method
  */Name = third_method_sync
$ node passthru call one second_method --arg bar=kazoo
! node passthru call one nonsense
  says nonsense
$ node firmware list one
  count 0
$ node bios setting list one
  count 0
! node bios setting show one lights
  says lights
! node inventory save one
  says 1be26c0b-03f2-4d2e-ae87-c02d7f33c781
$ node trait add one CUSTOM_A CUSTOM_B
  says Added trait CUSTOM_A
$ node add trait one HW_CPU_X86_VMX
$ node trait list one
  */traits = CUSTOM_A
  */traits = HW_CPU_X86_VMX
  count 3
$ node trait remove one CUSTOM_A
$ node remove trait one CUSTOM_B
$ node trait list one
  */traits != CUSTOM_A
  count 1
! node trait remove one CUSTOM_A
  says CUSTOM_A
! node trait add one lower
  says lower
$ node trait remove one --all
$ node trait list one
  count 0
! node vif attach one vif-1
  says No port or port group of node 1be26c0b-03f2-4d2e-ae87-c02d7f33c781 is free for VIF vif-1
$ port create --node 1be26c0b-03f2-4d2e-ae87-c02d7f33c781 52:54:00:aa:bb:01
  keep uuid as port
$ node vif attach one vif-1 --port-uuid $port
$ node vif list one
  0/id = vif-1
  count 1
! --max-retries 0 node vif attach one vif-1
  says VIF vif-1 is attached to port $port already
$ node vif detach one vif-1
$ node vif list one
  count 0
! node vif detach one vif-1
  says vif-1
$ node set one --network-data '{"links":[],"networks":[],"services":[]}' --target-raid-config '{"logical_disks":[{"size_gb":100,"raid_level":"1"}]}' --bios-interface no-bios
$ node show one
  network_data/links = []
  target_raid_config/logical_disks/0/raid_level = "1"
  bios_interface = no-bios
$ node set one --reset-bios-interface
$ node unset one --network-data --target-raid-config
$ node show one
  network_data = {}
  target_raid_config = {}
  bios_interface = fake
! node set one --bios-interface nonsense
  says nonsense
