import type { PluginEvent, StepContext } from '@viridian/core'

/** A context for calling a step's functions without the engine; `close` disposes of what they shared. */
export interface TestContext extends StepContext {
  readonly events: PluginEvent[]
  readonly said: string[]
  close(): Promise<void>
}

export function testContext(
  options: {
    readonly runId?: string
    readonly by?: string
    readonly signal?: AbortSignal
    readonly env?: Record<string, string>
  } = {},
): TestContext {
  const resources = new Map<symbol, { value: unknown; dispose: () => unknown }>()
  const events: PluginEvent[] = []
  const said: string[] = []
  return {
    run: {
      id: options.runId ?? '20261123-154233-k3f9',
      task: 'test',
      stage: 'test',
      by: options.by ?? 'ada@here',
    },
    key: '/test#0',
    signal: options.signal ?? new AbortController().signal,
    events,
    said,
    progress: (text) => said.push(text),
    emit: (event) => events.push(event),
    environment: async () => {
      Object.assign(process.env, options.env)
    },
    resource: <Value>(
      key: symbol,
      make: () => Value,
      dispose?: (value: Value) => void | Promise<void>,
    ): Value => {
      const held = resources.get(key)
      // Held under the key by an earlier call of the same caller: what `make` gives.
      if (held) return held.value as Value
      const value = make()
      resources.set(key, { value, dispose: () => dispose?.(value) })
      return value
    },
    close: async () => {
      for (const { dispose } of [...resources.values()].reverse()) await dispose()
    },
  }
}
