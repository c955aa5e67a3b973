import { type AgentKeys, probeAgent } from '../remote/ssh/agent.ts'
import type { Target } from '../remote/ssh/target.ts'
import { Targets } from '../remote/ssh/targets.ts'
import type { HostSpec, SshDefaults, TransportName } from '../remote/transport.ts'

/** How a host is reached. */
export interface Way {
  readonly target: Target
  readonly transport: TransportName
}

/** How all hosts are reached, as far as it can be told from here, and why it cannot of others. */
export interface Ways {
  readonly ways: readonly Way[]
  readonly failures: readonly unknown[]
  /** Where it is read from; false: from no file. */
  readonly config: SshDefaults['config']
  /** The agents that hold keys for them, by their sockets. */
  readonly agents: ReadonlyMap<string, AgentKeys | Error>
}

/** Stands for hosts of which only a run will know. */
const anyHost: HostSpec = { name: 'localhost' }

export async function waysTo(
  hosts: readonly HostSpec[],
  defaults: SshDefaults,
  signal: AbortSignal,
): Promise<Ways> {
  const targets = new Targets()
  const ways: Way[] = []
  const failures: unknown[] = []
  for (const host of hosts.length > 0 ? hosts : [anyHost])
    try {
      const target = await targets.of(host, defaults, signal)
      ways.push({ target, transport: host.transport ?? defaults.transport ?? 'ssh2' })
    } catch (error) {
      failures.push(error)
    }
  const agents = new Map<string, AgentKeys | Error>()
  for (const { target } of ways) {
    const socket = agentSocket(target)
    if (socket !== undefined && !agents.has(socket)) agents.set(socket, await probeAgent(socket))
  }
  return { ways, failures, agents, config: defaults.config }
}

function agentSocket({ settings: { identityAgent } }: Target): string | undefined {
  const socket = identityAgent ?? process.env.SSH_AUTH_SOCK
  return socket === 'none' || socket === '' ? undefined : socket
}
