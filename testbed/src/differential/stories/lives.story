# What nodes go through: parents and children, flags against verbs, owners and lessees, servicing, adoption, and what an end leaves behind.

story children
node parent manageable
node child manageable
GET /v1/nodes/parent/children
PATCH /v1/nodes/child [{"op":"add","path":"/parent_node","value":"$parent"}]
GET /v1/nodes/parent/children
GET /v1/nodes/child/children
GET /v1/nodes/nobody/children
GET /v1/nodes/child?fields=parent_node,name
GET /v1/nodes?fields=name
GET /v1/nodes?fields=name&include_children=true
GET /v1/nodes?fields=name&parent_node=$parent
GET /v1/nodes?fields=name&parent_node=parent
GET /v1/nodes?fields=name&parent_node=nobody
PATCH /v1/nodes/child [{"op":"replace","path":"/parent_node","value":"nobody"}]
PATCH /v1/nodes/child [{"op":"replace","path":"/parent_node","value":7}]
PATCH /v1/nodes/child [{"op":"replace","path":"/parent_node","value":"parent"}]
at 1.82: GET /v1/nodes/$parent/children
at 1.82: GET /v1/nodes?include_children=true
at 1.82: PATCH /v1/nodes/$child [{"op":"remove","path":"/parent_node"}]
do child provide
DELETE /v1/nodes/parent
PATCH /v1/nodes/child [{"op":"remove","path":"/parent_node"}]
GET /v1/nodes?fields=name

story protection against every verb
node one active
PATCH /v1/nodes/one [{"op":"add","path":"/protected","value":true},{"op":"add","path":"/protected_reason","value":"mine"}]
GET /v1/nodes/one?fields=protected,protected_reason
do one undeploy
do one service "service_steps":[{"interface":"vendor","step":"log_passthrough"}]
do one rescue "rescue_password":"secret12"
do one undeploy
do one unrescue
PUT /v1/nodes/one/states/power {"target":"power off"}
PUT /v1/nodes/one/maintenance {}
do one deleted
do one rebuild
DELETE /v1/nodes/one/maintenance
PATCH /v1/nodes/one [{"op":"replace","path":"/protected","value":false}]
GET /v1/nodes/one?fields=protected,protected_reason
PATCH /v1/nodes/one [{"op":"add","path":"/protected_reason","value":"mine"}]
do one deleted

story retirement
node one manageable
PATCH /v1/nodes/one [{"op":"add","path":"/retired","value":true},{"op":"add","path":"/retired_reason","value":"old"}]
GET /v1/nodes/one?fields=retired,retired_reason
do one inspect
do one clean "clean_steps":[{"interface":"bios","step":"factory_reset"}]
do one adopt
do one rebuild
do one service "service_steps":[{"interface":"vendor","step":"log_passthrough"}]
do one deleted
GET /v1/nodes?retired=true&fields=name,retired
PATCH /v1/nodes/one [{"op":"replace","path":"/retired","value":false}]
GET /v1/nodes/one?fields=retired,retired_reason
do one provide

story reasons without their flags
POST /v1/nodes {"driver":"fake-hardware","name":"one","retired_reason":"alone"}
PATCH /v1/nodes/one [{"op":"add","path":"/extra/a","value":1}]
PATCH /v1/nodes/one [{"op":"replace","path":"/retired_reason","value":"other"}]
PATCH /v1/nodes/one [{"op":"replace","path":"/retired_reason","value":""}]
PATCH /v1/nodes/one [{"op":"add","path":"/protected_reason","value":""}]
PATCH /v1/nodes/one [{"op":"add","path":"/protected_reason","value":"mine"}]
GET /v1/nodes/one?fields=protected,protected_reason,retired,retired_reason
DELETE /v1/nodes/one

story owners and lessees
node one manageable
PATCH /v1/nodes/one [{"op":"add","path":"/owner","value":"o"},{"op":"add","path":"/lessee","value":"l"}]
GET /v1/nodes/one?fields=owner,lessee
GET /v1/nodes?owner=o&fields=name
GET /v1/nodes?lessee=l&fields=name
GET /v1/nodes?lessee=nobody&fields=name
GET /v1/nodes?project=l&fields=name
at 1.49: GET /v1/nodes?owner=o
at 1.64: GET /v1/nodes?lessee=l
at 1.49: PATCH /v1/nodes/$one [{"op":"remove","path":"/owner"}]
at 1.64: PATCH /v1/nodes/$one [{"op":"remove","path":"/lessee"}]
at 1.49 1.50 1.64 1.65: GET /v1/nodes/$one
PATCH /v1/nodes/one [{"op":"replace","path":"/lessee","value":7}]
do one provide
do one active
PATCH /v1/nodes/one [{"op":"replace","path":"/lessee","value":"m"}]
do one deleted
GET /v1/nodes/one?fields=owner,lessee

story an instance and its end
node one available
PATCH /v1/nodes/one [{"op":"add","path":"/instance_uuid","value":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781"},{"op":"add","path":"/instance_name","value":"mine"},{"op":"add","path":"/instance_info/a","value":1}]
GET /v1/nodes?instance_uuid=1be26c0b-03f2-4d2e-ae87-c02d7f33c781&fields=name
GET /v1/nodes?associated=true&fields=name
DELETE /v1/nodes/one
do one active
PATCH /v1/nodes/one [{"op":"replace","path":"/instance_uuid","value":"2be26c0b-03f2-4d2e-ae87-c02d7f33c781"}]
PATCH /v1/nodes/one [{"op":"replace","path":"/instance_name","value":"other"}]
do one rebuild
GET /v1/nodes/one?fields=instance_uuid,instance_name,instance_info
do one deleted
GET /v1/nodes/one?fields=instance_uuid,instance_name,instance_info

story an allocation and its end
node one available
PATCH /v1/nodes/one [{"op":"add","path":"/resource_class","value":"rc"}]
PUT /v1/nodes/one/states/power {"target":"power off"}
POST /v1/allocations {"name":"a","resource_class":"rc"}
GET /v1/nodes/one/allocation
do one active
GET /v1/allocations/a
DELETE /v1/allocations/a
do one deleted
GET /v1/allocations/a
GET /v1/nodes/one/allocation
GET /v1/nodes/one?fields=instance_uuid,instance_info,allocation_uuid

story servicing
node one active
do one service
do one service "service_steps":7
do one service "service_steps":[{"interface":"vendor","step":"log_passthrough"}]
do one service "service_steps":[{"interface":"vendor","step":"log_passthrough"},{"interface":"vendor","step":"log_passthrough"}]
do one service "service_steps":[{"interface":"vendor","step":"log_passthrough"}],"disable_ramdisk":true
at 1.107: PUT /v1/nodes/$one/states/provision {"target":"service","service_steps":[{"interface":"vendor","step":"log_passthrough"}],"disable_ramdisk":false}
do one service "service_steps":[{"interface":"vendor","step":"none_such"},{"interface":"vendor","step":"log_passthrough"}]
do one service "service_steps":[{"interface":"vendor","step":"log_passthrough"}]
DELETE /v1/nodes/one/maintenance
GET /v1/nodes/one?fields=fault,maintenance,maintenance_reason,last_error
do one service "service_steps":[{"interface":"vendor","step":"log_passthrough"}]
GET /v1/nodes/one
node two service-failed
DELETE /v1/nodes/two/maintenance
do two abort
GET /v1/nodes/two
node three service-failed
DELETE /v1/nodes/three/maintenance
do three rescue "rescue_password":"secret12"
do three unrescue
node four service-failed
do four deleted
GET /v1/nodes/four?fields=fault,maintenance,maintenance_reason

story power between the steps of a service
node one active
do one service "service_steps":[{"interface":"power","step":"power_off"},{"interface":"deploy","step":"no_such_step"}]
GET /v1/nodes/one/states
node two active
do two service "service_steps":[{"interface":"power","step":"reboot"},{"interface":"power","step":"power_on"},{"interface":"deploy","step":"no_such_step"}]
GET /v1/nodes/two/states

story cleaning by hand
node one manageable
do one clean "clean_steps":[{"interface":"bios","step":"factory_reset"}]
do one clean "clean_steps":[{"interface":"bios","step":"factory_reset","order":1}]
do one clean "clean_steps":[{"interface":"bios","step":"factory_reset","args":{}}]
do one clean "clean_steps":[{"interface":"vendor","step":"log_passthrough"},{"interface":"firmware","step":"update","args":{"settings":[]}}]
do one clean "clean_steps":[{"interface":"firmware","step":"update"}]
do one manage
GET /v1/nodes/one
do one clean "clean_steps":[{"interface":"bios","step":"factory_reset","args":{"more":1}}]
do one manage
do one clean "clean_steps":[{"interface":"bios","step":"factory_reset"}],"disable_ramdisk":false
do one provide
do one clean "clean_steps":[{"interface":"bios","step":"factory_reset"}]

story adoption
node one manageable
GET /v1/nodes/one/validate
do one adopt
do one rebuild
do one deleted
node two manageable
PUT /v1/nodes/two/maintenance {}
do two adopt
do two deleted

story rescuing
node one active
do one rescue "rescue_password":"secret12"
do one rescue "rescue_password":"another12"
do one unrescue
do one unrescue
do one rescue "rescue_password":"secret12"
do one deleted
node two active
PUT /v1/nodes/two/maintenance {}
do two rescue "rescue_password":"secret12"
do two service "service_steps":[{"interface":"vendor","step":"log_passthrough"}]
do two unrescue
do two deleted

story maintenance against every verb
node one manageable
PUT /v1/nodes/one/maintenance {"reason":"looking"}
do one inspect
do one clean "clean_steps":[{"interface":"bios","step":"factory_reset"}]
do one provide
do one manage
do one provide
do one active
do one deploy
node two active
PUT /v1/nodes/two/maintenance {}
do two rebuild
PUT /v1/nodes/two/states/power {"target":"rebooting"}
PUT /v1/nodes/two/management/boot_device {"boot_device":"pxe"}
do two deleted
GET /v1/nodes/two?fields=maintenance,maintenance_reason

story deploy steps
node one available
do one active "deploy_steps":[{"interface":"deploy","step":"deploy","priority":50,"args":{}}]
do one active "deploy_steps":[{"interface":"deploy","step":"x","priority":-1,"args":{}}]
do one active "deploy_steps":[{"interface":"deploy","step":"x","priority":1,"args":7}]
do one active "deploy_steps":[{"interface":"nonsense","step":"x","priority":1,"args":{}}]
do one active "deploy_steps":[{"interface":"vendor","step":"log_passthrough","priority":1,"args":{}}]
do one rebuild "deploy_steps":[{"interface":"deploy","step":"none_such","priority":1,"args":{}}]
do one rebuild "configdrive":"aGVsbG8="
at 1.34: PUT /v1/nodes/$one/states/provision {"target":"rebuild","configdrive":"aGVsbG8="}
do one rebuild "configdrive":"http://192.0.2.1/drive"
do one rebuild "configdrive":"{not base64}"
do one rebuild "configdrive":""
do one rebuild "configdrive":{}
do one rebuild "configdrive":{"meta_data":7}
do one rebuild "configdrive":{"vendor_data":{"a":1},"user_data":[1]}
at 1.55: PUT /v1/nodes/$one/states/provision {"target":"rebuild","configdrive":{"meta_data":{}}}
at 1.58: PUT /v1/nodes/$one/states/provision {"target":"rebuild","configdrive":{"vendor_data":{}}}
do one rebuild "instance_info":{}
node two available
do two active "deploy_steps":[{"interface":"deploy","step":"deploy","priority":0,"args":{}}]
do two active

story a machine that must stay on
node one manageable
PATCH /v1/nodes/one [{"op":"add","path":"/disable_power_off","value":true}]
PUT /v1/nodes/one/states/power {"target":"power on"}
PUT /v1/nodes/one/states/power {"target":"rebooting"}
PUT /v1/nodes/one/states/power {"target":"soft rebooting"}
PUT /v1/nodes/one/states/power {"target":"power off"}
do one inspect
do one provide
do one active
do one rescue "rescue_password":"secret12"
do one unrescue
do one service "service_steps":[{"interface":"vendor","step":"log_passthrough"}]
do one deleted
GET /v1/nodes/one/states
