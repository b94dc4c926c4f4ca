# Deploy templates, runbooks and inspection rules, and that they do what they say.
$ deploy template create CUSTOM_T --steps '[{"interface":"bios","step":"apply_configuration","args":{"settings":[{"name":"a","value":"template"}]},"priority":150}]' --extra a=b
  steps/0/priority = 150
$ deploy template list
  0/name = CUSTOM_T
  count 1
$ deploy template set CUSTOM_T --name CUSTOM_U --extra c=d
$ deploy template unset CUSTOM_U --extra a
$ deploy template show CUSTOM_U
  extra = {"c":"d"}
  steps/0/step = apply_configuration
! --max-retries 0 deploy template create CUSTOM_U --steps '[{"interface":"bios","step":"apply_configuration","args":{"settings":[]},"priority":150}]'
  says 'CUSTOM_U' is in use already
! deploy template create lower --steps '[{"interface":"bios","step":"apply_configuration","args":{"settings":[]},"priority":150}]'
  says name
! deploy template show CUSTOM_T
  says CUSTOM_T
$ runbook create --name CUSTOM_R --steps '[{"interface":"bios","step":"apply_configuration","args":{"settings":[{"name":"b","value":"runbook"}]},"order":1}]' --description tidy --extra a=b
  description = tidy
$ runbook list
  0/name = CUSTOM_R
  count 1
$ runbook set CUSTOM_R --extra b=c --description other
$ runbook unset CUSTOM_R --extra a
$ runbook trait add CUSTOM_R CUSTOM_A
  says Added trait CUSTOM_A
$ runbook trait list CUSTOM_R
  0/traits = CUSTOM_A
$ runbook show CUSTOM_R
  description = other
  extra = {"b":"c"}
  traits = ["CUSTOM_A"]
$ inspection rule create --uuid 7be26c0b-03f2-4d2e-ae87-c02d7f33c781 --description seen --priority 10 --sensitive false --phase main --conditions '[{"op":"eq","args":{"values":["a","a"]}}]' --actions '[{"op":"set-attribute","args":{"path":"/extra/rule","value":"yes"}}]'
  priority = 10
  sensitive = false
# For conditions that are not given the command sends null.
$ inspection rule create --uuid 8be26c0b-03f2-4d2e-ae87-c02d7f33c781 --actions '[{"op":"set-attribute","args":{"path":"/extra/always","value":"yes"}}]'
  conditions = []
$ inspection rule list
  */description = seen
  count 2
$ inspection rule set 7be26c0b-03f2-4d2e-ae87-c02d7f33c781 --description other --priority 7
$ inspection rule show 7be26c0b-03f2-4d2e-ae87-c02d7f33c781
  description = other
  priority = 7
$ inspection rule unset 7be26c0b-03f2-4d2e-ae87-c02d7f33c781 --description
$ inspection rule show 7be26c0b-03f2-4d2e-ae87-c02d7f33c781
  description = null
! inspection rule create --conditions '[]' --actions '[{"op":"nonsense","args":{}}]'
  says actions/0: op is one of
$ node create --driver fake-hardware --name one
  name = one
$ node manage one --wait 60
# A node takes a runbook that has one of its traits.
! node clean one --runbook CUSTOM_R
  says CUSTOM_R
$ node add trait one CUSTOM_A CUSTOM_U
$ node clean one --runbook CUSTOM_R
? node show one
  provision_state = manageable
  last_error = null
$ node bios setting list one
  0/value = runbook
$ node provide one
? node show one
  provision_state = available
# A template is for who has its trait and asks for it.
$ node set one --instance-info traits='["CUSTOM_U"]'
$ node deploy one --wait 60
$ node bios setting list one
  */value = template
$ runbook create --name CUSTOM_S --steps '[{"interface":"vendor","step":"log_passthrough","args":{},"order":1}]'
  name = CUSTOM_S
$ runbook trait add CUSTOM_S CUSTOM_A
$ node service one --runbook CUSTOM_S
? node show one
  provision_state = active
  last_error = null
$ runbook trait remove CUSTOM_R CUSTOM_A
$ runbook delete CUSTOM_R
! runbook show CUSTOM_R
  says CUSTOM_R
$ deploy template delete CUSTOM_U
  says Deleted deploy template CUSTOM_U
$ inspection rule delete 7be26c0b-03f2-4d2e-ae87-c02d7f33c781
! inspection rule show 7be26c0b-03f2-4d2e-ae87-c02d7f33c781
  says 7be26c0b-03f2-4d2e-ae87-c02d7f33c781
