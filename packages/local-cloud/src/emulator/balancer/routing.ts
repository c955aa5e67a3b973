import type { IncomingMessage } from 'node:http'
import type { BalancerSpec, RuledBalancerSpec } from '../hardware/balancers.ts'
import type { Action, WeightedGroup } from '../hardware/rules.ts'
import { renewedCookies } from './manner.ts'
import { cookieOf, note, noted, setCookies } from './stickiness.ts'

type Forward = Extract<Action, { readonly kind: 'forward' }>

/** A classic balancer as one whose listeners have a single rule: what comes goes to its own targets. */
export function ruled({ name, listeners, idleTimeout }: BalancerSpec): RuledBalancerSpec {
  return {
    name,
    kind: 'application',
    idleTimeout,
    listeners: listeners.map(({ protocol, port, identity, instanceProtocol, instancePort, stickiness }) => {
      const own = {
        name,
        weight: 1,
        protocol: instanceProtocol,
        port: instancePort,
        ...(stickiness && { stickiness }),
      }
      return {
        protocol,
        port,
        ...(identity && { identity }),
        rules: [{ conditions: [], action: { kind: 'forward', groups: [own] } }],
      }
    }),
  }
}

/** The group that a request goes to, and the headers that keep its client there. */
export interface Choice {
  readonly group: WeightedGroup | undefined
  readonly added: readonly string[]
}

const groupCookie = 'AWSALBTG'

/**
 * Chooses among the groups of a rule by weight, or as the client's cookie says.
 *
 * @param seconds real ones for which a client stays with a group
 */
export function choose(
  { groups, sticky }: Forward,
  request: IncomingMessage | undefined,
  seconds: number,
): Choice {
  if (sticky === undefined || request === undefined) return { group: byWeight(groups), added: [] }
  const bound = noted(cookieOf(request, groupCookie))
  const group = groups.find(({ name }) => name === bound) ?? byWeight(groups)
  const cookies = group === undefined ? [] : renewedCookies(`${groupCookie}=${note(group.name)}`, seconds)
  return { group, added: setCookies(cookies) }
}

function byWeight(groups: readonly WeightedGroup[]): WeightedGroup | undefined {
  const all = groups.reduce((sum, { weight }) => sum + weight, 0)
  let left = Math.random() * all
  return groups.find(({ weight }) => {
    left -= weight
    return weight > 0 && left < 0
  })
}
