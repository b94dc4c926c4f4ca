# Nodes: create, show, list, delete.

story create and show
POST /v1/nodes {"driver": "fake-hardware"}
keep node /uuid
GET /v1/nodes/$node
at all: GET /v1/nodes/$node
GET /v1/nodes
GET /v1/nodes/detail
GET /v1/nodes/$node/
GET /nodes/$node
GET /nodes
HEAD /v1/nodes/$node
DELETE /v1/nodes/$node
GET /v1/nodes/$node
DELETE /v1/nodes/$node

story everything a node can be created with
POST /v1/nodes {"driver":"fake-hardware","name":"full","uuid":"6a1e7a0c-8a9d-4a3b-9a49-0a4f5a2b0001","driver_info":{"fake_key":"v","password":"hidden","deep":{"list":[1,2.5,null,true]}},"properties":{"cpus":"8","memory_mb":1024,"local_gb":10,"cpu_arch":"x86_64","capabilities":"boot_mode:uefi"},"extra":{"a":{"b":["c"]}},"instance_info":{"image_source":"http://192.0.2.1/i","root_gb":5},"resource_class":"baremetal","conductor_group":"","lessee":"l","description":"words","automated_clean":false,"retired":false,"network_data":{},"parent_node":null,"shard":"s1","disable_power_off":false,"instance_name":"inst"}
GET /v1/nodes/full
at 1.1 1.5 1.21 1.46 1.49 1.50 1.51 1.61 1.65 1.66 1.82 1.83 1.95 1.104: GET /v1/nodes/full
GET /v1/nodes/full?fields=uuid,name,links
GET /v1/nodes/full?fields=driver_info,instance_info,properties
GET /v1/nodes/full.json
at 1.90 1.91: GET /v1/nodes/full.json

story an owner at creation
POST /v1/nodes {"driver":"fake-hardware","owner":"o"}

story creations that are refused
POST /v1/nodes {}
POST /v1/nodes {"driver":null}
POST /v1/nodes {"driver":7}
POST /v1/nodes {"driver":"no-such-driver"}
POST /v1/nodes {"driver":"redfish"}
POST /v1/nodes {"driver":"fake-hardware","nonsense":1}
POST /v1/nodes {"driver":"fake-hardware","uuid":"not-a-uuid"}
POST /v1/nodes {"driver":"fake-hardware","name":"not a name"}
POST /v1/nodes {"driver":"fake-hardware","name":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781"}
POST /v1/nodes {"driver":"fake-hardware","name":"detail"}
POST /v1/nodes {"driver":"fake-hardware","name":""}
POST /v1/nodes {"driver":"fake-hardware","name":7}
POST /v1/nodes {"driver":"fake-hardware","chassis_uuid":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781"}
POST /v1/nodes {"driver":"fake-hardware","chassis_uuid":"x"}
POST /v1/nodes {"driver":"fake-hardware","instance_uuid":"x"}
POST /v1/nodes {"driver":"fake-hardware","properties":[]}
POST /v1/nodes {"driver":"fake-hardware","extra":"x"}
POST /v1/nodes {"driver":"fake-hardware","driver_info":7}
POST /v1/nodes {"driver":"fake-hardware","instance_info":null}
POST /v1/nodes {"driver":"fake-hardware","properties":{"memory_mb":-1}}
POST /v1/nodes {"driver":"fake-hardware","properties":{"local_gb":"x"}}
POST /v1/nodes {"driver":"fake-hardware","properties":{"cpus":"many"}}
POST /v1/nodes {"driver":"fake-hardware","properties":{"memory_mb":""}}
POST /v1/nodes {"driver":"fake-hardware","properties":{"memory_mb":"1.5"}}
POST /v1/nodes {"driver":"fake-hardware","properties":{"memory_mb":[1]}}
POST /v1/nodes?nonsense=1 {"driver":"fake-hardware"}
POST /v1/nodes {"driver":"fake-hardware","properties":{"capabilities":7}}
POST /v1/nodes {"driver":"fake-hardware","protected":true}
POST /v1/nodes {"driver":"fake-hardware","protected_reason":"x"}
POST /v1/nodes {"driver":"fake-hardware","provision_state":"active"}
POST /v1/nodes {"driver":"fake-hardware","power_state":"power on"}
POST /v1/nodes {"driver":"fake-hardware","traits":["HW_CPU_X86_VMX"]}
POST /v1/nodes {"driver":"fake-hardware","retired":"maybe"}
POST /v1/nodes {"driver":"fake-hardware","automated_clean":"maybe"}
POST /v1/nodes {"driver":"fake-hardware","automated_clean":7}
POST /v1/nodes {"driver":"fake-hardware","owner":7}
POST /v1/nodes {"driver":"fake-hardware","resource_class":"UPPER lower 1!"}
POST /v1/nodes {"driver":"fake-hardware","resource_class":7}
POST /v1/nodes {"driver":"fake-hardware","conductor_group":"not a group"}
POST /v1/nodes {"driver":"fake-hardware","parent_node":"nobody"}
POST /v1/nodes {"driver":"fake-hardware","parent_node":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781"}
POST /v1/nodes {"driver":"fake-hardware","network_data":{"links":"x"}}
POST /v1/nodes {"driver":"fake-hardware","network_data":[]}
POST /v1/nodes {"driver":"fake-hardware","power_interface":"none-such"}
POST /v1/nodes {"driver":"fake-hardware","power_interface":7}
POST /v1/nodes {"driver":"fake-hardware","deploy_interface":"direct"}
POST /v1/nodes {"driver":"fake-hardware","network_interface":"neutron"}
POST /v1/nodes {"driver":"fake-hardware","retired_reason":"x"}
POST /v1/nodes {"driver":"fake-hardware","created_at":"2026-01-01T00:00:00+00:00"}
POST /v1/nodes {"driver":"fake-hardware","links":[]}
POST /v1/nodes {"driver":"fake-hardware"}}
POST /v1/nodes []
POST /v1/nodes "text"
POST /v1/nodes 7
POST /v1/nodes
GET /v1/nodes

story a conductor group that nobody serves
POST /v1/nodes {"driver":"fake-hardware","conductor_group":"nobody-here"}

story creations with odd members that are accepted
POST /v1/nodes {"driver":"fake-hardware","name":null}
POST /v1/nodes {"driver":"fake-hardware","automated_clean":null}
POST /v1/nodes {"driver":"fake-hardware","automated_clean":"true"}
POST /v1/nodes {"driver":"fake-hardware","retired":"yes"}
POST /v1/nodes {"driver":"fake-hardware","retired":true,"retired_reason":"old"}
POST /v1/nodes {"driver":"fake-hardware","maintenance":true}
POST /v1/nodes {"driver":"fake-hardware","console_enabled":false}
POST /v1/nodes {"driver":"fake-hardware","boot_mode":"uefi"}
POST /v1/nodes {"driver":"fake-hardware","secure_boot":true}
POST /v1/nodes {"driver":"fake-hardware","extra":{"":"empty","sp ace":1,"uml\u00e4ut":"\ud83d\ude00"}}
POST /v1/nodes {"driver":"fake-hardware","properties":{"memory_mb":"1024","local_gb":0}}
POST /v1/nodes {"driver":"fake-hardware","properties":{"memory_mb":null,"cpus":null}}
POST /v1/nodes {"driver":"fake-hardware","instance_info":{"display_name":"shown"}}
POST /v1/nodes {"driver":"fake-hardware","inspect_interface":"no-inspect","management_interface":"noop","rescue_interface":"no-rescue"}
POST /v1/nodes {"driver":"fake-hardware","power_interface":null}
POST /v1/nodes {"driver":"fake-hardware","name":"a.b-c_d~e"}
POST /v1/nodes {"driver":"fake-hardware","name":"X"}
POST /v1/nodes {"driver":"fake-hardware","instance_uuid":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781"}
POST /v1/nodes {"driver":"fake-hardware","instance_uuid":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781"}
POST /v1/nodes {"driver":"fake-hardware","uuid":"6A1E7A0C-8A9D-4A3B-9A49-0A4F5A2B00AA"}
POST /v1/nodes {"driver":"fake-hardware","uuid":"6a1e7a0c8a9d4a3b9a490a4f5a2b00bb"}
POST /v1/nodes {"driver":"fake-hardware","uuid":null}
POST /v1/nodes {"driver":"fake-hardware","console_enabled":true}
POST /v1/nodes {"driver":"fake-hardware","retired_reason":"alone"}
POST /v1/nodes {"driver":"fake-hardware","properties":{"memory_mb":1.5,"local_gb":true}}
POST /v1/nodes {"driver":"fake-hardware","properties":{"memory_mb":" 12 "}}
GET /v1/nodes/detail

story members newer than the version
at 1.1 1.10: POST /v1/nodes {"driver":"fake-hardware"}
at 1.4: POST /v1/nodes {"driver":"fake-hardware","name":"x1"}
at 1.20: POST /v1/nodes {"driver":"fake-hardware","resource_class":"x"}
at 1.19: POST /v1/nodes {"driver":"fake-hardware","network_interface":"noop"}
at 1.30: POST /v1/nodes {"driver":"fake-hardware","deploy_interface":"fake"}
at 1.45: POST /v1/nodes {"driver":"fake-hardware","conductor_group":""}
at 1.45: POST /v1/nodes {"driver":"fake-hardware","conductor_group":"x"}
at 1.49: POST /v1/nodes {"driver":"fake-hardware","owner":null}
at 1.46: POST /v1/nodes {"driver":"fake-hardware","automated_clean":true}
at 1.49: POST /v1/nodes {"driver":"fake-hardware","owner":"x"}
at 1.50: POST /v1/nodes {"driver":"fake-hardware","description":"x"}
at 1.60: POST /v1/nodes {"driver":"fake-hardware","retired":true}
at 1.64: POST /v1/nodes {"driver":"fake-hardware","lessee":"x"}
at 1.65: POST /v1/nodes {"driver":"fake-hardware","network_data":{}}
at 1.81: POST /v1/nodes {"driver":"fake-hardware","shard":"x"}
at 1.82: POST /v1/nodes {"driver":"fake-hardware","parent_node":null}
at 1.94: POST /v1/nodes {"driver":"fake-hardware","disable_power_off":true}
at 1.103: POST /v1/nodes {"driver":"fake-hardware","instance_name":"x"}
at 1.85: POST /v1/nodes {"driver":"fake-hardware","firmware_interface":"no-firmware"}
at 1.37: POST /v1/nodes {"driver":"fake-hardware","rescue_interface":"fake"}
at 1.39: POST /v1/nodes {"driver":"fake-hardware","bios_interface":"no-bios"}
at 1.32: POST /v1/nodes {"driver":"fake-hardware","storage_interface":"noop"}
at 1.1: POST /v1/nodes {"driver":"fake-hardware","nonsense":"noop"}

story names and ids
node one
node two
POST /v1/nodes {"driver":"fake-hardware","name":"one"}
POST /v1/nodes {"driver":"fake-hardware","uuid":"$one"}
GET /v1/nodes/one
GET /v1/nodes/ONE
GET /v1/nodes/nobody
GET /v1/nodes/not%20a%20name
GET /v1/nodes/1be26c0b-03f2-4d2e-ae87-c02d7f33c781
at 1.4: GET /v1/nodes/one
at 1.5: GET /v1/nodes/one
PATCH /v1/nodes/one [{"op":"replace","path":"/name","value":"two"}]
PATCH /v1/nodes/one [{"op":"replace","path":"/name","value":"one"}]
PATCH /v1/nodes/one [{"op":"replace","path":"/name","value":"three.four"}]
GET /v1/nodes/three.four
at 1.9: PATCH /v1/nodes/$two [{"op":"replace","path":"/name","value":"x~y"}]
at 1.10: PATCH /v1/nodes/$two [{"op":"replace","path":"/name","value":"x~y"}]
PATCH /v1/nodes/$two [{"op":"remove","path":"/name"}]
GET /v1/nodes/$two
at 1.4: PATCH /v1/nodes/$two [{"op":"replace","path":"/name","value":"xy"}]

story fields of one node and of lists
node one
GET /v1/nodes/one?fields=name
GET /v1/nodes/one?fields=
GET /v1/nodes/one?fields=name,name
GET /v1/nodes/one?fields=NAME
GET /v1/nodes/one?fields=nonsense
GET /v1/nodes/one?fields=name,nonsense
GET /v1/nodes/one?fields=name%20
GET /v1/nodes/one?fields=links
GET /v1/nodes/one?fields=traits
GET /v1/nodes/one?fields=ports
GET /v1/nodes/one?fields=chassis_uuid,conductor,allocation_uuid
GET /v1/nodes/one?fields=created_at
GET /v1/nodes/one?fields=updated_at
GET /v1/nodes/one?fields=provision_updated_at,health
GET /v1/nodes/one?fields=states
GET /v1/nodes/one?fields=driver&fields=name
GET /v1/nodes?fields=created_at
GET /v1/nodes?fields=links
GET /v1/nodes?fields=driver&fields=name
GET /v1/nodes?fields=
GET /v1/nodes/nobody?fields=nonsense
at 1.7: GET /v1/nodes/nobody?fields=name
at 1.49: GET /v1/nodes?fields=owner
at 1.7: GET /v1/nodes/one?fields=name
at 1.8: GET /v1/nodes/one?fields=name
at 1.20: GET /v1/nodes/$one?fields=resource_class
at 1.36: GET /v1/nodes/$one?fields=traits
at 1.82: GET /v1/nodes/$one?fields=parent_node
GET /v1/nodes?fields=uuid,driver
GET /v1/nodes?fields=nonsense
GET /v1/nodes?fields=uuid&detail=true
GET /v1/nodes?detail=true
GET /v1/nodes?detail=false
GET /v1/nodes?detail=maybe
at 1.42: GET /v1/nodes?detail=true
at 1.43: GET /v1/nodes?detail=true
at 1.7: GET /v1/nodes?fields=uuid
GET /v1/nodes/detail?fields=uuid
GET /v1/nodes/detail?detail=true
GET /v1/nodes/one/detail
GET /v1/nodes/one?detail=true
GET /v1/nodes/one?nonsense=1

story paging and sorting
node a
node b
node c
node d
GET /v1/nodes?limit=2
GET /v1/nodes?limit=2&marker=$b
GET /v1/nodes?limit=4
GET /v1/nodes?limit=5
GET /v1/nodes?limit=0
GET /v1/nodes?limit=-1
GET /v1/nodes?limit=x
GET /v1/nodes?limit=1.5
GET /v1/nodes?limit=
GET /v1/nodes?limit=99999999
GET /v1/nodes?marker=a
GET /v1/nodes?marker=1be26c0b-03f2-4d2e-ae87-c02d7f33c781
GET /v1/nodes?marker=not-a-uuid
GET /v1/nodes?sort_key=name
GET /v1/nodes?sort_key=name&sort_dir=desc
GET /v1/nodes?sort_key=name&sort_dir=desc&limit=2
GET /v1/nodes?sort_key=name&sort_dir=desc&limit=2&marker=$c
GET /v1/nodes?sort_key=uuid
GET /v1/nodes?sort_key=driver&limit=3
GET /v1/nodes?sort_key=created_at
GET /v1/nodes?sort_key=nonsense
GET /v1/nodes?sort_key=properties
GET /v1/nodes?sort_key=driver_info
GET /v1/nodes?sort_key=traits
GET /v1/nodes?sort_key=links
GET /v1/nodes?sort_key=chassis_uuid
GET /v1/nodes?sort_key=instance_uuid
GET /v1/nodes?sort_key=resource_class
GET /v1/nodes?sort_key=conductor
GET /v1/nodes?sort_key=allocation_uuid
GET /v1/nodes?sort_key=power_state
GET /v1/nodes?sort_key=maintenance&sort_dir=desc
GET /v1/nodes?sort_key=disable_power_off
GET /v1/nodes?sort_key=power_interface
GET /v1/nodes?sort_key=network_interface&sort_dir=desc&limit=2
GET /v1/nodes?sort_key=network_interface&sort_dir=desc&limit=2&marker=$c
GET /v1/nodes?sort_key=reservation
GET /v1/nodes?sort_key=provision_updated_at
GET /v1/nodes?sort_key=health
GET /v1/nodes?sort_key=id
GET /v1/nodes?sort_key=ports
GET /v1/nodes?sort_key=retired
at 1.94: GET /v1/nodes?sort_key=disable_power_off
GET /v1/nodes?limit=1&limit=2
GET /v1/nodes?driver=a&driver=b
GET /v1/nodes?maintenance=true&maintenance=false
GET /v1/nodes?nonsense
GET /v1/nodes?limit
GET /v1/nodes?sort_dir=sideways
GET /v1/nodes?sort_dir=desc
at 1.20: GET /v1/nodes?sort_key=resource_class
at 1.4: GET /v1/nodes?sort_key=name
GET /v1/nodes/detail?limit=1
GET /v1/nodes?limit=1&fields=uuid,name
GET /v1/nodes?limit=1&driver=fake-hardware
GET /v1/nodes?limit=1&provision_state=enroll&maintenance=false
GET /v1/nodes?limit=1&nonsense=1
GET /v1/nodes?limit=1&sort_key=name

story filters
node a
node b
PATCH /v1/nodes/a [{"op":"add","path":"/owner","value":"o1"},{"op":"add","path":"/lessee","value":"l1"},{"op":"add","path":"/resource_class","value":"rc"},{"op":"add","path":"/description","value":"The First"},{"op":"add","path":"/shard","value":"s1"},{"op":"add","path":"/instance_uuid","value":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781"},{"op":"add","path":"/instance_name","value":"in"}]
PUT /v1/nodes/b/maintenance {"reason":"looking"}
GET /v1/nodes?owner=o1
GET /v1/nodes?owner=
GET /v1/nodes?lessee=l1
GET /v1/nodes?project=o1
GET /v1/nodes?project=l1
GET /v1/nodes?resource_class=rc
GET /v1/nodes?resource_class=other
GET /v1/nodes?description_contains=First
GET /v1/nodes?description_contains=first
GET /v1/nodes?description_contains=%25
GET /v1/nodes?shard=s1
GET /v1/nodes?shard=s1,s2
GET /v1/nodes?sharded=true
GET /v1/nodes?sharded=false
GET /v1/nodes?sharded=maybe
GET /v1/nodes?instance_uuid=1be26c0b-03f2-4d2e-ae87-c02d7f33c781
GET /v1/nodes?instance_uuid=x
GET /v1/nodes?instance_uuid=2be26c0b-03f2-4d2e-ae87-c02d7f33c781
GET /v1/nodes?instance_uuid=1be26c0b-03f2-4d2e-ae87-c02d7f33c781&maintenance=true
GET /v1/nodes?instance_name=in
GET /v1/nodes?associated=true
GET /v1/nodes?associated=false
GET /v1/nodes?associated=x
GET /v1/nodes?associated=1
GET /v1/nodes?maintenance=true
GET /v1/nodes?maintenance=False
GET /v1/nodes?maintenance=maybe
GET /v1/nodes?maintenance=true&associated=true
GET /v1/nodes?retired=true
GET /v1/nodes?retired=false
GET /v1/nodes?provision_state=enroll
GET /v1/nodes?provision_state=active
GET /v1/nodes?provision_state=nonsense
GET /v1/nodes?provision_state=enroll,active
GET /v1/nodes?driver=fake-hardware
GET /v1/nodes?driver=redfish
GET /v1/nodes?driver=nonsense
GET /v1/nodes?fault=power%20failure
GET /v1/nodes?fault=nonsense
GET /v1/nodes?fault=none
GET /v1/nodes?conductor=hammerscale
GET /v1/nodes?conductor=other
GET /v1/nodes?conductor_group=
GET /v1/nodes?conductor_group=x
GET /v1/nodes?parent_node=$a
GET /v1/nodes?parent_node=a
GET /v1/nodes?parent_node=nobody
GET /v1/nodes?include_children=true
GET /v1/nodes?include_children=maybe
GET /v1/nodes?chassis_uuid=1be26c0b-03f2-4d2e-ae87-c02d7f33c781
GET /v1/nodes?chassis_uuid=x
GET /v1/nodes/detail?owner=o1
GET /v1/nodes/detail?maintenance=true&limit=1
at 1.8: GET /v1/nodes?provision_state=enroll
at 1.15: GET /v1/nodes?driver=fake-hardware
at 1.20: GET /v1/nodes?resource_class=rc
at 1.41: GET /v1/nodes?fault=power%20failure
at 1.45: GET /v1/nodes?conductor_group=
at 1.48: GET /v1/nodes?conductor=hammerscale
at 1.49: GET /v1/nodes?owner=o1
at 1.50: GET /v1/nodes?description_contains=x
at 1.60: GET /v1/nodes?retired=true
at 1.64: GET /v1/nodes?lessee=l1
at 1.81: GET /v1/nodes?shard=s1
at 1.81: GET /v1/nodes?sharded=true
at 1.82: GET /v1/nodes?parent_node=$a
at 1.82: GET /v1/nodes?include_children=true
at 1.103: GET /v1/nodes?instance_name=in
at 1.1: GET /v1/nodes?project=o1

story parents and children
node parent
POST /v1/nodes {"driver":"fake-hardware","name":"child","parent_node":"$parent"}
keep child /uuid
POST /v1/nodes {"driver":"fake-hardware","name":"child2","parent_node":"parent"}
GET /v1/nodes
GET /v1/nodes?include_children=true
GET /v1/nodes?parent_node=$parent
GET /v1/nodes/$parent/children
GET /v1/nodes/parent/children
GET /v1/nodes/$child/children
at 1.82: GET /v1/nodes/$parent/children
DELETE /v1/nodes/$parent
PATCH /v1/nodes/$child [{"op":"replace","path":"/parent_node","value":"$child"}]
PATCH /v1/nodes/$child [{"op":"replace","path":"/parent_node","value":"nobody"}]
PATCH /v1/nodes/$child [{"op":"remove","path":"/parent_node"}]
GET /v1/nodes

story what Ironic stumbles over
POST /v1/nodes {"driver":"fake-hardware","properties":null}

story deletions
node one
node two
DELETE /v1/nodes
DELETE /v1/nodes/one
DELETE /v1/nodes/one
GET /v1/nodes/one
PATCH /v1/nodes/two [{"op":"add","path":"/instance_uuid","value":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781"}]
DELETE /v1/nodes/two
PUT /v1/nodes/two/maintenance {}
DELETE /v1/nodes/two
GET /v1/nodes

story touched without a change
node one
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:01"}
GET /v1/nodes/one
node two
PUT /v1/nodes/two/traits {"traits":[]}
GET /v1/nodes/two
node three
PATCH /v1/nodes/three [{"op":"add","path":"/extra/none/such","value":1}]
GET /v1/nodes/three
node four
PATCH /v1/nodes/four [{"op":"add","path":"/power_interface","value":"none-such"}]
GET /v1/nodes/four
node five
PUT /v1/nodes/five/states/power {"target":"power off"}
GET /v1/nodes/five
node six
PUT /v1/nodes/six/management/boot_device {"boot_device":"nonsense"}
GET /v1/nodes/six
node seven
PUT /v1/nodes/seven/states/provision {"target":"active"}
GET /v1/nodes/seven
node eight
GET /v1/nodes/eight/validate
GET /v1/nodes/eight

story BIOS settings that are no texts
node one manageable
do one clean "clean_steps":[{"interface":"bios","step":"apply_configuration","args":{"settings":[{"name":"a","value":true},{"name":"b","value":false},{"name":"c","value":7},{"name":"d","value":null}]}}]
GET /v1/nodes/one/bios

story a flag that is none
POST /v1/nodes {"driver":"fake-hardware","secure_boot":"words"}
