# A reader sees what is the project's, and does nothing.
$ node list
  0/name = webs
  count 1
$ node show webs
  extra/a = b
! node show dbs
  says Node dbs could not be found
! node power off webs
  says HTTP 403
! node set webs --extra c=d
  says HTTP 403
! node maintenance set webs
  says HTTP 403
! node undeploy webs
  says HTTP 403
! node delete webs
  says HTTP 403
$ node show webs
  extra = {"a":"b"}
  power_state = power off
