# openstacksdk with names and passwords over TLS, before and after the daemon's certificate is exchanged.
import os
import sys

import keystoneauth1.exceptions
import openstack


def connected(user, password, authorities=os.environ["AUTHORITIES"]):
    endpoint = os.environ["ENDPOINT"]
    return openstack.connect(
        load_yaml_config=False,
        load_envvars=False,
        auth_type="http_basic",
        auth={"endpoint": endpoint, "username": user, "password": password},
        baremetal_endpoint_override=endpoint,
        baremetal_status_code_retries=0,
        cacert=authorities,
    ).baremetal


def refused(kind, call, *arguments, **named):
    try:
        call(*arguments, **named)
    except kind as error:
        return error
    raise SystemExit(f"it was not refused: {call} {arguments} {named}")


def names(baremetal):
    return sorted(node.name for node in baremetal.nodes())


ann = connected("ann", "anns-secret")
node = ann.create_node(driver="fake-hardware", name="sdks", owner="web", provision_state="manageable")
assert names(ann) == ["dbs", "sdks", "webs"], names(ann)
meg = connected("meg", "megs-secret")
assert names(meg) == ["sdks", "webs"], names(meg)
assert meg.update_node("sdks", extra={"a": 1}).extra == {"a": 1}
meg.set_node_power_state("sdks", "power on", wait=True, timeout=60)
refused(openstack.exceptions.ForbiddenException, meg.delete_node, "sdks")
refused(openstack.exceptions.NotFoundException, meg.get_node, "dbs")
rita = connected("rita", "ritas-secret")
assert rita.get_node("sdks").extra == {"a": 1}
refused(openstack.exceptions.ForbiddenException, rita.set_node_power_state, "sdks", "power off")
refused(openstack.exceptions.ForbiddenException, rita.update_node, "sdks", extra={"a": 2})
assert rita.get_node("sdks").power_state == "power on"
wrong = connected("ann", "wrong")
error = refused(openstack.exceptions.HttpException, lambda: list(wrong.nodes()))
assert error.status_code == 401, error
print("ready", flush=True)

assert sys.stdin.readline() == "exchanged\n"
# The old connection lives on, a new one is made with the new certificate.
ann.delete_node("sdks")
ann.delete_node("dbs")
assert names(connected("ann", "anns-secret")) == ["webs"]
former = os.environ["FORMER_AUTHORITY"]
refused(keystoneauth1.exceptions.DiscoveryFailure, lambda: names(connected("ann", "anns-secret", former)))
