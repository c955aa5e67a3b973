import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createRemote } from './remote.ts'
import { freePort, makeKey, OpenSsh } from './testing/open-ssh.ts'
import { transportNames } from './testing/transports.ts'
import { until } from './testing/until.ts'
import type { HostSpec } from './transport.ts'

const place = mkdtempSync(join(tmpdir(), 'viridian-leaks-'))
const stranger = join(place, 'stranger')
// What runs keep for a while, the sockets of ssh's masters among it.
const temporary = mkdtempSync(join(tmpdir(), 'vl-'))
let sshd: OpenSsh
let closedPort: number

beforeAll(async () => {
  sshd = await OpenSsh.start()
  vi.stubEnv('TMPDIR', temporary)
  closedPort = await freePort()
  makeKey(stranger, 'ed25519')
})
afterAll(async () => {
  await sshd.stop()
  vi.unstubAllEnvs()
  for (const directory of [place, temporary]) rmSync(directory, { recursive: true })
})

/** What this process holds. */
function held() {
  const children = execFileSync('ps', ['--no-headers', '-o', 'args', '--ppid', String(process.pid)])
  return {
    descriptors: readdirSync('/proc/self/fd').length,
    children: children
      .toString()
      .split('\n')
      .filter((line) => /ssh|sh -c/.test(line)),
    files: readdirSync(temporary),
  }
}

/** The same, once it no longer changes: what has been let go may take a moment to go. */
async function heldAtRest(): Promise<ReturnType<typeof held>> {
  for (let before = held(); ; ) {
    await sleep(300)
    const now = held()
    if (isDeepStrictEqual(now, before)) return now
    before = now
  }
}

async function once(spec: HostSpec, command: string): Promise<unknown> {
  const remote = createRemote({
    defaults: () => ({ knownHosts: [sshd.knownHosts], config: false, connectTimeout: 300 }),
    signal: new AbortController().signal,
    mask: (text) => text,
  })
  try {
    const names = Array.from({ length: 5 }, (_, index) => `web-${index}`)
    return await Promise.allSettled(names.map((name) => remote.host({ ...spec, name }).run`sh -c ${command}`))
  } finally {
    await remote.close()
  }
}

test.each(transportNames)('by %s nothing is held behind runs, good or bad', async (transport) => {
  const good = sshd.spec({ transport })
  const rounds = async (): Promise<void> => {
    await once(good, 'true')
    await once(good, 'exit 3')
    await once({ ...good, port: closedPort }, 'true')
    await once({ ...good, identityFile: stranger }, 'true')
    await once({ ...good, hostKeys: [`SHA256:${'A'.repeat(43)}`] }, 'true')
  }
  // What is loaded and cached once is no leak.
  await rounds()
  const before = await heldAtRest()
  for (let round = 0; round < 2; round += 1) await rounds()
  await until(() => isDeepStrictEqual(held(), before)).catch(() => expect(held()).toEqual(before))
})
