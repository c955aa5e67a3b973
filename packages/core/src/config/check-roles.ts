import { z } from 'zod'
import { isViridianError } from '../error.ts'
import { suggestion } from '../nearest.ts'
import { hostMembers, hostSchema } from '../remote/host-schema.ts'
import type { HostSpec } from '../remote/transport.ts'
import { hostsFrom } from '../task/host-address.ts'
import type { Problem } from './check.ts'
import type { Config, RoleSpec } from './config.ts'

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
const longForm = z.strictObject({ hosts: z.unknown(), ssh: sshSchema.optional() })

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
  return [...shapeProblems(place, longForm, spec), ...list]
}

function listProblems(place: string, hosts: readonly (string | HostSpec)[]): Problem[] {
  const single = hosts.flatMap((host, index) =>
    typeof host === 'string' ? [] : shapeProblems(`${place}.${index}`, hostSchema, host),
  )
  return [...single, ...twins(place, hosts)]
}

function twins(place: string, hosts: readonly (string | HostSpec)[]): Problem[] {
  try {
    hostsFrom(hosts, place)
    return []
  } catch (error) {
    if (!isViridianError(error)) throw error
    const { message, hint } = error
    return [{ message, ...(hint !== undefined && { hint }) }]
  }
}

function shapeProblems(place: string, schema: z.ZodType, value: unknown): Problem[] {
  const issues = schema.safeParse(value).error?.issues ?? []
  return issues.flatMap((issue) => {
    const at = [place, ...issue.path].join('.')
    if (issue.code !== 'unrecognized_keys') return [{ message: `${at}: ${issue.message}`, hint: shapeHint }]
    const known = issue.path[0] === 'ssh' ? Object.keys(sshSchema.shape) : keysOf(schema)
    return issue.keys.map((key) => ({
      message: `${at}.${key} is nothing that can be said of a ${issue.path.length > 0 || schema === longForm ? 'role' : 'host'}`,
      hint: suggestion(key, known) ?? `there are ${known.join(', ')}`,
    }))
  })
}

const keysOf = (schema: z.ZodType): string[] =>
  schema instanceof z.ZodObject ? Object.keys(schema.shape) : []

const shapeHint = 'see HostSpec for what a host may say'
