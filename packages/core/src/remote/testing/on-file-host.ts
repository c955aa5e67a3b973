import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import type { Host } from '../host.ts'
import type { TransportName } from '../transport.ts'
import { FileHost } from './file-host.ts'

/** What a test has of its run. */
export interface OnFileHost {
  readonly at: FileHost
  readonly host: Host
  readonly here: string
  readonly there: string
}

/** Gives each test of a file a run of its own, on one host. */
export function onFileHost(begun: (run: OnFileHost) => void, transport?: TransportName): void {
  let at: FileHost
  beforeAll(async () => {
    at = await FileHost.start()
  })
  afterAll(() => at.remove())
  beforeEach(() => {
    at.begin(transport)
    const { here, there } = at
    begun({ at, host: at.hostNamed('web-1'), here, there })
  })
  afterEach(() => at.end())
}
