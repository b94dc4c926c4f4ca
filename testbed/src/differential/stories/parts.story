# What hardware has beside power, on fake hardware: BIOS settings, firmware, vendor methods, media, lights, consoles, interrupts.

story BIOS settings
node one manageable
GET /v1/nodes/one/bios
do one clean "clean_steps":[{"interface":"bios","step":"apply_configuration","args":{"settings":[{"name":"a","value":"1"},{"name":"b","value":"2"}]}}]
GET /v1/nodes/one/bios
GET /v1/nodes/one/bios?detail=true
GET /v1/nodes/one/bios?fields=name
GET /v1/nodes/one/bios?fields=name,attribute_type,links
GET /v1/nodes/one/bios?detail=true&fields=name
GET /v1/nodes/one/bios/a
GET /v1/nodes/one/bios/none
GET /v1/nodes/one/bios?nonsense=1
at 1.40 1.73 1.74: GET /v1/nodes/$one/bios
at 1.40 1.73 1.74: GET /v1/nodes/$one/bios/a
at 1.39: GET /v1/nodes/$one/bios/a
do one clean "clean_steps":[{"interface":"bios","step":"apply_configuration","args":{"settings":[{"name":"a","value":"3"}]}}]
GET /v1/nodes/one/bios
do one clean "clean_steps":[{"interface":"bios","step":"factory_reset"}]
GET /v1/nodes/one/bios
do one clean "clean_steps":[{"interface":"bios","step":"apply_configuration"}]
do one manage
DELETE /v1/nodes/one/bios
POST /v1/nodes/one/bios {}
PUT /v1/nodes/one/bios/a {}

story firmware
node one manageable
GET /v1/nodes/one/firmware
do one clean "clean_steps":[{"interface":"firmware","step":"update","args":{"settings":[{"component":"bmc","url":"http://192.0.2.1/f"}]}}]
GET /v1/nodes/one/firmware
GET /v1/nodes/one/firmware?nonsense=1
POST /v1/nodes/one/firmware {}
PATCH /v1/nodes/one [{"op":"replace","path":"/firmware_interface","value":"no-firmware"}]
do one clean "clean_steps":[{"interface":"firmware","step":"update","args":{"settings":[]}}]
GET /v1/nodes/one/firmware

story vendor methods
node one manageable
GET /v1/nodes/one/vendor_passthru/methods
POST /v1/nodes/one/vendor_passthru/second_method {"bar":"kazoo"}
POST /v1/nodes/one/vendor_passthru/second_method {}
POST /v1/nodes/one/vendor_passthru/third_method_sync {"bar":"meow"}
POST /v1/nodes/one/vendor_passthru/third_method_sync {"bar":"moo"}
POST /v1/nodes/one/vendor_passthru/third_method_sync
POST /v1/nodes/one/vendor_passthru/third_method_sync?bar=meow
POST /v1/nodes/one/vendor_passthru?method=third_method_sync {"bar":"meow"}
POST /v1/nodes/one/vendor_passthru/fourth_method_shared_lock {"bar":"woof"}
POST /v1/nodes/one/vendor_passthru/log_passthrough {"anything":1}
POST /v1/nodes/one/vendor_passthru/none_such {"bar":"meow"}
GET /v1/nodes/one/vendor_passthru/third_method_sync?bar=meow
PUT /v1/nodes/one/vendor_passthru/third_method_sync {"bar":"meow"}
DELETE /v1/nodes/one/vendor_passthru/third_method_sync
POST /v1/nodes/one/vendor_passthru/third_method_sync []
POST /v1/nodes/nobody/vendor_passthru/third_method_sync {"bar":"meow"}
GET /v1/nodes/nobody/vendor_passthru/methods
PATCH /v1/nodes/one [{"op":"replace","path":"/vendor_interface","value":"no-vendor"}]
POST /v1/nodes/one/vendor_passthru/third_method_sync {"bar":"meow"}

story lights
node one manageable
GET /v1/nodes/one/management/indicators
GET /v1/nodes/one/management/indicators/led@system
GET /v1/nodes/one/management/indicators/led-0@chassis
GET /v1/nodes/one/management/indicators/led@nonsense
GET /v1/nodes/one/management/indicators/nonsense@system
PUT /v1/nodes/one/management/indicators/led@system {"state":"on"}
PUT /v1/nodes/one/management/indicators/led@system {"state":"nonsense"}
PUT /v1/nodes/one/management/indicators/led@system {"state":null}
PUT /v1/nodes/one/management/indicators/led@system {"state":"on","nonsense":1}
PUT /v1/nodes/one/management/indicators/led@system {}
PUT /v1/nodes/one/management/indicators/led-0@chassis {"state":"on"}
GET /v1/nodes/nobody/management/indicators
GET /v1/nodes/nobody/management/indicators/led@system

story virtual media on nodes in use
node one active
GET /v1/nodes/one/vmedia
POST /v1/nodes/one/vmedia {"device_type":"cdrom","image_url":"http://192.0.2.1/i.iso"}
settle one
GET /v1/nodes/one?fields=last_error,provision_state
POST /v1/nodes/one/vmedia {"device_type":"cdrom","image_url":"file:///etc/passwd"}
POST /v1/nodes/one/vmedia {"device_type":"cdrom","image_url":7}
POST /v1/nodes/one/vmedia {"device_type":7,"image_url":"http://192.0.2.1/i.iso"}
POST /v1/nodes/one/vmedia []
POST /v1/nodes/nobody/vmedia {"device_type":"cdrom","image_url":"http://192.0.2.1/i.iso"}
DELETE /v1/nodes/one/vmedia?device_types=cdrom,floppy
DELETE /v1/nodes/one/vmedia?nonsense=1
DELETE /v1/nodes/one/vmedia {"device_types":["cdrom"]}
DELETE /v1/nodes/nobody/vmedia
at 1.88: DELETE /v1/nodes/$one/vmedia
at 1.88 1.89: GET /v1/nodes/$one/vmedia

story consoles
node one active
PUT /v1/nodes/one/states/console {"enabled":true}
settle one
GET /v1/nodes/one/states/console
GET /v1/nodes/one?fields=console_enabled
PUT /v1/nodes/one/states/console {"enabled":true}
PUT /v1/nodes/one/states/console {"enabled":"false"}
settle one
GET /v1/nodes/one/states/console
PUT /v1/nodes/one/states/console {"enabled":true,"nonsense":1}
PUT /v1/nodes/one/states/console?enabled=true
settle one
GET /v1/nodes/one?fields=console_enabled
PUT /v1/nodes/nobody/states/console {"enabled":true}
node two manageable
PATCH /v1/nodes/two [{"op":"replace","path":"/console_interface","value":"no-console"}]
GET /v1/nodes/two/states/console
PUT /v1/nodes/two/states/console {"enabled":true}

story firmware modes in every state
node one available
PUT /v1/nodes/one/states/boot_mode {"target":"bios"}
PUT /v1/nodes/one/states/secure_boot {"target":"on"}
PUT /v1/nodes/one/states/boot_mode {"target":"uefi","nonsense":1}
PUT /v1/nodes/one/states/secure_boot {"target":true,"nonsense":1}
PUT /v1/nodes/one/states/boot_mode {"target":null}
PUT /v1/nodes/one/states/secure_boot {"target":null}
PUT /v1/nodes/one/states/boot_mode {"target":7}
PUT /v1/nodes/nobody/states/boot_mode {"target":"bios"}
PUT /v1/nodes/nobody/states/secure_boot {"target":true}
GET /v1/nodes/one/states
node two service-wait
PUT /v1/nodes/two/states/boot_mode {"target":"bios"}
PUT /v1/nodes/two/states/secure_boot {"target":true}
node three service-hold
PUT /v1/nodes/three/states/boot_mode {"target":"bios"}
node four service-failed
PUT /v1/nodes/four/states/secure_boot {"target":true}

story interrupts
node one active
PUT /v1/nodes/one/management/inject_nmi
PUT /v1/nodes/one/management/inject_nmi {}
PUT /v1/nodes/one/management/inject_nmi?x=1
GET /v1/nodes/one/management/inject_nmi
PUT /v1/nodes/nobody/management/inject_nmi

story inventories
node one manageable
do one inspect
GET /v1/nodes/one/inventory
GET /v1/nodes/one/inventory?nonsense=1
POST /v1/nodes/one/inventory {}
GET /v1/nodes/one?fields=inspection_started_at,inspection_finished_at
do one provide
do one inspect
GET /v1/nodes/one/inventory

story history of failures
node one manageable
do one clean "clean_steps":[{"interface":"deploy","step":"none_such"}]
GET /v1/nodes/one/history
GET /v1/nodes/one/history?detail=true
GET /v1/nodes/one/history/detail
GET /v1/nodes/one/history?limit=1
GET /v1/nodes/one/history?limit=0
GET /v1/nodes/one/history?limit=x
GET /v1/nodes/one/history?sort_key=nonsense
GET /v1/nodes/one/history?sort_dir=nonsense
GET /v1/nodes/one/history?marker=x
GET /v1/nodes/one/history?marker=1be26c0b-03f2-4d2e-ae87-c02d7f33c781
GET /v1/nodes/one/history?nonsense=1
DELETE /v1/nodes/one/history
POST /v1/nodes/one/history {}
at 1.78 1.113 1.114: GET /v1/nodes/$one/history?detail=true

story RAID configurations
node one manageable
PUT /v1/nodes/one/states/raid {"logical_disks":[{"size_gb":100,"raid_level":"1","is_root_volume":true},{"size_gb":"MAX","raid_level":"5"}]}
GET /v1/nodes/one?fields=raid_config,target_raid_config
GET /v1/nodes/one/states
PUT /v1/nodes/one/states/raid {"logical_disks":[{"size_gb":100}]}
PUT /v1/nodes/one/states/raid {"logical_disks":[{"raid_level":"1"}]}
PUT /v1/nodes/one/states/raid {"logical_disks":[{"size_gb":-1,"raid_level":"1"}]}
PUT /v1/nodes/one/states/raid {"logical_disks":[{"size_gb":100,"raid_level":"99"}]}
PUT /v1/nodes/one/states/raid {"logical_disks":[{"size_gb":100,"raid_level":"1","nonsense":1}]}
PUT /v1/nodes/one/states/raid {"logical_disks":[{"size_gb":1,"raid_level":"1","is_root_volume":true},{"size_gb":1,"raid_level":"1","is_root_volume":true}]}
PUT /v1/nodes/one/states/raid {"logical_disks":[]}
PUT /v1/nodes/one/states/raid {"nonsense":[]}
PUT /v1/nodes/one/states/raid []
PUT /v1/nodes/one/states/raid null
PUT /v1/nodes/nobody/states/raid {}
PATCH /v1/nodes/one [{"op":"replace","path":"/raid_interface","value":"no-raid"}]
PUT /v1/nodes/one/states/raid {}
node two service-wait
PUT /v1/nodes/two/states/raid {}

story traits in every state
node one active
PUT /v1/nodes/one/traits {"traits":["CUSTOM_A"]}
PUT /v1/nodes/one/traits/CUSTOM_B
DELETE /v1/nodes/one/traits/CUSTOM_A
GET /v1/nodes/one?fields=traits
at 1.36: PUT /v1/nodes/$one/traits/CUSTOM_B
at 1.36: DELETE /v1/nodes/$one/traits
at 1.36: DELETE /v1/nodes/$one/traits/CUSTOM_B
