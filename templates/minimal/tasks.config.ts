import { defineConfig, remoteTask } from '@viridian/core'

// Names as you would give them to ssh: your ssh_config, keys, agent and known_hosts count.
const web = ['deploy@web-1.example.com', 'deploy@web-2.example.com']

// An argument is a flag: --service. What has a default may be left out.
const service = { type: 'string', description: 'the systemd unit', default: 'web' } as const

const uptime = remoteTask({ role: 'web', summary: 'Say how long the hosts are up' }, async (host) => {
  await host.run`uptime`
})

const restart = remoteTask(
  // When it fails on a host, the ones behind it are left alone.
  {
    role: 'web',
    summary: 'Restart the service, one host after the other',
    args: { service },
    concurrency: 1,
  },
  async (host, t) => {
    // A value in a command is quoted for the shell.
    await host.sudo`systemctl restart ${t.args.service}`
    await host.run`systemctl is-active ${t.args.service}`
  },
)

const deploy = remoteTask(
  {
    role: 'web',
    summary: 'Put a release on one host, see it healthy, then on all others',
    args: { release: { type: 'string', description: 'the directory in releases/: v2' }, service },
    batches: [1, '100%'],
  },
  async (host, t) => {
    const release = `releases/${t.args.release}`
    await host.run`mkdir -p web/releases`
    // From this directory to the login's home. Only what the host does not have travels.
    await host.put(release, `web/${release}`)
    await host.cd('web').run`ln -sfn ${release} current`
    await host.sudo`systemctl restart ${t.args.service}`
    // A service needs a moment to answer.
    await host.run({ retry: { times: 10, delay: '1s', backoff: 1 } })`curl -fsS http://localhost:8080/health`
  },
)

export default defineConfig({ roles: { web }, tasks: { uptime, restart, deploy } })
