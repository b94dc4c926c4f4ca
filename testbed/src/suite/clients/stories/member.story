# A member of a project sees what is the project's, and does what provisioning needs.
$ node list
  0/name = webs
  count 1
! node show dbs
  says Node dbs could not be found
! node power on dbs
  says Node dbs could not be found
$ node power on webs
? node show webs
  power_state = power on
$ node maintenance set webs --reason mine
$ node maintenance unset webs
$ node set webs --extra a=b
$ node deploy webs --wait 60
$ node undeploy webs
? node show webs
  provision_state = available
! node set webs --owner other
  says HTTP 403
! node set webs --conductor-group other
  says HTTP 403
! node create --driver fake-hardware --name mine
  says HTTP 403
! node delete webs
  says HTTP 403
! chassis create
  says HTTP 403
! runbook create --name CUSTOM_R --public true --steps '[{"interface":"bios","step":"x","args":{},"order":1}]'
  says HTTP 403
