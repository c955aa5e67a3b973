import { existsSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import type { Service } from './service.ts'
import type { Services } from './services.ts'

/** What a command prints, and its exit status. */
export interface Answer {
  readonly stdout: string
  readonly stderr: string
  readonly code: number
}

interface Request {
  readonly verb: string
  readonly names: readonly string[]
  readonly quiet: boolean
  readonly now: boolean
  readonly bare: boolean
  readonly properties: readonly string[]
  readonly cwd: string
}

type Verb = (services: Services, request: Request) => Promise<Answer>

const done: Answer = { stdout: '', stderr: '', code: 0 }

/** What `systemctl` with these arguments does on the machine. */
export async function systemctl(services: Services, args: readonly string[], cwd: string): Promise<Answer> {
  const request = parse(args, cwd)
  const verb = verbs[request.verb]
  if (!verb)
    return { ...done, stderr: `Unknown command verb '${request.verb}' (not imitated here).\n`, code: 1 }
  const answer = await verb(services, request)
  return request.quiet ? { ...answer, stdout: '' } : answer
}

function parse(args: readonly string[], cwd: string): Request {
  const words: string[] = []
  const properties: string[] = []
  const flags = new Set<string>()
  const rest = [...args]
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const property = /^(?:-p|--property=?)(.*)$/.exec(word)
    if (property) properties.push(...(property[1] || rest.shift() || '').split(','))
    else if (['-n', '--lines', '-t', '--type', '-s', '--signal'].includes(word)) rest.shift()
    else if (word.startsWith('-')) flags.add(word)
    else words.push(word)
  }
  const [verb = 'list-units', ...names] = words
  return {
    verb,
    names,
    properties,
    cwd,
    quiet: flags.has('-q') || flags.has('--quiet'),
    now: flags.has('--now'),
    bare: flags.has('--value'),
  }
}

const nameOf = (text: string): string => basename(text).replace(/\.service$/, '')

/** Does something to each named service, and reports every one that fails. */
function onEach(what: string, act: (services: Services, service: Service) => Promise<void>): Verb {
  return async (services, { names }) => {
    const answers = await Promise.all(
      names.map(async (name): Promise<Answer> => {
        const service = await services.find(nameOf(name))
        if (!service) {
          const unit = `${nameOf(name)}.service`
          return { ...done, stderr: `Failed to ${what} ${unit}: Unit ${unit} not found.\n`, code: 5 }
        }
        await services.inTurn(service, () => act(services, service))
        return service.state === 'failed' && what !== 'stop' ? failedJob(service) : done
      }),
    )
    return together(answers)
  }
}

function failedJob(service: Service): Answer {
  const unit = `${service.unit.name}.service`
  const stderr =
    `Job for ${unit} failed (result: ${service.result}).\n` +
    `See "systemctl status ${unit}" and "journalctl -u ${unit}" for details.\n`
  return { ...done, stderr, code: 1 }
}

const restart = async (_: Services, service: Service): Promise<void> => {
  await service.stop()
  await service.start()
}

const link: Verb = async (services, { names, cwd }) => {
  for (const name of names) {
    const path = resolve(cwd, name)
    if (!existsSync(path))
      return { ...done, stderr: `Failed to link unit: File ${path}: No such file\n`, code: 1 }
    await services.files.link(path)
  }
  return done
}

const enable: Verb = async (services, request) => {
  const paths = request.names.filter((name) => name.includes('/'))
  const linked = await link(services, { ...request, names: paths })
  if (linked.code !== 0) return linked
  const enabled = await onEach('enable', async (_, service) => services.files.enable(service.unit))(
    services,
    request,
  )
  return enabled.code === 0 && request.now ? startAll(services, request) : enabled
}

const startAll = onEach('start', (_, service) => service.start())
const stopAll = onEach('stop', (_, service) => service.stop())

const disable: Verb = async (services, request) => {
  const disabled = await onEach('disable', (_, service) => services.files.disable(service.unit.name))(
    services,
    request,
  )
  return disabled.code === 0 && request.now ? stopAll(services, request) : disabled
}

const isActive: Verb = async (services, { names }) => {
  const states = await Promise.all(
    names.map(async (name) => (await services.find(nameOf(name)))?.state ?? 'inactive'),
  )
  return { ...done, stdout: lines(states), code: states.includes('active') ? 0 : 3 }
}

const isFailed: Verb = async (services, request) => {
  const { stdout } = await isActive(services, request)
  return { ...done, stdout, code: stdout.split('\n').includes('failed') ? 0 : 1 }
}

const isEnabled: Verb = async (services, { names }) => {
  const answers = await Promise.all(
    names.map(async (name): Promise<Answer> => {
      if (!(await services.find(nameOf(name)))) {
        const stderr = `Failed to get unit file state for ${nameOf(name)}.service: No such file or directory\n`
        return { ...done, stderr, code: 1 }
      }
      const enabled = await services.files.isEnabled(nameOf(name))
      return { ...done, stdout: enabled ? 'enabled\n' : 'disabled\n', code: enabled ? 0 : 1 }
    }),
  )
  return { ...together(answers), code: answers.some(({ code }) => code === 0) ? 0 : 1 }
}

const show: Verb = async (services, { names, properties, bare }) => {
  const blocks = await Promise.all(names.map(async (name) => propertiesOf(services, nameOf(name))))
  const texts = blocks.map((block) => {
    const wanted = Object.entries(block).filter(
      ([key]) => properties.length === 0 || properties.includes(key),
    )
    return lines(wanted.map(([key, value]) => (bare ? value : `${key}=${value}`)))
  })
  return { ...done, stdout: texts.join('\n') }
}

const status: Verb = async (services, { names }) => {
  const answers = await Promise.all(
    names.map(async (name): Promise<Answer> => {
      const service = await services.find(nameOf(name))
      if (!service) return { ...done, stderr: `Unit ${nameOf(name)}.service could not be found.\n`, code: 4 }
      const enabled = (await services.files.isEnabled(service.unit.name)) ? 'enabled' : 'disabled'
      const { unit, state, since, mainPid, result } = service
      const stdout = lines([
        `● ${unit.name}.service - ${unit.description}`,
        `     Loaded: loaded (${unit.path}; ${enabled})`,
        `     Active: ${state} (${subState(service)}) since ${since.toISOString()}`,
        ...(mainPid === 0 ? [`     Result: ${result}`] : [`   Main PID: ${mainPid}`]),
      ])
      return { ...done, stdout, code: state === 'active' ? 0 : 3 }
    }),
  )
  return together(answers)
}

async function propertiesOf(services: Services, name: string): Promise<Readonly<Record<string, string>>> {
  const service = await services.find(name)
  const enabled = service && (await services.files.isEnabled(name))
  return {
    Id: `${name}.service`,
    Description: service?.unit.description ?? `${name}.service`,
    LoadState: service ? 'loaded' : 'not-found',
    ActiveState: service?.state ?? 'inactive',
    SubState: service ? subState(service) : 'dead',
    UnitFileState: service ? (enabled ? 'enabled' : 'disabled') : '',
    FragmentPath: service?.unit.path ?? '',
    MainPID: String(service?.mainPid ?? 0),
    NRestarts: String(service?.restarts ?? 0),
    Result: service?.result ?? 'success',
  }
}

function subState({ state, mainPid }: Service): string {
  if (state === 'active') return mainPid === 0 ? 'exited' : 'running'
  return { inactive: 'dead', activating: 'auto-restart', deactivating: 'stop-sigterm', failed: 'failed' }[
    state
  ]
}

const verbs: Readonly<Record<string, Verb>> = {
  start: startAll,
  stop: stopAll,
  restart: onEach('restart', restart),
  reload: onEach('reload', restart),
  'reload-or-restart': onEach('restart', restart),
  'try-restart': onEach('restart', async (services, service) => {
    if (service.state === 'active') await restart(services, service)
  }),
  'reset-failed': onEach('reset', async (_, service) => service.reset()),
  link,
  enable,
  disable,
  'is-active': isActive,
  'is-failed': isFailed,
  'is-enabled': isEnabled,
  'is-system-running': async () => ({ ...done, stdout: 'running\n' }),
  'daemon-reload': async () => done,
  show,
  status,
}

function together(answers: readonly Answer[]): Answer {
  return {
    stdout: answers.map(({ stdout }) => stdout).join(''),
    stderr: answers.map(({ stderr }) => stderr).join(''),
    code: answers.find(({ code }) => code !== 0)?.code ?? 0,
  }
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('')
}
