# What goes wrong, and that what the command shows names the thing.
$ node create --driver fake-hardware --name one --uuid 1be26c0b-03f2-4d2e-ae87-c02d7f33c781
  name = one
# Nobody there.
! node show nobody
  says Node nobody could not be found
! node provide nobody
  says Node nobody could not be found
! node show 2be26c0b-03f2-4d2e-ae87-c02d7f33c781
  says Node 2be26c0b-03f2-4d2e-ae87-c02d7f33c781 could not be found
! node delete nobody
  says Node nobody could not be found
! node history get one 2be26c0b-03f2-4d2e-ae87-c02d7f33c781
  says 2be26c0b-03f2-4d2e-ae87-c02d7f33c781 could not be found
! port create --node 2be26c0b-03f2-4d2e-ae87-c02d7f33c781 52:54:00:aa:bb:01
  says Node 2be26c0b-03f2-4d2e-ae87-c02d7f33c781 could not be found
! port list --node nobody
  says Node nobody could not be found
! conductor show nobody
  says Conductor nobody could not be found
! driver show nobody
  says driver "nobody"
! chassis show 2be26c0b-03f2-4d2e-ae87-c02d7f33c781
  says Chassis 2be26c0b-03f2-4d2e-ae87-c02d7f33c781 could not be found
! allocation create --resource-class x --candidate-node nobody
  says Node nobody could not be found
! node set one --parent-node nobody
  says nobody
# Not in this state.
! node deploy one
  says "active" can not be performed on node "1be26c0b-03f2-4d2e-ae87-c02d7f33c781" while it is in state "enroll"
! node provide one
  says "provide" can not be performed on node "1be26c0b-03f2-4d2e-ae87-c02d7f33c781" while it is in state "enroll"
! node rescue one --rescue-password secret12
  says "rescue" can not be performed
! node unrescue one
  says "unrescue" can not be performed
! node clean one --clean-steps '[{"interface":"bios","step":"factory_reset"}]'
  says "clean" can not be performed
! node service one --service-steps '[{"interface":"bios","step":"factory_reset"}]'
  says "service" can not be performed
! node abort one
  says "abort" can not be performed
! node unhold one
  says "unhold" can not be performed
! node rebuild one
  says "rebuild" can not be performed
! node undeploy one
  says "deleted" can not be performed
! node adopt one
  says "adopt" can not be performed
! node inspect one
  says "inspect" can not be performed
! --max-retries 0 node set one --protected
  says 'active' or 'rescue'
# Not possible.
! node create --driver nonsense
  says 'nonsense'
! --max-retries 0 node create --driver fake-hardware --name one
  says 'one' is in use already
! --max-retries 0 node create --driver fake-hardware --uuid 1be26c0b-03f2-4d2e-ae87-c02d7f33c781
  says 1be26c0b-03f2-4d2e-ae87-c02d7f33c781
! node create --driver fake-hardware --name 'not a name'
  says Invalid value for name
! port create --node 1be26c0b-03f2-4d2e-ae87-c02d7f33c781 nonsense
  says "nonsense"
! node set one --target-raid-config '{"logical_disks":[{"size_gb":100}]}'
  says raid_level
! node unset one --extra nothing
  says nothing
! node list --provision-state nonsense
  says "nonsense"
! node list --sort nonsense
  says nonsense
! runbook create --name CUSTOM_Q --steps '[{"interface":"bios","step":"x","args":{}}]'
  says order
# These are begun, and then found to be impossible.
$ node boot mode set one uefi
? node show one
  last_error ~ set_boot_mode
$ node secure boot on one
? node show one
  last_error ~ set_secure_boot
$ node secure boot off one
$ node manage one --wait 60
! node clean one --clean-steps '[{"interface":"nonsense","step":"x"}]'
  says clean_steps: step 0: interface is one of
$ node clean one --clean-steps '[{"interface":"bios","step":"nonsense"}]'
? node show one
  provision_state = clean failed
  last_error ~ nonsense
! node clean one --clean-steps '[{"interface":"bios","step":"factory_reset"}]'
  says while it is in state "clean failed"
$ node manage one --wait 60
! node clean one --runbook CUSTOM_NOBODY
  says CUSTOM_NOBODY
