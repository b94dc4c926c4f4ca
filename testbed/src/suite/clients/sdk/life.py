# openstacksdk leads a fake machine through every verb.
from begin import baremetal, becomes, end, openstack, refused

HOLD = {"interface": "deploy", "step": "hold"}
WAIT = {"interface": "deploy", "step": "wait", "args": {"seconds": 600}}


def bios(value, **more):
    settings = [{"name": "lights", "value": value}]
    return {"interface": "bios", "step": "apply_configuration", "args": {"settings": settings}, **more}


def verb(node, target, state, **named):
    """For verbs whose end the SDK does not know by itself, and steps that its proxy does not pass on."""
    node.set_provision_state(baremetal.proxy, target, **named)
    (reached,) = baremetal.wait_for_nodes_provision_state([node], state, timeout=60)
    return reached


assert any(driver.name == "fake-hardware" for driver in baremetal.drivers())
node = baremetal.create_node(driver="fake-hardware", name="sdk", resource_class="baremetal", provision_state="manageable")
assert node.provision_state == "manageable", node
node = baremetal.set_node_provision_state(node, "inspect", wait=True, timeout=60)
assert node.provision_state == "manageable" and not node.last_error, node
node = baremetal.set_node_provision_state(node, "clean", clean_steps=[bios("on")], wait=True, timeout=60)
assert node.provision_state == "manageable" and not node.last_error, node
# A hold, an abort, a hold again and its end, a wait and an abort.
verb(node, "clean", "clean hold", clean_steps=[HOLD, bios("off")])
assert baremetal.get_node(node).clean_step["step"] == "hold"
baremetal.set_node_provision_state(node, "abort")
node = becomes(node, provision_state="clean failed", reservation=None)
assert "aborted at 'hold'" in node.last_error, node
baremetal.set_node_provision_state(node, "manage", wait=True, timeout=60)
verb(node, "clean", "clean hold", clean_steps=[HOLD, bios("off")])
node = verb(node, "unhold", "manageable")
assert not node.last_error, node
verb(node, "clean", "clean wait", clean_steps=[WAIT])
baremetal.set_node_provision_state(node, "abort")
node = becomes(node, provision_state="clean failed", reservation=None)
assert "aborted at 'wait'" in node.last_error, node
baremetal.set_node_provision_state(node, "manage", wait=True, timeout=60)
node = baremetal.set_node_provision_state(node, "provide", wait=True, timeout=60)
assert all(result.result for result in baremetal.validate_node(node).values())
node = baremetal.set_node_provision_state(
    node,
    "active",
    config_drive={"meta_data": {"hostname": "sdk"}},
    deploy_steps=[bios("dim", priority=150)],
    wait=True,
    timeout=60,
)
assert node.provision_state == "active" and not node.last_error, node
node = baremetal.set_node_provision_state(node, "rebuild", config_drive="aGVsbG8=", wait=True, timeout=60)
assert node.provision_state == "active" and not node.last_error, node
node = baremetal.set_node_provision_state(node, "rescue", rescue_password="secret12", wait=True, timeout=60)
assert node.provision_state == "rescue", node
node = verb(node, "unrescue", "active")
node = verb(node, "service", "service hold", service_steps=[HOLD, {"interface": "vendor", "step": "log_passthrough"}])
node = verb(node, "unhold", "active")
assert not node.last_error, node
verb(node, "service", "service wait", service_steps=[WAIT])
baremetal.set_node_provision_state(node, "abort")
node = becomes(node, provision_state="active", reservation=None)
assert "aborted at 'wait'" in node.last_error, node

node = baremetal.update_node(node, is_protected=True, protected_reason="mine")
assert node.is_protected and node.protected_reason == "mine", node
refused(openstack.exceptions.ForbiddenException, "protected", baremetal.set_node_provision_state, node, "deleted")
node = baremetal.update_node(node, is_protected=False)
node = baremetal.set_node_maintenance(node, reason="looking")
assert node.is_maintenance and node.maintenance_reason == "looking", node
assert [found.name for found in baremetal.nodes(is_maintenance=True)] == ["sdk"]
node = baremetal.unset_node_maintenance(node)
assert not node.is_maintenance and node.maintenance_reason is None, node

for target, reached in [
    ("power off", "power off"),
    ("power on", "power on"),
    ("rebooting", "power on"),
    ("soft rebooting", "power on"),
    ("soft power off", "power off"),
]:
    baremetal.set_node_power_state(node, target, wait=True, timeout=60)
    becomes(node, power_state=reached, target_power_state=None)
baremetal.set_node_power_state(node, openstack.baremetal.v1.node.PowerAction.POWER_ON)
baremetal.wait_for_node_power_state(node, "power on", timeout=60)

assert [found.name for found in baremetal.nodes(provision_state="active")] == ["sdk"]
assert [found.name for found in baremetal.nodes(details=True)] == ["sdk"]
assert list(baremetal.nodes(provision_state="available")) == []
node = baremetal.set_node_provision_state(node, "deleted", wait=True, timeout=60)
node = baremetal.set_node_provision_state(node, "manage", wait=True, timeout=60)
node = baremetal.update_node(node, is_retired=True, retired_reason="old")
assert [found.retired_reason for found in baremetal.nodes(is_retired=True, details=True)] == ["old"]
refused(openstack.exceptions.BadRequestException, "retired", baremetal.set_node_provision_state, node, "provide")
node = baremetal.update_node(node, is_retired=False)
node = baremetal.set_node_provision_state(node, "adopt", wait=True, timeout=60)
assert node.provision_state == "active", node
baremetal.set_node_provision_state(node, "deleted", wait=True, timeout=60)

# While it is inspected it is locked.
node = baremetal.set_node_provision_state(node, "manage", wait=True, timeout=60)
node = baremetal.set_node_provision_state(node, "inspect")
assert node.reservation == "hammerscale", node
refused(openstack.exceptions.ConflictException, "is locked by host hammerscale", baremetal.set_node_power_state, node, "power on")
node = baremetal.wait_for_node_reservation(node, timeout=60)
assert node.reservation is None and node.provision_state == "manageable", node
baremetal.delete_node(node)
assert baremetal.find_node("sdk") is None
end()
