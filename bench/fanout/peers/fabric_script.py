"""What one writes with Fabric: `true` on many hosts at once, so many times over the same connections."""

import json
import os
import sys
import threading
import time

from fabric import Config, Connection, ThreadingGroup
from paramiko import SSHConfig

job = json.loads(sys.argv[1])
config = Config(ssh_config=SSHConfig.from_path(job["ssh_config"]))
config.load_ssh_configs = False
hosts = [Connection(name, config=config) for name in job["hosts"]]
group = ThreadingGroup.from_connections(hosts)
times = []
for _ in range(job.get("rounds", 1)):
    began = time.perf_counter()
    group.run("true", hide=True)
    times.append(1000 * (time.perf_counter() - began))
if "one" in job:
    began = time.perf_counter()
    for _ in range(job["one"]):
        hosts[0].run("true", hide=True)
    times = [1000 * (time.perf_counter() - began) / job["one"]]
if "put" in job:

    def put(host):
        for directory, _, files in os.walk(job["put"]):
            target = job["home"] + "/" + host.original_host + "/fabric" + directory[len(job["put"]) :]
            host.run("mkdir -p '" + target + "'", hide=True)
            for name in files:
                host.put(os.path.join(directory, name), target + "/" + name)

    threads = [threading.Thread(target=put, args=(host,)) for host in hosts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
group.close()
print(json.dumps(times))
