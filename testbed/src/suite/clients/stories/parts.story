# Ports, port groups, volumes, allocations, and many things from one file.
$ node create --driver fake-hardware --name one --uuid 1be26c0b-03f2-4d2e-ae87-c02d7f33c781 --resource-class baremetal
  name = one
$ port group create --node 1be26c0b-03f2-4d2e-ae87-c02d7f33c781 --name bond --address 52:54:00:AA:CC:01 --mode 802.3ad --support-standalone-ports --property miimon=100
  mode = 802.3ad
  address = 52:54:00:aa:cc:01
  properties/miimon = 100
  keep uuid as bond
$ port group list
  0/name = bond
  count 1
$ port group set bond --mode active-backup --extra a=b
$ port group unset bond --extra a
$ port group show bond
  mode = active-backup
  extra = {}
$ port create --node 1be26c0b-03f2-4d2e-ae87-c02d7f33c781 52:54:00:AA:CC:02 --port-group $bond --local-link-connection switch_id=aa:bb:cc:dd:ee:ff --local-link-connection port_id=e1 --physical-network net1 --name p1 --description d --vendor v --category c --pxe-enabled true
  address = 52:54:00:aa:cc:02
  portgroup_uuid = $bond
  keep uuid as port
$ port list --long
  0/local_link_connection/port_id = e1
  0/physical_network = net1
  count 1
$ port list --port-group bond
  0/uuid = $port
$ port list --node one --fields uuid name
  0/name = p1
$ port list --address 52:54:00:AA:CC:02
  count 1
$ port list --address 52:54:00:aa:cc:99
  count 0
! --max-retries 0 port create --node 1be26c0b-03f2-4d2e-ae87-c02d7f33c781 52:54:00:aa:cc:02
  says '52:54:00:aa:cc:02' is in use already
! port set $port --physical-network net2
  says physical_network cannot be changed while the port belongs to a portgroup
$ port unset $port --port-group
$ port set $port --address 52:54:00:AA:CC:03 --extra x=y --physical-network net2
$ port show $port
  address = 52:54:00:aa:cc:03
  extra/x = y
  physical_network = net2
$ port unset $port --extra x --physical-network
$ port show --address 52:54:00:aa:cc:03
  extra = {}
  physical_network = null
  portgroup_uuid = null
$ port delete $port
  says Deleted port $port
! port show $port
  says $port
$ port group delete bond
  says Deleted port group bond
! port group show bond
  says bond
$ volume connector create --node 1be26c0b-03f2-4d2e-ae87-c02d7f33c781 --type iqn --connector-id iqn.2026-01.example:one --uuid 3be26c0b-03f2-4d2e-ae87-c02d7f33c781
  connector_id = iqn.2026-01.example:one
$ volume connector list --node one --long
  0/type = iqn
  count 1
! --max-retries 0 volume connector create --node 1be26c0b-03f2-4d2e-ae87-c02d7f33c781 --type iqn --connector-id iqn.2026-01.example:one
  says iqn.2026-01.example:one
# A volume changes only while its node is off.
$ node power off one
? node show one
  power_state = power off
$ volume connector set 3be26c0b-03f2-4d2e-ae87-c02d7f33c781 --extra a=b
$ volume connector show 3be26c0b-03f2-4d2e-ae87-c02d7f33c781
  extra/a = b
$ volume connector unset 3be26c0b-03f2-4d2e-ae87-c02d7f33c781 --extra a
$ volume target create --node 1be26c0b-03f2-4d2e-ae87-c02d7f33c781 --type iscsi --volume-id v1 --boot-index 0 --property target_iqn=x --uuid 4be26c0b-03f2-4d2e-ae87-c02d7f33c781
  volume_id = v1
  boot_index = 0
$ volume target list
  0/volume_id = v1
  count 1
$ volume target set 4be26c0b-03f2-4d2e-ae87-c02d7f33c781 --boot-index 1
$ volume target show 4be26c0b-03f2-4d2e-ae87-c02d7f33c781
  boot_index = 1
  properties/target_iqn = x
$ volume target unset 4be26c0b-03f2-4d2e-ae87-c02d7f33c781 --property target_iqn
$ volume target show 4be26c0b-03f2-4d2e-ae87-c02d7f33c781
  properties = {}
$ volume target delete 4be26c0b-03f2-4d2e-ae87-c02d7f33c781
$ volume connector delete 3be26c0b-03f2-4d2e-ae87-c02d7f33c781
! volume target show 4be26c0b-03f2-4d2e-ae87-c02d7f33c781
  says 4be26c0b-03f2-4d2e-ae87-c02d7f33c781
$ node manage one --wait 60
$ node provide one
? node show one
  provision_state = available
  power_state = power off
! allocation create --name a1 --resource-class baremetal --trait CUSTOM_X --wait 60
  says no suitable nodes have the requested traits CUSTOM_X
$ allocation list --state error
  0/name = a1
  count 1
$ allocation create --name a2 --resource-class baremetal --wait 60
  state = active
  node_uuid = 1be26c0b-03f2-4d2e-ae87-c02d7f33c781
  keep uuid as allocation
$ allocation set a2 --extra k=v --name a3
$ allocation show a3
  extra/k = v
  uuid = $allocation
$ allocation unset a3 --extra k
$ allocation list --node one
  0/name = a3
  count 1
$ node show one
  allocation_uuid = $allocation
  instance_uuid = $allocation
! allocation create --name a4 --resource-class baremetal --wait 60
  says no available nodes match the resource class baremetal
$ allocation delete a1 a3 a4
  says Deleted allocation a3
! allocation show a3
  says Allocation a3 could not be found
$ node show one
  allocation_uuid = null
  instance_uuid = null
$ create $folder/many.json
$ node list
  */name = filed
$ port list --address 52:54:00:aa:dd:02 --long
  count 1
! --max-retries 0 create $folder/many.json
  says 'filed' is in use already
