# A fake machine's whole life, verb by verb; the command waits where it can.
$ driver list
  */name = fake-hardware
$ node create --driver fake-hardware --name one --uuid 1be26c0b-03f2-4d2e-ae87-c02d7f33c781 --resource-class baremetal --property cpu_arch=x86_64 --extra rack=7
  provision_state = enroll
  extra/rack = 7
  properties/cpu_arch = x86_64
$ node manage one --wait 60
$ node inspect one --wait 60
$ node show one --fields provision_state inspection_finished_at last_error
  provision_state = manageable
  inspection_finished_at != null
  last_error = null
$ node clean one --wait 60 --clean-steps '[{"interface":"bios","step":"apply_configuration","args":{"settings":[{"name":"lights","value":"on"}]}}]'
$ node bios setting list one
  0/name = lights
  0/value = on
$ node bios setting show one lights
  value = on
$ node provide one
? node show one
  provision_state = available
$ node validate one
  */Interface = deploy
  */Result = true
  */Result != false
$ node deploy one --wait 60 --config-drive '{"meta_data":{"hostname":"one"}}' --deploy-steps '[{"interface":"bios","step":"apply_configuration","priority":150,"args":{"settings":[{"name":"fans","value":"slow"}]}}]'
$ node show one
  provision_state = active
  power_state = power on
  deploy_step = {}
  last_error = null
$ node bios setting list one --long
  */name = fans
  */value = slow
$ node rebuild one --config-drive '{"meta_data":{"hostname":"two"}}'
? node show one
  provision_state = active
  target_provision_state = null
  last_error = null
$ node rescue one --rescue-password secret12
? node show one
  provision_state = rescue
$ node unrescue one
? node show one
  provision_state = active
$ node service one --service-steps '[{"interface":"vendor","step":"log_passthrough"}]'
? node show one
  provision_state = active
  last_error = null
$ node set one --protected --protected-reason mine
! node undeploy one
  says is protected
  says mine
! node rebuild one
  says is protected
$ node show one --fields protected protected_reason
  protected = true
  protected_reason = mine
$ node unset one --protected
$ node show one --fields protected protected_reason
  protected = false
  protected_reason = null
$ node set one --instance-info image_source=http://192.0.2.1/image --instance-name web
$ node set one --instance-uuid 8be26c0b-03f2-4d2e-ae87-c02d7f33c781
$ node show --instance 8be26c0b-03f2-4d2e-ae87-c02d7f33c781
  name = one
  instance_info/image_source = http://192.0.2.1/image
  instance_name = web
$ node list --associated
  0/name = one
$ node undeploy one --wait 60
$ node show one
  provision_state = available
  instance_uuid = null
  instance_info = {}
$ node list --associated
  count 0
$ node list --provision-state available
  0/name = one
$ node manage one --wait 60
# What is retired does not go back among the available ones.
$ node set one --retired --retired-reason old
$ node list --retired --long
  0/retired_reason = old
! node provide one
  says retired
$ node unset one --retired --retired-reason
$ node list --retired
  count 0
$ node adopt one
? node show one
  provision_state = active
$ node history list one
  */event = enrolled
  */event = verb adopt
  0/event = enrolled
  keep 0/uuid as birth
$ node history list one --long
  */state = active
$ node history get one $birth
  event = enrolled
$ node maintenance set one --reason looking
$ node show one --fields maintenance maintenance_reason
  maintenance = true
  maintenance_reason = looking
$ node list --maintenance
  0/name = one
! node service one --service-steps '[{"interface":"vendor","step":"log_passthrough"}]'
  says maintenance
$ node maintenance unset one
$ node list --maintenance
  count 0
$ node undeploy one --wait 60
$ node delete one
  says Deleted node one
! node show one
  says Node one could not be found
# The same through the other program.
$ openstack baremetal node create --driver fake-hardware --name two
  provision_state = enroll
$ openstack baremetal node manage two --wait 60
$ openstack baremetal node provide two
? openstack baremetal node show two
  provision_state = available
$ openstack baremetal node list --fields name provision_state
  0/name = two
  count 1
! openstack baremetal node rescue two --rescue-password secret12
  says "rescue" can not be performed
$ openstack baremetal node delete two
