# An administrator may do everything.
$ node create --driver fake-hardware --name webs --uuid 1be26c0b-03f2-4d2e-ae87-c02d7f33c781 --owner web
  owner = web
$ node create --driver fake-hardware --name dbs --uuid 2be26c0b-03f2-4d2e-ae87-c02d7f33c781 --owner db
  owner = db
$ node manage webs --wait 60
$ node provide webs
? node show webs
  provision_state = available
$ node list
  count 2
$ conductor list
  0/alive = true
$ node history list webs --long
  */user = ann
