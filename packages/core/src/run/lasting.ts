import type { Lasting } from '../events/lasting.ts'
import type { StepHistory } from '../journal/history.ts'
import type { Registry } from '../step/registry.ts'
import { parseStep } from '../step/scope.ts'

/** @returns undefined when no command has begun, or each was on a host that is gone */
export function lastingOf(steps: readonly StepHistory[], registry: Registry): Lasting | undefined {
  const gone = new Set(steps.flatMap((step) => hostsGoneWith(step, registry)))
  const begun = steps.filter(({ outcome }) => outcome?.kind !== 'step.failed' || outcome.made !== 'no')
  const hosts = begun.flatMap(({ intent }) => (intent.type === 'host' ? [intent.title] : []))
  const left = [...new Set(hosts)].filter((name) => !gone.has(name))
  const here = begun.some(({ intent }) => intent.type === 'command')
  return here || left.length > 0 ? { hosts: left, here } : undefined
}

function hostsGoneWith({ intent, outcome, undone }: StepHistory, registry: Registry): readonly string[] {
  if (!undone || outcome?.kind !== 'step.done') return []
  const definition = registry.find(intent.step, intent.version)
  if (definition.kind !== 'change' || !definition.hosts) return []
  const input = parseStep(definition, 'input', definition.input, intent.input)
  return definition.hosts(input, parseStep(definition, 'output', definition.output, outcome.output))
}
