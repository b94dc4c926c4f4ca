# A user without a role, where others have one, may do nothing.
! node list
  says HTTP 403
! node create --driver fake-hardware
  says HTTP 403
! driver list
  says HTTP 403
