# Verbs and everything that runs in the background, told as people tell them. `states.rs` and `matrix.rs` go through the rest.

story a life
node one
do one manage
do one inspect
GET /v1/nodes/one/inventory
do one provide
PATCH /v1/nodes/one [{"op":"add","path":"/instance_info/image_source","value":"http://192.0.2.1/image"}]
do one active
GET /v1/nodes/one/states
at 1.1 1.11 1.12 1.31 1.74 1.75: GET /v1/nodes/$one/states
do one rebuild
do one rescue "rescue_password":"secret12"
do one unrescue
do one service "service_steps":[]
do one deleted
do one manage
do one adopt
GET /v1/nodes/one

story deploying without anything
node one available
GET /v1/nodes/one/validate
do one active
do one undeploy
do one deploy
do one undeploy

story bodies of verbs
node one manageable
PUT /v1/nodes/one/states/provision {}
PUT /v1/nodes/one/states/provision {"target":"nonsense"}
PUT /v1/nodes/one/states/provision {"target":null}
PUT /v1/nodes/one/states/provision {"target":7}
PUT /v1/nodes/one/states/provision {"target":"manage","nonsense":1}
PUT /v1/nodes/one/states/provision []
PUT /v1/nodes/one/states/provision
PUT /v1/nodes/nobody/states/provision {"target":"manage"}
GET /v1/nodes/one/states/provision
POST /v1/nodes/one/states/provision {"target":"manage"}
PUT /v1/nodes/one/states {"target":"manage"}
PUT /v1/nodes/one/states/nonsense {"target":"manage"}
do one provide "configdrive":"x"
do one clean
do one clean "clean_steps":7
do one clean "clean_steps":[7]
do one clean "clean_steps":[{}]
do one clean "clean_steps":[{"interface":"deploy"}]
do one clean "clean_steps":[{"interface":"nonsense","step":"x"}]
do one clean "clean_steps":[{"interface":"deploy","step":"x","nonsense":1}]
do one clean "clean_steps":[{"interface":"deploy","step":"x","args":7}]
do one clean "clean_steps":[{"interface":"deploy","step":"x","priority":7}]
do one clean "clean_steps":[]
do one clean "clean_steps":[{"interface":"deploy","step":"x"}],"disable_ramdisk":"maybe"
do one service "service_steps":[{"interface":"deploy","step":"x"}]
do one active "deploy_steps":[{"interface":"deploy","step":"x","priority":1}]
do one rescue
do one rescue "rescue_password":""
do one clean "runbook":"nobody"
do one clean "runbook":"nobody","clean_steps":[]

story an empty list of steps
node one manageable
do one provide "clean_steps":[]

story bodies of deployments
node one available
do one active "deploy_steps":7
do one active "deploy_steps":[{"interface":"deploy","step":"x"}]
do one active "deploy_steps":[{"interface":"deploy","step":"x","priority":"y"}]
do one active "configdrive":7
do one active "configdrive":"not a config drive"
do one active "configdrive":{"nonsense":1}
do one undeploy
do one manage
do one provide
do one active "configdrive":{"meta_data":{"hostname":"x"},"user_data":"x","network_data":{}}
do one undeploy
do one active "rescue_password":"x"
do one active "clean_steps":[]
do one active "deploy_steps":[{"interface":"deploy","step":"none_such","priority":50}]
GET /v1/nodes/one

story verbs newer than the version
node one manageable
at 1.3: PUT /v1/nodes/$one/states/provision {"target":"manage"}
at 1.5: PUT /v1/nodes/$one/states/provision {"target":"inspect"}
at 1.12: PUT /v1/nodes/$one/states/provision {"target":"abort"}
at 1.14: PUT /v1/nodes/$one/states/provision {"target":"clean","clean_steps":[]}
at 1.16: PUT /v1/nodes/$one/states/provision {"target":"adopt"}
at 1.37: PUT /v1/nodes/$one/states/provision {"target":"rescue","rescue_password":"x"}
at 1.72: PUT /v1/nodes/$one/states/provision {"target":"deploy"}
at 1.84: PUT /v1/nodes/$one/states/provision {"target":"unhold"}
at 1.86: PUT /v1/nodes/$one/states/provision {"target":"service","service_steps":[]}
at 1.69: PUT /v1/nodes/$one/states/provision {"target":"clean","clean_steps":[],"disable_ramdisk":true}
at 1.68: PUT /v1/nodes/$one/states/provision {"target":"active","deploy_steps":[]}
at 1.91: PUT /v1/nodes/$one/states/provision {"target":"clean","runbook":"x"}
GET /v1/nodes/one/states

story holding and aborting
node one service-hold
GET /v1/nodes/one
do one unhold
node two service-wait
GET /v1/nodes/two
do two undeploy

story aborting what is held
node one service-hold
do one abort
node two service-wait
do two abort

# Steps that Ironic drops without a word.
story holds that Ironic forgets
node one manageable
do one clean "clean_steps":[{"interface":"deploy","step":"hold"}]
node two manageable
do two clean "clean_steps":[{"interface":"deploy","step":"wait"}]
node three available
do three active "deploy_steps":[{"interface":"deploy","step":"hold","priority":150,"args":{}}]
node four active
do four service "service_steps":[{"interface":"deploy","step":"hold"}]

story power
node one
PUT /v1/nodes/one/states/power {"target":"power on"}
node two manageable
PUT /v1/nodes/two/states/power {"target":"power on"}
PUT /v1/nodes/two/states/power {"target":"power on"}
PUT /v1/nodes/two/states/power {"target":"rebooting"}
PUT /v1/nodes/two/states/power {"target":"soft rebooting"}
PUT /v1/nodes/two/states/power {"target":"soft rebooting","timeout":5}
PUT /v1/nodes/two/states/power {"target":"soft power off"}
PUT /v1/nodes/two/states/power {"target":"power off"}
PUT /v1/nodes/two/states/power {"target":"power off"}
PUT /v1/nodes/two/states/power {"target":"rebooting"}
PUT /v1/nodes/two/states/power {"target":"power off","timeout":0}
PUT /v1/nodes/two/states/power {"target":"power off","timeout":-1}
PUT /v1/nodes/two/states/power {"target":"power off","timeout":"x"}
PUT /v1/nodes/two/states/power {"target":"power off","timeout":"7"}
PUT /v1/nodes/two/states/power {"target":"power off","timeout":1.5}
PUT /v1/nodes/two/states/power {"target":"power off","timeout":null}
PUT /v1/nodes/two/states/power {"target":"nonsense"}
PUT /v1/nodes/two/states/power {"target":null}
PUT /v1/nodes/two/states/power {}
PUT /v1/nodes/two/states/power {"target":"power on","nonsense":1}
PUT /v1/nodes/nobody/states/power {"target":"power on"}
at 1.26: PUT /v1/nodes/$two/states/power {"target":"soft power off"}
at 1.26: PUT /v1/nodes/$two/states/power {"target":"power off","timeout":7}
PATCH /v1/nodes/two [{"op":"add","path":"/disable_power_off","value":true}]
PUT /v1/nodes/two/states/power {"target":"power off"}
PUT /v1/nodes/two/states/power {"target":"soft power off"}
PUT /v1/nodes/two/states/power {"target":"rebooting"}
node three service-hold
PUT /v1/nodes/three/states/power {"target":"power on"}
PUT /v1/nodes/three/maintenance {}
PUT /v1/nodes/three/states/power {"target":"power on"}

story protection and retirement
node one active
PATCH /v1/nodes/one [{"op":"add","path":"/protected","value":true},{"op":"add","path":"/protected_reason","value":"mine"}]
do one deleted
do one rebuild
DELETE /v1/nodes/one
PUT /v1/nodes/one/maintenance {}
DELETE /v1/nodes/one
DELETE /v1/nodes/one/maintenance
PATCH /v1/nodes/one [{"op":"remove","path":"/protected"}]
GET /v1/nodes/one
PATCH /v1/nodes/one [{"op":"add","path":"/retired","value":true}]
do one deleted
do one provide
PATCH /v1/nodes/one [{"op":"remove","path":"/retired"}]
do one provide
PATCH /v1/nodes/one [{"op":"add","path":"/retired","value":true}]
do one active

story maintenance
node one
PUT /v1/nodes/one/maintenance {"reason":"looking"}
GET /v1/nodes/one
PUT /v1/nodes/one/maintenance {"reason":"again"}
PUT /v1/nodes/one/maintenance {}
PUT /v1/nodes/one/maintenance
PUT /v1/nodes/one/maintenance {"reason":null}
PUT /v1/nodes/one/maintenance {"reason":7}
PUT /v1/nodes/one/maintenance {"nonsense":7}
PUT /v1/nodes/one/maintenance?reason=query
GET /v1/nodes/one?fields=maintenance,maintenance_reason
GET /v1/nodes/one/maintenance
DELETE /v1/nodes/one/maintenance
DELETE /v1/nodes/one/maintenance
GET /v1/nodes/one?fields=maintenance,maintenance_reason
PUT /v1/nodes/nobody/maintenance {}
DELETE /v1/nodes/nobody/maintenance
PUT /v1/nodes/one/maintenance {}
do one manage
do one provide
do one active

story steps that no interface has
node one manageable
do one clean "clean_steps":[{"interface":"deploy","step":"none_such"}]
do one manage
node two manageable
do two clean "clean_steps":[{"interface":"deploy","step":"erase_devices"}],"disable_ramdisk":true
node three manageable
do three clean "clean_steps":[{"interface":"power","step":"reboot"}]
