# What Ironic can do and this engine does not: each is refused where it is asked for, and docs/differences.md names it.

story rules that call, and texts with formats
POST /v1/inspection_rules {"conditions":[],"actions":[{"op":"api-call","args":{"url":"http://192.0.2.1/"}}]}
POST /v1/inspection_rules {"conditions":[],"actions":[{"op":"log","args":{"msg":"{node.name!r}","level":"info"}}]}
POST /v1/inspection_rules {"conditions":[],"actions":[{"op":"log","args":{"msg":"{inventory[cpu][count]:>8}","level":"info"}}]}

story steps on child nodes
node one manageable
do one clean "clean_steps":[{"interface":"power","step":"reboot","execute_on_child_nodes":true}]

story hardware and interfaces of Ironic alone
GET /v1/drivers/ilo
GET /v1/drivers/irmc
GET /v1/drivers/ipmi/properties
POST /v1/nodes {"driver":"ilo"}
POST /v1/nodes {"driver":"fake-hardware","deploy_interface":"ansible"}
POST /v1/nodes {"driver":"fake-hardware","deploy_interface":"anaconda"}
POST /v1/nodes {"driver":"fake-hardware","deploy_interface":"bootc"}
POST /v1/nodes {"driver":"fake-hardware","network_interface":"neutron"}
POST /v1/nodes {"driver":"fake-hardware","storage_interface":"cinder"}
POST /v1/nodes {"driver":"fake-hardware","console_interface":"redfish-graphical"}
POST /v1/nodes {"driver":"fake-hardware","inspect_interface":"inspector"}

story bounds
node one manageable
GET /v1/nodes?description_contains=<5000 times x>
GET /v1/nodes?shard=<1200 times x,>x
POST /v1/inspection_rules {"description":"many","conditions":[],"actions":[<100 times {"op":"fail","args":{"msg":"x"}},>{"op":"fail","args":{"msg":"x"}}]}
PUT /v1/nodes/one/states/power {"target":"power on","timeout":100000}
PUT /v1/nodes/one/states/power {"target":"power on","timeout":99999999999}
PUT /v1/nodes/one/states/power {"target":"power on","timeout":0}
PUT /v1/nodes/one/states/power {"target":"power on","timeout":-5}

story a step twice
node one available
do one active "deploy_steps":[{"interface":"power","step":"reboot","args":{},"priority":50},{"interface":"power","step":"reboot","args":{},"priority":60}]
