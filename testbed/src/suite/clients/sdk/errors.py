# What openstacksdk says of what goes wrong: the kind of error, and the thing by name.
from begin import baremetal, end, openstack, refused

BAD = openstack.exceptions.BadRequestException
CONFLICT = openstack.exceptions.ConflictException
NOT_FOUND = openstack.exceptions.NotFoundException

NOBODY = "2be26c0b-03f2-4d2e-ae87-c02d7f33c781"
node = baremetal.create_node(driver="fake-hardware", name="one")
for named in ("nobody", NOBODY):
    refused(NOT_FOUND, f"Node {named} could not be found", baremetal.get_node, named)
    refused(NOT_FOUND, named, baremetal.delete_node, named, ignore_missing=False)
    refused(NOT_FOUND, named, baremetal.set_node_provision_state, named, "manage")
    refused(NOT_FOUND, named, baremetal.set_node_power_state, named, "power on")
    assert baremetal.find_node(named) is None
refused(NOT_FOUND, NOBODY, baremetal.get_chassis, NOBODY)
refused(NOT_FOUND, NOBODY, baremetal.get_volume_target, NOBODY)
refused(NOT_FOUND, "nobody", baremetal.get_allocation, "nobody")
refused(NOT_FOUND, "nobody", baremetal.get_driver, "nobody")
refused(NOT_FOUND, "nobody", baremetal.get_conductor, "nobody")
refused(NOT_FOUND, "CUSTOM_X", baremetal.get_runbook, "CUSTOM_X")
refused(NOT_FOUND, "CUSTOM_X", baremetal.get_deploy_template, "CUSTOM_X")
refused(NOT_FOUND, NOBODY, baremetal.get_inspection_rule, NOBODY)
refused(BAD, NOBODY, baremetal.create_port, node_id=NOBODY, address="52:54:00:aa:bb:01")

for verb, named in [
    ("provide", {}),
    ("active", {}),
    ("rescue", {"rescue_password": "secret12"}),
    ("abort", {}),
    ("unhold", {}),
    ("service", {"service_steps": [{"interface": "bios", "step": "factory_reset"}]}),
    ("clean", {"clean_steps": [{"interface": "bios", "step": "factory_reset"}]}),
]:
    text = f'"{verb}" can not be performed on node "{node.id}" while it is in state "enroll"'
    refused(BAD, text, node.set_provision_state, baremetal.proxy, verb, **named)
refused(BAD, "nonsense", baremetal.set_node_provision_state, node, "nonsense")

baremetal.create_port(node_id=node.id, address="52:54:00:aa:bb:01")
refused(CONFLICT, "52:54:00:aa:bb:01", baremetal.create_port, node_id=node.id, address="52:54:00:AA:BB:01")
refused(BAD, "nonsense", baremetal.create_port, node_id=node.id, address="nonsense")
refused(CONFLICT, "'one'", baremetal.create_node, driver="fake-hardware", name="one")
refused(BAD, "nonsense", baremetal.create_node, driver="nonsense")
refused(BAD, "nonsense", baremetal.update_node, node, bios_interface="nonsense")
refused(BAD, "'disk'", baremetal.set_node_boot_device, node, "disk")
refused(BAD, "inject_nmi", baremetal.inject_nmi_to_node, node)
# These are begun, and then found to be impossible.
for call, wanted, text in [
    (baremetal.set_node_boot_mode, ["uefi"], "set_boot_mode"),
    (baremetal.set_node_secure_boot, [True], "set_secure_boot"),
    (baremetal.attach_vmedia_to_node, ["cdrom", "http://192.0.2.1/x.iso"], "attach_virtual_media"),
    (baremetal.detach_vmedia_from_node, [], "detach_virtual_media"),
]:
    call(node, *wanted)
    baremetal.wait_for_node_reservation(baremetal.get_node(node), timeout=60)
    assert text in baremetal.get_node(node).last_error, baremetal.get_node(node)
refused(BAD, "nonsense", baremetal.call_node_vendor_passthru, node, "POST", "nonsense")
refused(BAD, "nonsense", baremetal.call_driver_vendor_passthru, "fake-hardware", "POST", "nonsense")
refused(BAD, "lower", baremetal.add_node_trait, node, "lower")
refused(NOT_FOUND, node.id, baremetal.get_node_inventory, node)
end()
