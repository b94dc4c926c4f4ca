# Steps that hold or wait, abort and unhold, a node that is locked, and what the command does about that.
$ node create --driver fake-hardware --name one
  keep uuid as one
$ node manage one --wait 60
$ node clean one --clean-steps '[{"interface":"deploy","step":"hold"},{"interface":"bios","step":"factory_reset"}]'
? node show one
  provision_state = clean hold
  target_provision_state = manageable
  clean_step/step = hold
  reservation = null
# What the command is told is a conflict it asks again; here it is told not to.
! --max-retries 0 node set one --extra a=b
  says $one
  says It is in state "clean hold"
! node provide one
  says "provide" can not be performed on node "$one" while it is in state "clean hold"
$ node abort one
? node show one
  provision_state = clean failed
  last_error ~ aborted at 'hold'
$ node manage one
? node show one
  provision_state = manageable
$ node clean one --clean-steps '[{"interface":"deploy","step":"hold"},{"interface":"bios","step":"apply_configuration","args":{"settings":[{"name":"a","value":"b"}]}}]'
? node show one
  provision_state = clean hold
$ node unhold one
? node show one
  provision_state = manageable
  last_error = null
$ node bios setting list one
  0/value = b
! node unhold one
  says "unhold" can not be performed on node "$one" while it is in state "manageable"
$ node clean one --clean-steps '[{"interface":"deploy","step":"wait","args":{"seconds":600}}]'
? node show one
  provision_state = clean wait
  clean_step/args/seconds = 600
$ node abort one
? node show one
  provision_state = clean failed
  last_error ~ aborted at 'wait'
$ node manage one
? node show one
  provision_state = manageable
# Locked while it is inspected: the command that does not ask again says so, the one that does comes through in the end.
$ node inspect one
! --max-retries 0 node power on one
  says Node $one is locked by host hammerscale
  says HTTP 409
$ node set one --extra a=b
$ node show one
  extra/a = b
  provision_state = manageable
$ node provide one
? node show one
  provision_state = available
$ node deploy one --deploy-steps '[{"interface":"deploy","step":"hold","priority":150,"args":{}}]'
? node show one
  provision_state = deploy hold
  target_provision_state = active
  deploy_step/step = hold
$ node abort one
? node show one
  provision_state = deploy failed
  last_error ~ aborted at 'hold'
$ node deploy one --deploy-steps '[{"interface":"deploy","step":"hold","priority":150,"args":{}}]'
? node show one
  provision_state = deploy hold
$ node unhold one
? node show one
  provision_state = active
  last_error = null
$ node service one --service-steps '[{"interface":"deploy","step":"hold"},{"interface":"vendor","step":"log_passthrough"}]'
? node show one
  provision_state = service hold
  target_provision_state = active
$ node unhold one
? node show one
  provision_state = active
  last_error = null
$ node service one --service-steps '[{"interface":"deploy","step":"wait","args":{"seconds":600}}]'
? node show one
  provision_state = service wait
$ node abort one
? node show one
  provision_state = active
  last_error ~ aborted at 'wait'
! node abort one
  says "abort" can not be performed on node "$one" while it is in state "active"
