# What nodes have besides: traits, boot devices, validation, history, inventory, BIOS, firmware, consoles, media.

story traits
node one
GET /v1/nodes/one/traits
PUT /v1/nodes/one/traits {"traits":["HW_CPU_X86_VMX","CUSTOM_A"]}
GET /v1/nodes/one/traits
GET /v1/nodes/one?fields=traits
PUT /v1/nodes/one/traits/CUSTOM_B
PUT /v1/nodes/one/traits/CUSTOM_B
PUT /v1/nodes/one/traits/custom_b
PUT /v1/nodes/one/traits/NO_SUCH_TRAIT
PUT /v1/nodes/one/traits/CUSTOM_C {"x":1}
PUT /v1/nodes/one/traits/CUSTOM_C {}
GET /v1/nodes/one/traits/CUSTOM_B
DELETE /v1/nodes/one/traits/CUSTOM_B
DELETE /v1/nodes/one/traits/CUSTOM_B
DELETE /v1/nodes/one/traits
GET /v1/nodes/one/traits
DELETE /v1/nodes/one/traits
PUT /v1/nodes/one/traits {"traits":[]}
PUT /v1/nodes/one/traits {"traits":["bad"]}
PUT /v1/nodes/one/traits {"traits":"CUSTOM_A"}
PUT /v1/nodes/one/traits {"traits":[7]}
PUT /v1/nodes/one/traits {"traits":["CUSTOM_A","CUSTOM_A"]}
PUT /v1/nodes/one/traits {"traits":null}
PUT /v1/nodes/one/traits {}
PUT /v1/nodes/one/traits {"traits":[],"nonsense":1}
PUT /v1/nodes/one/traits
POST /v1/nodes/one/traits {"traits":[]}
PUT /v1/nodes/nobody/traits {"traits":[]}
GET /v1/nodes/nobody/traits
at 1.36: GET /v1/nodes/$one/traits
at 1.36: PUT /v1/nodes/$one/traits {"traits":[]}

story boot devices
node one
GET /v1/nodes/one/management/boot_device
GET /v1/nodes/one/management/boot_device/supported
PUT /v1/nodes/one/management/boot_device {"boot_device":"pxe"}
PUT /v1/nodes/one/management/boot_device {"boot_device":"pxe","persistent":true}
GET /v1/nodes/one/management/boot_device
PUT /v1/nodes/one/management/boot_device {"boot_device":"disk"}
PUT /v1/nodes/one/management/boot_device {"boot_device":"cdrom"}
PUT /v1/nodes/one/management/boot_device {"boot_device":"bios"}
PUT /v1/nodes/one/management/boot_device {"boot_device":"nonsense"}
PUT /v1/nodes/one/management/boot_device {"boot_device":null}
PUT /v1/nodes/one/management/boot_device {"boot_device":7}
PUT /v1/nodes/one/management/boot_device {}
PUT /v1/nodes/one/management/boot_device {"boot_device":"pxe","persistent":"maybe"}
PUT /v1/nodes/one/management/boot_device {"boot_device":"pxe","nonsense":1}
PUT /v1/nodes/one/management/boot_device?boot_device=pxe&persistent=true
GET /v1/nodes/nobody/management/boot_device
GET /v1/nodes/one/management
GET /v1/nodes/one/management/nonsense
PATCH /v1/nodes/one [{"op":"replace","path":"/management_interface","value":"noop"}]
GET /v1/nodes/one/management/boot_device
GET /v1/nodes/one/management/boot_device/supported
PUT /v1/nodes/one/management/boot_device {"boot_device":"pxe"}
PUT /v1/nodes/one/management/boot_device {"boot_device":"disk"}

story validation
node one
GET /v1/nodes/one/validate
GET /v1/nodes/validate?node=one
GET /v1/nodes/validate?node_uuid=$one
GET /v1/nodes/validate
GET /v1/nodes/nobody/validate
PATCH /v1/nodes/one [{"op":"replace","path":"/inspect_interface","value":"no-inspect"},{"op":"replace","path":"/rescue_interface","value":"no-rescue"}]
GET /v1/nodes/one/validate
at 1.1 1.30: GET /v1/nodes/$one/validate

story management without an interface for it
node one manageable
PATCH /v1/nodes/one [{"op":"replace","path":"/inspect_interface","value":"no-inspect"},{"op":"replace","path":"/rescue_interface","value":"no-rescue"}]
do one inspect
do one provide
do one active
do one rescue "rescue_password":"secret12"

story consoles, boot mode, secure boot, interrupts
node one
node two manageable
node three active
GET /v1/nodes/one/states/console
PUT /v1/nodes/one/states/console {"enabled":true}
PUT /v1/nodes/one/states/console {"enabled":false}
PUT /v1/nodes/one/states/console {"enabled":"maybe"}
PUT /v1/nodes/one/states/console {}
PUT /v1/nodes/one/states/boot_mode {"target":"uefi"}
PUT /v1/nodes/two/states/boot_mode {"target":"uefi"}
PUT /v1/nodes/two/states/boot_mode {"target":"nonsense"}
PUT /v1/nodes/two/states/boot_mode {}
PUT /v1/nodes/three/states/boot_mode {"target":"bios"}
PUT /v1/nodes/two/states/secure_boot {"target":true}
PUT /v1/nodes/two/states/secure_boot {"target":"true"}
PUT /v1/nodes/two/states/secure_boot {"target":"maybe"}
PUT /v1/nodes/two/states/secure_boot {}
PUT /v1/nodes/three/states/secure_boot {"target":false}
at 1.75: PUT /v1/nodes/$two/states/boot_mode {"target":"uefi"}
at 1.75: PUT /v1/nodes/$two/states/secure_boot {"target":true}
PUT /v1/nodes/one/management/inject_nmi {}
PUT /v1/nodes/one/management/inject_nmi
PUT /v1/nodes/two/management/inject_nmi {}
PUT /v1/nodes/two/management/inject_nmi {"x":1}
at 1.28: PUT /v1/nodes/$two/management/inject_nmi {}
PUT /v1/nodes/nobody/management/inject_nmi {}
GET /v1/nodes/nobody/states/console

story raid
node one manageable
PUT /v1/nodes/one/states/raid {"logical_disks":[{"size_gb":100,"raid_level":"1"}]}
PUT /v1/nodes/one/states/raid {}
PUT /v1/nodes/one/states/raid {"logical_disks":7}
PUT /v1/nodes/one/states/raid
at 1.11: PUT /v1/nodes/$one/states/raid {}
GET /v1/drivers/fake-hardware/raid/logical_disk_properties
at 1.11: GET /v1/drivers/fake-hardware/raid/logical_disk_properties

story bios and firmware
node one manageable
GET /v1/nodes/one/bios
GET /v1/nodes/one/bios?detail=true
GET /v1/nodes/one/bios?fields=name,value
GET /v1/nodes/one/bios?fields=nonsense
GET /v1/nodes/one/bios/nonsense
GET /v1/nodes/nobody/bios
GET /v1/nodes/one/firmware
GET /v1/nodes/nobody/firmware
GET /v1/nodes/one/firmware/bios
at 1.39 1.40 1.73: GET /v1/nodes/$one/bios
at 1.73: GET /v1/nodes/$one/bios?detail=true
at 1.85: GET /v1/nodes/$one/firmware

story history
node one manageable
GET /v1/nodes/one/history
GET /v1/nodes/one/history/detail
GET /v1/nodes/one/history?detail=true
GET /v1/nodes/one/history?limit=1
GET /v1/nodes/one/history/1be26c0b-03f2-4d2e-ae87-c02d7f33c781
GET /v1/nodes/one/history/x
GET /v1/nodes/nobody/history
at 1.77: GET /v1/nodes/$one/history

story inventory
node one manageable
GET /v1/nodes/one/inventory
do one inspect
GET /v1/nodes/one/inventory
GET /v1/nodes/nobody/inventory
at 1.80: GET /v1/nodes/$one/inventory

story virtual media
node one manageable
GET /v1/nodes/one/vmedia
POST /v1/nodes/one/vmedia {"device_type":"cdrom","image_url":"http://192.0.2.1/i.iso"}
POST /v1/nodes/one/vmedia {"device_type":"nonsense","image_url":"http://192.0.2.1/i.iso"}
POST /v1/nodes/one/vmedia {"device_type":"cdrom"}
POST /v1/nodes/one/vmedia {}
POST /v1/nodes/one/vmedia {"device_type":"cdrom","image_url":"http://192.0.2.1/i.iso","image_download_source":"nonsense"}
POST /v1/nodes/one/vmedia {"device_type":"cdrom","image_url":"http://192.0.2.1/i.iso","nonsense":1}
DELETE /v1/nodes/one/vmedia
DELETE /v1/nodes/one/vmedia?device_types=cdrom
DELETE /v1/nodes/one/vmedia?device_types=nonsense
at 1.88: POST /v1/nodes/$one/vmedia {"device_type":"cdrom","image_url":"http://192.0.2.1/i.iso"}
at 1.92: GET /v1/nodes/$one/vmedia

story indicators
node one manageable
GET /v1/nodes/one/management/indicators
GET /v1/nodes/one/management/indicators/led@chassis
GET /v1/nodes/one/management/indicators/led
PUT /v1/nodes/one/management/indicators/led@chassis {"state":"on"}
PUT /v1/nodes/one/management/indicators/led@chassis {"state":"nonsense"}
at 1.62: GET /v1/nodes/$one/management/indicators

story vendor passthru
node one manageable
GET /v1/nodes/one/vendor_passthru/methods
GET /v1/nodes/one/vendor_passthru
POST /v1/nodes/one/vendor_passthru {}
POST /v1/nodes/one/vendor_passthru/create_subscription {}
POST /v1/nodes/one/vendor_passthru?method=x {}
GET /v1/drivers/fake-hardware/vendor_passthru/methods
GET /v1/drivers/fake-hardware/vendor_passthru
POST /v1/drivers/fake-hardware/vendor_passthru?method=x {}
GET /v1/drivers/nonsense/vendor_passthru/methods

story vifs
node one manageable
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:01"}
GET /v1/nodes/one/vifs
POST /v1/nodes/one/vifs {"id":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781"}
POST /v1/nodes/one/vifs {"id":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781"}
GET /v1/nodes/one/vifs
POST /v1/nodes/one/vifs {"id":"second"}
POST /v1/nodes/one/vifs {"id":"not an id"}
POST /v1/nodes/one/vifs {}
POST /v1/nodes/one/vifs {"id":7}
POST /v1/nodes/one/vifs {"id":"x","nonsense":1}
POST /v1/nodes/one/vifs {"id":"x","port_uuid":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781"}
POST /v1/nodes/one/vifs {"id":"x","port_uuid":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781","portgroup_uuid":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781"}
DELETE /v1/nodes/one/vifs/1be26c0b-03f2-4d2e-ae87-c02d7f33c781
DELETE /v1/nodes/one/vifs/1be26c0b-03f2-4d2e-ae87-c02d7f33c781
GET /v1/nodes/one/vifs/x
at 1.27: GET /v1/nodes/$one/vifs
GET /v1/nodes/nobody/vifs

story events
POST /v1/events {"events":[]}
POST /v1/events {"events":[{"event":"network.bind_port","port_id":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781","mac_address":"52:54:00:aa:bb:01","status":"ACTIVE"}]}
POST /v1/events {"events":[{"event":"nonsense"}]}
POST /v1/events {"events":7}
POST /v1/events {}
GET /v1/events
at 1.53: POST /v1/events {"events":[]}
