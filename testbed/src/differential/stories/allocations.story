# Allocations: a node is asked for, found, used and given back. Only nodes whose power state is known are found, so they are switched off first.

story create, show, list, delete
POST /v1/allocations {"resource_class":"none-such","name":"a"}
keep first /uuid
POST /v1/allocations {"resource_class":"other","extra":{"a":1},"traits":["CUSTOM_A","CUSTOM_B"],"uuid":"6a1e7a0c-8a9d-4a3b-9a49-0a4f5a2b6001","owner":"p"}
POST /v1/allocations {"resource_class":"none-such","name":"c"}
GET /v1/allocations/a
GET /v1/allocations/A
GET /v1/allocations/$first
GET /v1/allocations/6a1e7a0c-8a9d-4a3b-9a49-0a4f5a2b6001
GET /v1/allocations/nobody
GET /v1/allocations/1be26c0b-03f2-4d2e-ae87-c02d7f33c781
GET /v1/allocations/not%20a%20name
GET /v1/allocations/a/nonsense
at 1.51 1.52 1.57 1.59 1.60: GET /v1/allocations/a
at 1.51 1.52 1.59 1.60: GET /v1/allocations
GET /v1/allocations
GET /v1/allocations?detail=true
GET /v1/allocations/detail
GET /v1/allocations/a?fields=uuid,name
GET /v1/allocations/a?fields=candidate_nodes,created_at,extra,last_error,links
GET /v1/allocations/a?fields=node_uuid,resource_class,state,traits,updated_at,owner
GET /v1/allocations/a?fields=nonsense
GET /v1/allocations/1be26c0b-03f2-4d2e-ae87-c02d7f33c781?fields=nonsense
GET /v1/allocations/a?nonsense=1
at 1.59 1.60: GET /v1/allocations/a?fields=owner
at 1.59 1.60: GET /v1/allocations?fields=owner
GET /v1/allocations?fields=uuid,traits
GET /v1/allocations?fields=nonsense
GET /v1/allocations?resource_class=other
GET /v1/allocations?resource_class=
GET /v1/allocations?resource_class=nobody
GET /v1/allocations?state=error
GET /v1/allocations?state=active
GET /v1/allocations?state=nonsense
GET /v1/allocations?owner=p
GET /v1/allocations?owner=q
at 1.59: GET /v1/allocations?owner=p
GET /v1/allocations?name=a
GET /v1/allocations?nonsense=1
GET /v1/allocations?limit=1
GET /v1/allocations?limit=1&marker=$first
GET /v1/allocations?limit=0
GET /v1/allocations?limit=x
GET /v1/allocations?marker=1be26c0b-03f2-4d2e-ae87-c02d7f33c781
GET /v1/allocations?marker=x
GET /v1/allocations?sort_key=name&sort_dir=desc
GET /v1/allocations?sort_key=resource_class
GET /v1/allocations?sort_key=state
GET /v1/allocations?sort_key=extra
GET /v1/allocations?sort_key=traits
GET /v1/allocations?sort_key=candidate_nodes
GET /v1/allocations?sort_key=node_uuid
GET /v1/allocations?sort_key=nonsense
GET /v1/allocations?sort_dir=sideways
at 1.51: DELETE /v1/allocations/a
DELETE /v1/allocations/a
DELETE /v1/allocations/a
DELETE /v1/allocations/1be26c0b-03f2-4d2e-ae87-c02d7f33c781
DELETE /v1/allocations/not%20a%20name
GET /v1/allocations

story requests that are refused
node one
POST /v1/allocations {"resource_class":"x","name":"a","uuid":"6a1e7a0c-8a9d-4a3b-9a49-0a4f5a2b6001"}
POST /v1/allocations {"resource_class":"x","name":"a"}
POST /v1/allocations {"resource_class":"x","uuid":"6a1e7a0c-8a9d-4a3b-9a49-0a4f5a2b6001"}
POST /v1/allocations {"resource_class":"x","uuid":7}
POST /v1/allocations {"resource_class":"x","name":"not a name"}
POST /v1/allocations {"resource_class":"x","name":7}
POST /v1/allocations {"resource_class":7}
POST /v1/allocations {"resource_class":null}
POST /v1/allocations {"resource_class":""}
POST /v1/allocations {"resource_class":"012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"}
POST /v1/allocations {"name":"b"}
POST /v1/allocations {}
POST /v1/allocations []
POST /v1/allocations
POST /v1/allocations {"resource_class":"x","traits":["not a trait"]}
POST /v1/allocations {"resource_class":"x","traits":["CUSTOM_lower"]}
POST /v1/allocations {"resource_class":"x","traits":"CUSTOM_A"}
POST /v1/allocations {"resource_class":"x","traits":[7]}
POST /v1/allocations {"resource_class":"x","candidate_nodes":["nobody"]}
POST /v1/allocations {"resource_class":"x","candidate_nodes":["1be26c0b-03f2-4d2e-ae87-c02d7f33c781"]}
POST /v1/allocations {"resource_class":"x","candidate_nodes":["not a name"]}
POST /v1/allocations {"resource_class":"x","candidate_nodes":"one"}
POST /v1/allocations {"resource_class":"x","candidate_nodes":[7]}
POST /v1/allocations {"resource_class":"x","extra":7}
POST /v1/allocations {"resource_class":"x","owner":7}
POST /v1/allocations {"resource_class":"x","nonsense":1}
POST /v1/allocations {"resource_class":"x","state":"active"}
POST /v1/allocations {"resource_class":"x","node_uuid":"$one"}
POST /v1/allocations {"resource_class":"x","node":"nobody"}
POST /v1/allocations {"resource_class":"x","node":7}
POST /v1/allocations {"node":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781"}
at 1.51: POST /v1/allocations {"resource_class":"x"}
at 1.57: POST /v1/allocations {"resource_class":"x","node":"one"}
at 1.59: POST /v1/allocations {"resource_class":"x","owner":"p"}
POST /v1/allocations {"resource_class":"x","name":null,"uuid":null,"extra":null,"traits":null,"candidate_nodes":null,"owner":null,"node":null}
POST /v1/allocations {"resource_class":"x","name":"","owner":"","node":"","traits":[],"candidate_nodes":[]}
POST /v1/allocations {"resource_class":"x","name":"detail"}
POST /v1/allocations {"resource_class":"x","candidate_nodes":["one","$one"]}
POST /v1/allocations {"resource_class":"x","traits":["CUSTOM_A","CUSTOM_A"]}
POST /v1/allocations {"resource_class":"x","traits":["HW_CPU_X86_VMX"]}

story patches
POST /v1/allocations {"resource_class":"x","name":"a"}
keep allocation /uuid
POST /v1/allocations {"resource_class":"x","name":"b"}
PATCH /v1/allocations/a [{"op":"replace","path":"/name","value":"b"}]
PATCH /v1/allocations/a [{"op":"replace","path":"/name","value":"not a name"}]
PATCH /v1/allocations/a [{"op":"replace","path":"/name","value":7}]
PATCH /v1/allocations/a [{"op":"replace","path":"/name","value":"c"}]
PATCH /v1/allocations/c [{"op":"remove","path":"/name"}]
PATCH /v1/allocations/$allocation [{"op":"add","path":"/name","value":"a"}]
PATCH /v1/allocations/a [{"op":"replace","path":"/extra","value":{"a":1}}]
PATCH /v1/allocations/a [{"op":"add","path":"/extra/b","value":"x"}]
PATCH /v1/allocations/a [{"op":"remove","path":"/extra/a"}]
PATCH /v1/allocations/a [{"op":"remove","path":"/extra/zz"}]
PATCH /v1/allocations/a [{"op":"replace","path":"/extra","value":"x"}]
PATCH /v1/allocations/a [{"op":"remove","path":"/extra"}]
PATCH /v1/allocations/a [{"op":"replace","path":"/resource_class","value":"y"}]
PATCH /v1/allocations/a [{"op":"replace","path":"/traits","value":[]}]
PATCH /v1/allocations/a [{"op":"replace","path":"/owner","value":"y"}]
PATCH /v1/allocations/a [{"op":"replace","path":"/state","value":"active"}]
PATCH /v1/allocations/a [{"op":"replace","path":"/uuid","value":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781"}]
PATCH /v1/allocations/a [{"op":"add","path":"/nonsense","value":1}]
PATCH /v1/allocations/a [{"op":"move","path":"/name"}]
PATCH /v1/allocations/a []
PATCH /v1/allocations/a {}
PATCH /v1/allocations/nobody [{"op":"replace","path":"/name","value":"x"}]
PATCH /v1/allocations/nobody [{"op":"replace","path":"/nonsense","value":"x"}]
PATCH /v1/allocations/1be26c0b-03f2-4d2e-ae87-c02d7f33c781 [{"op":"replace","path":"/name","value":"x"}]
at 1.51 1.56: PATCH /v1/allocations/a [{"op":"replace","path":"/name","value":"x"}]
GET /v1/allocations/a

story a node that is found, used and given back
node one available
PUT /v1/nodes/one/states/power {"target":"power off"}
PATCH /v1/nodes/one [{"op":"add","path":"/resource_class","value":"x"}]
GET /v1/nodes/one/allocation
POST /v1/allocations {"resource_class":"x","name":"a","owner":null}
keep allocation /uuid
GET /v1/allocations/a
GET /v1/nodes/one
GET /v1/nodes?fields=name,allocation_uuid,instance_uuid
GET /v1/nodes?instance_uuid=$allocation
GET /v1/nodes?associated=true
GET /v1/nodes/one/allocation
GET /v1/nodes/$one/allocation
GET /v1/nodes/one/allocation?fields=state,node_uuid
GET /v1/nodes/one/allocation?fields=nonsense
GET /v1/nodes/one/allocation?nonsense=1
GET /v1/nodes/nobody/allocation
GET /v1/nodes/1be26c0b-03f2-4d2e-ae87-c02d7f33c781/allocation
at 1.51 1.52 1.59: GET /v1/nodes/one/allocation
at 1.51 1.52: GET /v1/nodes/one
at 1.51: DELETE /v1/nodes/one/allocation
GET /v1/allocations?node=one
GET /v1/allocations?node=$one
GET /v1/allocations?state=active
GET /v1/allocations?node=not%20a%20name
POST /v1/allocations {"resource_class":"x","name":"b"}
GET /v1/allocations/b
DELETE /v1/allocations/b
PATCH /v1/nodes/one [{"op":"remove","path":"/instance_uuid"}]
PATCH /v1/nodes/one [{"op":"replace","path":"/instance_uuid","value":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781"}]
DELETE /v1/nodes/one
do one active
GET /v1/allocations/a
DELETE /v1/allocations/a
DELETE /v1/nodes/one/allocation
do one deleted
GET /v1/allocations/a
GET /v1/nodes/one
GET /v1/nodes/one/allocation
DELETE /v1/nodes/one/allocation

story an allocation that is given up
node one available
PUT /v1/nodes/one/states/power {"target":"power off"}
PATCH /v1/nodes/one [{"op":"add","path":"/resource_class","value":"x"}]
POST /v1/allocations {"resource_class":"x","name":"a"}
GET /v1/nodes/one/allocation
DELETE /v1/allocations/a
GET /v1/nodes/one
POST /v1/allocations {"resource_class":"x","name":"a"}
DELETE /v1/nodes/one/allocation
DELETE /v1/nodes/one/allocation
DELETE /v1/nodes/nobody/allocation
DELETE /v1/nodes/1be26c0b-03f2-4d2e-ae87-c02d7f33c781/allocation
GET /v1/allocations/a
GET /v1/nodes/one
POST /v1/allocations {"resource_class":"x","name":"a"}
do one active
PUT /v1/nodes/one/maintenance {}
DELETE /v1/allocations/a
GET /v1/nodes/one

story which node is found
node one available
node two available
node three available
PUT /v1/nodes/one/states/power {"target":"power off"}
PUT /v1/nodes/two/states/power {"target":"power off"}
PUT /v1/nodes/three/states/power {"target":"power off"}
PATCH /v1/nodes/one [{"op":"add","path":"/resource_class","value":"x"}]
PATCH /v1/nodes/two [{"op":"add","path":"/resource_class","value":"x"}]
PATCH /v1/nodes/three [{"op":"add","path":"/resource_class","value":"y"}]
PUT /v1/nodes/two/traits {"traits":["CUSTOM_A","CUSTOM_B"]}
POST /v1/allocations {"resource_class":"x","name":"by-trait","traits":["CUSTOM_A"]}
GET /v1/allocations/by-trait
GET /v1/nodes/two
DELETE /v1/allocations/by-trait
POST /v1/allocations {"resource_class":"x","name":"no-such-trait","traits":["CUSTOM_A","CUSTOM_C"]}
GET /v1/allocations/no-such-trait
POST /v1/allocations {"resource_class":"x","name":"by-candidate","candidate_nodes":["one"]}
GET /v1/allocations/by-candidate
GET /v1/nodes/one
DELETE /v1/allocations/by-candidate
POST /v1/allocations {"resource_class":"x","name":"wrong-candidate","candidate_nodes":["three"]}
GET /v1/allocations/wrong-candidate
POST /v1/allocations {"resource_class":"x","name":"one"}
GET /v1/allocations/one
DELETE /v1/allocations/one
POST /v1/allocations {"resource_class":"y","name":"by-class","candidate_nodes":["$three","one"]}
GET /v1/allocations/by-class
DELETE /v1/allocations/by-class
PUT /v1/nodes/three/maintenance {}
POST /v1/allocations {"resource_class":"y","name":"in-maintenance"}
GET /v1/allocations/in-maintenance
DELETE /v1/nodes/three/maintenance
POST /v1/allocations {"resource_class":"y","name":"free-again"}
GET /v1/allocations/free-again
PATCH /v1/nodes/one [{"op":"add","path":"/owner","value":"p"}]
PATCH /v1/nodes/two [{"op":"add","path":"/owner","value":"q"}]
POST /v1/allocations {"resource_class":"x","name":"by-owner","owner":"p"}
GET /v1/allocations/by-owner
GET /v1/nodes/one
POST /v1/allocations {"resource_class":"x","name":"another-owner","owner":"r"}
GET /v1/allocations/another-owner
DELETE /v1/allocations/by-owner

story nodes that become available later
node one manageable
PUT /v1/nodes/one/states/power {"target":"power off"}
PATCH /v1/nodes/one [{"op":"add","path":"/resource_class","value":"x"}]
POST /v1/allocations {"resource_class":"x","name":"early"}
GET /v1/allocations/early
do one provide
GET /v1/allocations/early
POST /v1/allocations {"resource_class":"x","name":"in-time"}
GET /v1/allocations/in-time
GET /v1/nodes/one

story allocations of nodes that are deleted
node one available
PUT /v1/nodes/one/states/power {"target":"power off"}
PATCH /v1/nodes/one [{"op":"add","path":"/resource_class","value":"x"}]
POST /v1/allocations {"resource_class":"x","name":"a"}
DELETE /v1/nodes/one
PUT /v1/nodes/one/maintenance {}
DELETE /v1/nodes/one
GET /v1/allocations/a

story allocations for what runs already
node one active
node two active
node three available
PATCH /v1/nodes/one [{"op":"add","path":"/resource_class","value":"x"}]
PATCH /v1/nodes/two [{"op":"add","path":"/instance_uuid","value":"6a1e7a0c-8a9d-4a3b-9a49-0a4f5a2b7001"}]
POST /v1/allocations {"node":"one","name":"a"}
keep allocation /uuid
GET /v1/allocations/a
GET /v1/nodes/one
GET /v1/nodes/one/allocation
POST /v1/allocations {"node":"$two","resource_class":null}
GET /v1/allocations/6a1e7a0c-8a9d-4a3b-9a49-0a4f5a2b7001
GET /v1/nodes/two/allocation
GET /v1/nodes/two
POST /v1/allocations {"node":"one","uuid":"6a1e7a0c-8a9d-4a3b-9a49-0a4f5a2b7002"}
PUT /v1/nodes/one/maintenance {}
DELETE /v1/allocations/a
GET /v1/nodes/one

story backfills that do not fit
node one active
PATCH /v1/nodes/one [{"op":"add","path":"/resource_class","value":"x"}]
POST /v1/allocations {"node":"one","name":"a","resource_class":"y"}
POST /v1/allocations {"node":"one","name":"b","traits":["CUSTOM_A"]}

story owners of allocations and leases
node one available
PUT /v1/nodes/one/states/power {"target":"power off"}
PATCH /v1/nodes/one [{"op":"add","path":"/resource_class","value":"x"},{"op":"add","path":"/lessee","value":"l"}]
POST /v1/allocations {"resource_class":"x","name":"a","owner":"l"}
GET /v1/allocations/a
PATCH /v1/nodes/one [{"op":"replace","path":"/owner","value":"p"}]
PATCH /v1/nodes/one [{"op":"replace","path":"/lessee","value":"m"}]
GET /v1/allocations?owner=l
DELETE /v1/allocations/a

story orders of a later version
node one
at 1.59 1.60: GET /v1/allocations?sort_key=owner
