import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect as connectTcp } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { CheckFailure, HealthCheck } from '../hardware/target-groups.ts'

/** What a health check's target string asks for. */
export interface Probe {
  readonly protocol: 'HTTP' | 'HTTPS' | 'TCP' | 'SSL'
  /** `traffic-port`: where the target has its traffic. */
  readonly port: number | 'traffic-port'
  readonly path: string
}

/** A probe as one target meets it. */
export interface PlacedProbe extends Probe {
  readonly address: string
  readonly port: number
  /** The statuses that pass. */
  readonly matcher: string
  readonly agent: string
  /** Milliseconds. */
  readonly timeout: number
}

/**
 * Reads `HTTP:8080/health` and the like.
 *
 * @throws when the text is not of that form.
 */
export function parseProbe(target: string): Probe {
  const [, protocol, port, path = '/'] =
    /^(HTTPS?|TCP|SSL):(\d+|traffic-port)(\/[!-~]*)?$/i.exec(target) ?? []
  const known = (['HTTP', 'HTTPS', 'TCP', 'SSL'] as const).find((name) => name === protocol?.toUpperCase())
  if (!known) throw new Error(`"${target}" is no health check target: write HTTP:8080/health or TCP:8080`)
  return { protocol: known, port: port === 'traffic-port' ? port : Number(port), path }
}

/** Whether a status is among those of a matcher, `200-299,301`. */
export function matches(matcher: string, status: number): boolean {
  return matcher.split(',').some((range) => {
    const [least, most = least] = range.split('-').map(Number)
    return least !== undefined && most !== undefined && status >= least && status <= most
  })
}

/** The probe of a check for a target; it may have its traffic nowhere in particular. */
export function placed(
  { target, matcher = '200', agent = 'ELB-HealthChecker/1.0' }: HealthCheck,
  address: string,
  trafficPort: number | undefined,
  timeout: number,
): PlacedProbe {
  const probe = parseProbe(target)
  const port = probe.port === 'traffic-port' ? trafficPort : probe.port
  if (port === undefined) throw new Error(`${address} has no port for the health check ${target}`)
  return { ...probe, port, address, matcher, agent, timeout }
}

/** One check: `passed` for a connection, or for HTTP an answer that the matcher takes, within the timeout. */
export function check(probe: PlacedProbe, signal: AbortSignal): Promise<'passed' | CheckFailure> {
  return probe.protocol === 'HTTP' || probe.protocol === 'HTTPS'
    ? checkHttp(probe, signal)
    : checkConnection(probe, signal)
}

function checkHttp(probe: PlacedProbe, signal: AbortSignal): Promise<'passed' | CheckFailure> {
  const { protocol, port, path, address, matcher, agent, timeout } = probe
  return new Promise((resolve) => {
    const options = {
      host: address,
      port,
      path,
      signal,
      agent: false,
      // Balancers take any certificate of an instance.
      rejectUnauthorized: false,
      headers: { 'User-Agent': agent },
    }
    const request = protocol === 'HTTP' ? httpRequest(options) : httpsRequest(options)
    const answer = (verdict: 'passed' | CheckFailure): void => {
      clearTimeout(deadline)
      request.destroy()
      resolve(verdict)
    }
    const deadline = setTimeout(() => answer('timeout'), timeout)
    request.once('response', ({ statusCode = 0 }) =>
      answer(matches(matcher, statusCode) ? 'passed' : { status: statusCode }),
    )
    request.on('error', () => answer('connection'))
    request.once('close', () => answer('connection'))
    request.end()
  })
}

function checkConnection(
  { protocol, port, address: host, timeout }: PlacedProbe,
  signal: AbortSignal,
): Promise<'passed' | CheckFailure> {
  return new Promise((resolve) => {
    const socket =
      protocol === 'TCP' ? connectTcp({ host, port }) : connectTls({ host, port, rejectUnauthorized: false })
    const stop = (): void => void socket.destroy()
    signal.addEventListener('abort', stop, { once: true })
    const answer = (verdict: 'passed' | CheckFailure): void => {
      clearTimeout(deadline)
      signal.removeEventListener('abort', stop)
      socket.destroy()
      resolve(verdict)
    }
    const deadline = setTimeout(() => answer('timeout'), timeout)
    socket.once(protocol === 'TCP' ? 'connect' : 'secureConnect', () => answer('passed'))
    socket.on('error', () => answer('connection'))
    socket.once('close', () => answer('connection'))
  })
}
