import { z } from 'zod'
import { hostMembers, hostSchema } from '../remote/host-schema.ts'
import type { HostSpec } from '../remote/transport.ts'
import { hostsFrom } from '../task/host-address.ts'
import type { Config, RoleSpec } from './config.ts'
import { anything, type Problem, readingProblems, shapeProblems } from './problem.ts'

const list = z.union([z.array(z.union([z.string(), z.looseObject({ name: z.string() })])), z.function()])

/** The outline of `roles`; what its hosts say is looked at one by one. */
export const rolesShape = z.record(
  z.string(),
  z.union([list, z.looseObject({ hosts: list })], {
    error: 'expected a list of hosts, a function that finds them, or { hosts, ssh }',
  }),
)

const { user, port, identityFile, transport, proxyJump } = hostMembers
const sshSchema = z.strictObject({ user, port, identityFile, transport, proxyJump })
const longForm = z.strictObject({ hosts: anything, ssh: anything })

const aHost = { noun: 'host', type: 'HostSpec' }
const aRole = { noun: 'role', type: 'RoleSpec' }

/** What is wrong with the roles of a configuration and its stages. */
export function roleProblems({ roles = {}, stages = {} }: Config): Problem[] {
  const all = [
    ...Object.entries(roles).map(([name, spec]) => [`roles.${name}`, spec] as const),
    ...Object.entries(stages).flatMap(([stage, { roles = {} }]) =>
      Object.entries(roles).map(([name, spec]) => [`stages.${stage}.roles.${name}`, spec] as const),
    ),
  ]
  return all.flatMap(([place, spec]) => problemsOf(place, spec))
}

function problemsOf(place: string, spec: RoleSpec): Problem[] {
  if (typeof spec === 'function') return []
  if (!('hosts' in spec)) return listProblems(place, spec)
  const list = typeof spec.hosts === 'function' ? [] : listProblems(`${place}.hosts`, spec.hosts)
  const ssh = shapeProblems(`${place}.ssh`, sshSchema, spec.ssh ?? {}, aRole)
  return [...shapeProblems(place, longForm, spec, aRole), ...ssh, ...list]
}

function listProblems(place: string, hosts: readonly (string | HostSpec)[]): Problem[] {
  const single = hosts.flatMap((host, index) =>
    typeof host === 'string' ? [] : shapeProblems(`${place}.${index}`, hostSchema, host, aHost),
  )
  return [...single, ...readingProblems(() => hostsFrom(hosts, place))]
}
