import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect as connectTcp } from 'node:net'
import { connect as connectTls } from 'node:tls'

/** What a health check's target string asks for. */
export interface Probe {
  readonly protocol: 'HTTP' | 'HTTPS' | 'TCP' | 'SSL'
  readonly port: number
  readonly path: string
}

/**
 * Reads `HTTP:8080/health` and the like.
 *
 * @throws when the text is not of that form.
 */
export function parseProbe(target: string): Probe {
  const [, protocol, port, path = '/'] = /^(HTTPS?|TCP|SSL):(\d+)(\/[!-~]*)?$/i.exec(target) ?? []
  const known = (['HTTP', 'HTTPS', 'TCP', 'SSL'] as const).find((name) => name === protocol?.toUpperCase())
  if (!known) throw new Error(`"${target}" is no health check target: write HTTP:8080/health or TCP:8080`)
  return { protocol: known, port: Number(port), path }
}

/** One check: true for a connection, or for HTTP the answer 200, within `timeout` milliseconds. */
export function check(probe: Probe, address: string, timeout: number, signal: AbortSignal): Promise<boolean> {
  return probe.protocol === 'HTTP' || probe.protocol === 'HTTPS'
    ? checkHttp(probe, address, timeout, signal)
    : checkConnection(probe, address, timeout, signal)
}

function checkHttp(
  { protocol, port, path }: Probe,
  address: string,
  timeout: number,
  signal: AbortSignal,
): Promise<boolean> {
  return new Promise((resolve) => {
    const options = {
      host: address,
      port,
      path,
      signal,
      agent: false,
      // Classic balancers take any certificate of an instance.
      rejectUnauthorized: false,
      headers: { 'User-Agent': 'ELB-HealthChecker/1.0' },
    }
    const request = protocol === 'HTTP' ? httpRequest(options) : httpsRequest(options)
    const deadline = setTimeout(() => request.destroy(), timeout)
    const answer = (healthy: boolean): void => {
      clearTimeout(deadline)
      request.destroy()
      resolve(healthy)
    }
    request.once('response', (response) => answer(response.statusCode === 200))
    request.on('error', () => answer(false))
    request.once('close', () => answer(false))
    request.end()
  })
}

function checkConnection(
  { protocol, port }: Probe,
  host: string,
  timeout: number,
  signal: AbortSignal,
): Promise<boolean> {
  return new Promise((resolve) => {
    const socket =
      protocol === 'TCP' ? connectTcp({ host, port }) : connectTls({ host, port, rejectUnauthorized: false })
    const deadline = setTimeout(() => socket.destroy(), timeout)
    const stop = (): void => void socket.destroy()
    signal.addEventListener('abort', stop, { once: true })
    const answer = (healthy: boolean): void => {
      clearTimeout(deadline)
      signal.removeEventListener('abort', stop)
      socket.destroy()
      resolve(healthy)
    }
    socket.once(protocol === 'TCP' ? 'connect' : 'secureConnect', () => answer(true))
    socket.on('error', () => answer(false))
    socket.once('close', () => answer(false))
  })
}
