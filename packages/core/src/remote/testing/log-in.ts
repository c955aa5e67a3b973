import type { HostSpec, SshDefaults } from '../transport.ts'
import { type AnyTransportOptions, makeTransport } from './transports.ts'

/** Connects by a transport of its own, runs a command there, and gives what it said. */
export async function logIn(
  spec: HostSpec,
  defaults: SshDefaults,
  options: Partial<AnyTransportOptions> = {},
): Promise<string> {
  const transport = makeTransport(spec.transport ?? defaults.transport ?? 'ssh2', {
    defaults: () => ({ config: false, connectTimeout: '10s', ...defaults }),
    ...options,
  })
  try {
    const connection = await transport.connect(spec, new AbortController().signal)
    let said = ''
    const onStdout = (chunk: Buffer): void => {
      said += chunk.toString()
    }
    await connection.exec('echo in', { onStdout })
    return said.trim()
  } finally {
    await transport.close()
  }
}
