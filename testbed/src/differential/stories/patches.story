# JSON patches of nodes: operations, pointers, values, fields.

story operations
node one
PATCH /v1/nodes/one [{"op":"add","path":"/extra/a","value":1}]
PATCH /v1/nodes/one [{"op":"add","path":"/extra/a","value":2}]
PATCH /v1/nodes/one [{"op":"replace","path":"/extra/a","value":3}]
PATCH /v1/nodes/one [{"op":"replace","path":"/extra/b","value":3}]
PATCH /v1/nodes/one [{"op":"remove","path":"/extra/b"}]
PATCH /v1/nodes/one [{"op":"remove","path":"/extra/a"}]
PATCH /v1/nodes/one [{"op":"add","path":"/extra/l","value":[1,2]}]
PATCH /v1/nodes/one [{"op":"add","path":"/extra/l/-","value":3}]
PATCH /v1/nodes/one [{"op":"add","path":"/extra/l/0","value":0}]
PATCH /v1/nodes/one [{"op":"add","path":"/extra/l/9","value":0}]
PATCH /v1/nodes/one [{"op":"replace","path":"/extra/l/1","value":"x"}]
PATCH /v1/nodes/one [{"op":"replace","path":"/extra/l/-","value":"x"}]
PATCH /v1/nodes/one [{"op":"remove","path":"/extra/l/0"}]
PATCH /v1/nodes/one [{"op":"remove","path":"/extra/l/7"}]
PATCH /v1/nodes/one [{"op":"add","path":"/extra/l/01","value":"x"}]
PATCH /v1/nodes/one [{"op":"add","path":"/extra/l/x","value":"x"}]
PATCH /v1/nodes/one [{"op":"add","path":"/extra/l/x/y","value":"x"}]
PATCH /v1/nodes/one [{"op":"add","path":"/extra/deep","value":{"a":{"b":1}}},{"op":"add","path":"/extra/deep/a/c","value":2}]
PATCH /v1/nodes/one [{"op":"add","path":"/extra/none/such","value":1}]
PATCH /v1/nodes/one [{"op":"add","path":"/extra","value":{"x":1}}]
PATCH /v1/nodes/one [{"op":"replace","path":"/extra","value":{"y":1}}]
PATCH /v1/nodes/one [{"op":"remove","path":"/extra"}]
PATCH /v1/nodes/one [{"op":"add","path":"/extra","value":null}]
PATCH /v1/nodes/one [{"op":"add","path":"/extra","value":7}]
PATCH /v1/nodes/one [{"op":"test","path":"/extra","value":{}}]
PATCH /v1/nodes/one [{"op":"move","from":"/extra","path":"/properties"}]
PATCH /v1/nodes/one [{"op":"copy","from":"/extra","path":"/properties"}]
PATCH /v1/nodes/one [{"op":"destroy","path":"/extra"}]
PATCH /v1/nodes/one [{"op":"ADD","path":"/extra/a","value":1}]
PATCH /v1/nodes/one [{"op":"add","path":"/extra/a"}]
PATCH /v1/nodes/one [{"op":"replace","path":"/extra/a"}]
PATCH /v1/nodes/one [{"op":"remove","path":"/extra/zz","value":1}]
PATCH /v1/nodes/one [{"op":"add","path":"/extra/a","value":1,"more":2}]
PATCH /v1/nodes/one [{"path":"/extra/a","value":1}]
PATCH /v1/nodes/one [{"op":"add","value":1}]
PATCH /v1/nodes/one [{"op":7,"path":"/extra/a","value":1}]
PATCH /v1/nodes/one [{"op":"add","path":7,"value":1}]
PATCH /v1/nodes/one []
PATCH /v1/nodes/one {}
PATCH /v1/nodes/one {"op":"add","path":"/extra/a","value":1}
PATCH /v1/nodes/one [7]
PATCH /v1/nodes/one [null]
PATCH /v1/nodes/one "x"
PATCH /v1/nodes/one
PATCH /v1/nodes/one [{"op":"add","path":"/extra/a","value":1}
PATCH /v1/nodes/nobody [{"op":"add","path":"/extra/a","value":1}]
PATCH /v1/nodes [{"op":"add","path":"/extra/a","value":1}]
PATCH /v1/nodes/one [{"op":"add","path":"/extra/ok","value":1},{"op":"remove","path":"/extra/none"}]
GET /v1/nodes/one

story pointers
node one
PATCH /v1/nodes/one [{"op":"add","path":"","value":{}}]
PATCH /v1/nodes/one [{"op":"add","path":"/","value":1}]
PATCH /v1/nodes/one [{"op":"add","path":"extra","value":1}]
PATCH /v1/nodes/one [{"op":"add","path":"/extra/","value":1}]
PATCH /v1/nodes/one [{"op":"add","path":"//extra","value":1}]
PATCH /v1/nodes/one [{"op":"add","path":"/extra//a","value":1}]
PATCH /v1/nodes/one [{"op":"add","path":"/extra/a b","value":1}]
PATCH /v1/nodes/one [{"op":"add","path":"/extra/a-b_c","value":1}]
PATCH /v1/nodes/one [{"op":"add","path":"/extra/\u00e4","value":1}]
PATCH /v1/nodes/one [{"op":"add","path":"/extra/0","value":1}]
PATCH /v1/nodes/one [{"op":"add","path":"/extra/a\n","value":1}]
at 1.97: PATCH /v1/nodes/one [{"op":"add","path":"/extra/c~1d","value":1}]

story fields
node one
PATCH /v1/nodes/one [{"op":"add","path":"/nonsense","value":1}]
PATCH /v1/nodes/one [{"op":"remove","path":"/nonsense"}]
PATCH /v1/nodes/one [{"op":"replace","path":"/uuid","value":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781"}]
PATCH /v1/nodes/one [{"op":"remove","path":"/uuid"}]
PATCH /v1/nodes/one [{"op":"replace","path":"/provision_state","value":"active"}]
PATCH /v1/nodes/one [{"op":"replace","path":"/power_state","value":"power on"}]
PATCH /v1/nodes/one [{"op":"replace","path":"/target_provision_state","value":null}]
PATCH /v1/nodes/one [{"op":"replace","path":"/reservation","value":null}]
PATCH /v1/nodes/one [{"op":"replace","path":"/links","value":[]}]
PATCH /v1/nodes/one [{"op":"replace","path":"/traits","value":[]}]
PATCH /v1/nodes/one [{"op":"replace","path":"/driver_internal_info","value":{}}]
PATCH /v1/nodes/one [{"op":"replace","path":"/created_at","value":"x"}]
PATCH /v1/nodes/one [{"op":"replace","path":"/console_enabled","value":true}]
PATCH /v1/nodes/one [{"op":"replace","path":"/last_error","value":"x"}]
PATCH /v1/nodes/one [{"op":"replace","path":"/fault","value":"power failure"}]
PATCH /v1/nodes/one [{"op":"replace","path":"/maintenance_reason","value":"x"}]
PATCH /v1/nodes/one [{"op":"replace","path":"/allocation_uuid","value":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781"}]
PATCH /v1/nodes/one [{"op":"replace","path":"/boot_mode","value":"uefi"}]
PATCH /v1/nodes/one [{"op":"replace","path":"/conductor","value":"x"}]
PATCH /v1/nodes/one [{"op":"replace","path":"/driver","value":"nonsense"}]
PATCH /v1/nodes/one [{"op":"replace","path":"/driver","value":"fake-hardware"}]
PATCH /v1/nodes/one [{"op":"remove","path":"/driver"}]
PATCH /v1/nodes/one [{"op":"replace","path":"/driver","value":null}]
PATCH /v1/nodes/one?reset_interfaces=true [{"op":"replace","path":"/driver","value":"fake-hardware"}]
PATCH /v1/nodes/one?reset_interfaces=true [{"op":"replace","path":"/extra","value":{}}]
PATCH /v1/nodes/one?reset_interfaces=maybe [{"op":"replace","path":"/driver","value":"fake-hardware"}]
PATCH /v1/nodes/one [{"op":"replace","path":"/power_interface","value":"nonsense"}]
PATCH /v1/nodes/one [{"op":"replace","path":"/power_interface","value":"fake"}]
PATCH /v1/nodes/one [{"op":"remove","path":"/power_interface"}]
PATCH /v1/nodes/one [{"op":"replace","path":"/management_interface","value":"noop"}]
PATCH /v1/nodes/one [{"op":"remove","path":"/management_interface"}]
PATCH /v1/nodes/one [{"op":"replace","path":"/management_interface","value":null}]
PATCH /v1/nodes/one [{"op":"replace","path":"/maintenance","value":true}]
PATCH /v1/nodes/one [{"op":"replace","path":"/maintenance","value":"false"}]
PATCH /v1/nodes/one [{"op":"replace","path":"/maintenance","value":"maybe"}]
PATCH /v1/nodes/one [{"op":"replace","path":"/automated_clean","value":true}]
PATCH /v1/nodes/one [{"op":"replace","path":"/protected","value":true}]
PATCH /v1/nodes/one [{"op":"replace","path":"/protected_reason","value":"x"}]
PATCH /v1/nodes/one [{"op":"replace","path":"/retired","value":true}]
PATCH /v1/nodes/one [{"op":"replace","path":"/retired_reason","value":"old"}]
PATCH /v1/nodes/one [{"op":"replace","path":"/retired","value":false}]
PATCH /v1/nodes/one [{"op":"replace","path":"/boot_mode","value":"uefi"},{"op":"add","path":"/nonsense","value":1}]
PATCH /v1/nodes/one [{"op":"replace","path":"/retired_reason","value":"old"}]
PATCH /v1/nodes/one [{"op":"replace","path":"/owner","value":"o"}]
PATCH /v1/nodes/one [{"op":"remove","path":"/owner"}]
PATCH /v1/nodes/one [{"op":"remove","path":"/owner"}]
PATCH /v1/nodes/one [{"op":"replace","path":"/owner","value":7}]
PATCH /v1/nodes/one [{"op":"replace","path":"/resource_class","value":"rc"}]
PATCH /v1/nodes/one [{"op":"remove","path":"/resource_class"}]
PATCH /v1/nodes/one [{"op":"replace","path":"/conductor_group","value":"NoBody"}]
PATCH /v1/nodes/one [{"op":"replace","path":"/conductor_group","value":""}]
PATCH /v1/nodes/one [{"op":"remove","path":"/conductor_group"}]
PATCH /v1/nodes/one [{"op":"replace","path":"/conductor_group","value":"a b"}]
PATCH /v1/nodes/one [{"op":"replace","path":"/description","value":"d"}]
PATCH /v1/nodes/one [{"op":"replace","path":"/lessee","value":"d"}]
PATCH /v1/nodes/one [{"op":"replace","path":"/shard","value":"d"}]
PATCH /v1/nodes/one [{"op":"replace","path":"/disable_power_off","value":true}]
PATCH /v1/nodes/one [{"op":"replace","path":"/network_data","value":{"links":[],"networks":[],"services":[]}}]
PATCH /v1/nodes/one [{"op":"replace","path":"/network_data","value":{"links":7}}]
PATCH /v1/nodes/one [{"op":"remove","path":"/network_data"}]
PATCH /v1/nodes/one [{"op":"replace","path":"/chassis_uuid","value":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781"}]
PATCH /v1/nodes/one [{"op":"replace","path":"/chassis_uuid","value":"x"}]
PATCH /v1/nodes/one [{"op":"remove","path":"/chassis_uuid"}]
PATCH /v1/nodes/one [{"op":"replace","path":"/chassis_uuid","value":null}]
PATCH /v1/nodes/one [{"op":"add","path":"/instance_uuid","value":"x"}]
PATCH /v1/nodes/one [{"op":"add","path":"/instance_uuid","value":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781"}]
PATCH /v1/nodes/one [{"op":"replace","path":"/instance_uuid","value":"2be26c0b-03f2-4d2e-ae87-c02d7f33c781"}]
PATCH /v1/nodes/one [{"op":"add","path":"/instance_uuid","value":"2be26c0b-03f2-4d2e-ae87-c02d7f33c781"}]
PATCH /v1/nodes/one [{"op":"remove","path":"/instance_uuid"}]
PATCH /v1/nodes/one [{"op":"remove","path":"/instance_uuid"}]
PATCH /v1/nodes/one [{"op":"add","path":"/instance_name","value":"in"}]
PATCH /v1/nodes/one [{"op":"add","path":"/instance_info/display_name","value":"dn"}]
PATCH /v1/nodes/one [{"op":"remove","path":"/instance_name"}]
PATCH /v1/nodes/one [{"op":"add","path":"/instance_info/display_name","value":"dn2"}]
PATCH /v1/nodes/one [{"op":"remove","path":"/instance_info"}]
PATCH /v1/nodes/one [{"op":"add","path":"/properties/memory_mb","value":-7}]
PATCH /v1/nodes/one [{"op":"add","path":"/properties/local_gb","value":"ten"}]
PATCH /v1/nodes/one [{"op":"add","path":"/properties/capabilities","value":"a:b,c:d"}]
PATCH /v1/nodes/one [{"op":"add","path":"/properties/root_device","value":{"nonsense":1}}]
PATCH /v1/nodes/one [{"op":"add","path":"/properties/root_device","value":{"size":"x"}}]
PATCH /v1/nodes/one [{"op":"add","path":"/driver_info/some_password","value":"secret"}]
PATCH /v1/nodes/one [{"op":"replace","path":"/driver_info/some_password","value":"******"}]
GET /v1/nodes/$one

story maintenance
node one
PUT /v1/nodes/one/maintenance {"reason":"a"}
GET /v1/nodes/one
PUT /v1/nodes/one/maintenance {}
GET /v1/nodes/one
PUT /v1/nodes/one/maintenance {"reason":null}
PUT /v1/nodes/one/maintenance {"reason":7}
PUT /v1/nodes/one/maintenance {"nonsense":"a"}
PUT /v1/nodes/one/maintenance?reason=query
GET /v1/nodes/one
PUT /v1/nodes/nobody/maintenance {}
DELETE /v1/nodes/one/maintenance
GET /v1/nodes/one
DELETE /v1/nodes/one/maintenance
DELETE /v1/nodes/one/maintenance?nonsense=1
DELETE /v1/nodes/nobody/maintenance
PATCH /v1/nodes/one [{"op":"replace","path":"/maintenance","value":true},{"op":"add","path":"/extra/a","value":1}]
GET /v1/nodes/one
PATCH /v1/nodes/one [{"op":"replace","path":"/maintenance","value":false}]
GET /v1/nodes/one

story network data
node one
PATCH /v1/nodes/one [{"op":"replace","path":"/network_data","value":{}}]
PATCH /v1/nodes/one [{"op":"replace","path":"/network_data","value":null}]
PATCH /v1/nodes/one [{"op":"replace","path":"/network_data","value":{"links":[]}}]
PATCH /v1/nodes/one [{"op":"replace","path":"/network_data","value":{"links":[{"id":"eth0","type":"phy","ethernet_mac_address":"52:54:00:aa:bb:01","mtu":1500}],"networks":[{"id":"n","type":"ipv4","link":"eth0","network_id":"x","ip_address":"192.0.2.5","netmask":"255.255.255.0","routes":[{"network":"0.0.0.0","netmask":"0.0.0.0","gateway":"192.0.2.1"}]}],"services":[{"type":"dns","address":"192.0.2.1"}]}}]
PATCH /v1/nodes/one [{"op":"replace","path":"/network_data/links/0/type","value":"nonsense"}]
PATCH /v1/nodes/one [{"op":"replace","path":"/network_data/links/0/mtu","value":0}]
PATCH /v1/nodes/one [{"op":"replace","path":"/network_data/networks/0/ip_address","value":"x"}]
PATCH /v1/nodes/one [{"op":"add","path":"/network_data/more","value":7}]
PATCH /v1/nodes/one [{"op":"remove","path":"/network_data/services"}]
PATCH /v1/nodes/one [{"op":"remove","path":"/network_data"}]
POST /v1/nodes {"driver":"fake-hardware","network_data":{"links":[],"networks":[],"services":[{"type":"ntp","address":"192.0.2.1"}]}}

story fields newer than the version
node one
at 1.9: PATCH /v1/nodes/$one [{"op":"add","path":"/driver_internal_info","value":{}}]
at 1.20: PATCH /v1/nodes/$one [{"op":"add","path":"/resource_class","value":"x"}]
at 1.20: PATCH /v1/nodes/$one [{"op":"remove","path":"/resource_class"}]
at 1.47: PATCH /v1/nodes/$one [{"op":"add","path":"/protected","value":true}]
at 1.49: PATCH /v1/nodes/$one [{"op":"add","path":"/owner","value":"x"}]
at 1.46: PATCH /v1/nodes/$one [{"op":"add","path":"/automated_clean","value":true}]
at 1.103: PATCH /v1/nodes/$one [{"op":"add","path":"/instance_name","value":"x"}]
at 1.94: PATCH /v1/nodes/$one [{"op":"add","path":"/disable_power_off","value":true}]
at 1.82: PATCH /v1/nodes/$one [{"op":"add","path":"/parent_node","value":null}]
at 1.24: PATCH /v1/nodes/$one [{"op":"remove","path":"/chassis_uuid"}]
at 1.25: PATCH /v1/nodes/$one [{"op":"remove","path":"/chassis_uuid"}]
at 1.44: PATCH /v1/nodes/$one?reset_interfaces=true [{"op":"replace","path":"/driver","value":"fake-hardware"}]
at 1.30: PATCH /v1/nodes/$one [{"op":"replace","path":"/deploy_interface","value":"fake"}]
at 1.1: PATCH /v1/nodes/$one [{"op":"replace","path":"/extra","value":{"a":1}}]
at 1.65: PATCH /v1/nodes/$one [{"op":"add","path":"/network_data/links","value":[]}]
at 1.49: PATCH /v1/nodes/$one [{"op":"add","path":"/nonsense","value":1},{"op":"add","path":"/owner","value":"x"}]
at 1.49: PATCH /v1/nodes/$one [{"op":"add","path":"/owner","value":"x"},{"op":"add","path":"/nonsense","value":1}]
at 1.49: PATCH /v1/nodes/$one [{"op":"add","path":"/owner","value":null}]

story taking away what is always there
node one
PATCH /v1/nodes/one [{"op":"remove","path":"/maintenance"}]
node two
PATCH /v1/nodes/two [{"op":"remove","path":"/automated_clean"}]
node three
PATCH /v1/nodes/three [{"op":"add","path":"/name","value":null}]
node four
PATCH /v1/nodes/four [{"op":"remove","path":"/disable_power_off"}]
node five
PATCH /v1/nodes/five [{"op":"remove","path":"/retired"}]

story pointers with escapes
node one
PATCH /v1/nodes/one [{"op":"add","path":"/extra/a~1b","value":1}]
PATCH /v1/nodes/one [{"op":"add","path":"/extra/a~0b","value":1}]
PATCH /v1/nodes/one [{"op":"add","path":"/extra/a.b","value":1}]
