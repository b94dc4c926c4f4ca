# Types commands: each line runs the client's own `main` in a process of its own, forked from this one, which has loaded the client's modules
# already (that is most of what a command costs). A request is a line of JSON {"program", "options", "line"}; so is the answer
# {"status", "out", "err"}.
import importlib.metadata
import json
import os
import shlex
import sys
import tempfile
import time

PROGRAMS = {"baremetal": "ironicclient.shell", "openstack": "openstackclient.shell"}
PATIENCE = 120


def load():
    for module in PROGRAMS.values():
        __import__(module, fromlist=["main"])
    for group in ("openstack.baremetal.v1", "cliff.formatter.list", "cliff.formatter.show", "openstack.cli.extension"):
        for point in importlib.metadata.entry_points(group=group):
            point.load()
    for group in ("keystoneauth1.plugin",):
        for point in importlib.metadata.entry_points(group=group):
            if point.name in ("none", "http_basic"):
                point.load()


def play(program, arguments, out, err):
    """In the child: never returns."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(out, 1)
    os.dup2(err, 2)
    sys.argv = [program, *arguments]
    status = 1
    try:
        status = sys.modules[PROGRAMS[program]].main(arguments) or 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def ended(pid):
    """The child's status; a child that takes too long is killed."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.kill(pid, 9)
    os.waitpid(pid, 0)
    return -9


def answer(request):
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        arguments = request["options"] + shlex.split(request["line"])
        pid = os.fork()
        if pid == 0:
            play(request["program"], arguments, out.fileno(), err.fileno())
        status = ended(pid)
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode(errors="replace"))
    return {"status": status, "out": texts[0], "err": texts[1]}


load()
for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
