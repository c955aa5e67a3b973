import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { JsonResult } from '../project.ts'
import { bytesRead, countOf, peakMemory } from './processes.ts'
import { ends, RemoteProject, said, shown } from './remote-project.ts'
import { Sshd, type SshdOptions } from './sshd.ts'
import { until } from './until.ts'

let remote: RemoteProject
const servers: Sshd[] = []

beforeAll(async () => {
  remote = await RemoteProject.open()
})
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()))
})
afterAll(() => remote.project.remove())

async function start(options: SshdOptions = {}): Promise<Sshd> {
  const server = await Sshd.start(options)
  servers.push(server)
  return server
}

/** One sshd, and the project aimed at it. */
async function alone(options: SshdOptions = {}, connectTimeout?: string): Promise<Sshd> {
  const server = await start(options)
  await remote.aim(server.hosts(), server.knownHosts(), connectTimeout)
  return server
}

/** Fifty hosts on four servers. */
async function fifty(config: readonly string[]): Promise<readonly Sshd[]> {
  const started = await Promise.all([13, 13, 12, 12].map((addresses) => start({ addresses, config })))
  const hosts = started.flatMap((server, index) => server.hosts(1 + 13 * index))
  await remote.aim(hosts, started.map((server) => server.knownHosts()).join(''))
  return started
}

const allDone = (count: number) => Array.from({ length: count }, () => 'done')
const errorOf = (result: JsonResult) => Object(result.last('run.finished').error)

describe.sequential('fifty hosts', () => {
  it('run a task at once', async () => {
    await fifty(['MaxStartups 100'])
    const result = await remote.sh('echo here')
    expect(Object.values(ends(result))).toEqual(allDone(50))
    expect(shown(result, 'stdout')).toHaveLength(50)
    expect(result.exitCode).toBe(0)
  })

  it('all get through servers that drop connections at random', async () => {
    const all = await fifty(['MaxStartups 3:30:10', 'LogLevel VERBOSE'])
    const result = await remote.sh('echo here')
    expect(Object.values(ends(result))).toEqual(allDone(50))
    expect(all.map(({ log }) => log).join('')).toMatch(/drop connection/)
  })
})

describe.sequential('one host', () => {
  it('runs more commands at once than it has sessions for', async () => {
    const server = await alone({ config: ['MaxSessions 2', 'LogLevel VERBOSE'] })
    const result = await remote.project.json(['run', 'parallel', '--count', '6'])
    expect(said(result)).toEqual(['0 1 2 3 4 5'])
    expect(result.exitCode).toBe(0)
    expect(server.log).toContain('no more sessions')
  })

  it('may show a banner', async () => {
    const text = join(remote.project.directory, 'banner')
    await writeFile(text, 'Authorised use only.\n')
    await alone({ config: [`Banner ${text}`] })
    const result = await remote.sh('echo here; exit 0')
    expect(shown(result, 'stdout')).toEqual(['here'])
    expect(result.exitCode).toBe(0)
  })

  it('may have a slow login shell', async () => {
    await alone({ bashrc: 'sleep 2\n' })
    const result = await remote.sh('echo here; exit 7')
    expect(shown(result, 'stdout')).toEqual(['here'])
    expect(Number(result.last('host.finished').ms)).toBeGreaterThan(2_000)
    expect(errorOf(result).message).toContain('failed with exit code 7')
  })

  it('may have a login shell that prints: it is told apart from what the command says', async () => {
    const noise = 'echo "Welcome to the machine"; echo "fortune: none" >&2\n'
    const server = await alone({ bashrc: noise })
    const result = await remote.sh('echo here; echo there >&2')
    expect(said(result)).toEqual([
      { host: 'web-1', code: 0, stdout: 'here', stderr: 'there', truncated: false },
    ])
    expect(errorOf(await remote.sh('exit 7')).message).toContain('failed with exit code 7')

    const content = randomBytes(1_000_000)
    await remote.project.write('archive', content)
    const there = join(server.directory, 'archive')
    const files = await remote.project.json(['run', 'files', '--local', 'archive', '--remote', there])
    expect(said(files)).toEqual([['grüße', false]])
    expect(content.equals(await readFile(there))).toBe(true)
    expect(content.equals(await readFile(join(remote.project.directory, 'archive.web-1')))).toBe(true)
  })

  it.each([
    ['echo backups only; exit 0', 'ended with exit code 0\n  backups only'],
    ['internal-sftp', 'sftp connections only'],
    // What waits for input, as for ever.
    ['cat', 'has not begun within 2s'],
    ['sleep 12.75', 'has not begun within 2s'],
  ])('where the server forces "%s" in place of every command has run none', async (forced, reason) => {
    await alone({ config: [`ForceCommand ${forced}`, 'Subsystem sftp internal-sftp'] }, '2s')
    const result = await remote.sh('echo here')
    expect(ends(result)).toEqual({ 'web-1': 'E_COMMAND_NOT_RUN' })
    const { error } = result.last('host.finished')
    expect(error).toMatchObject({
      message: expect.stringContaining(reason),
      hint: expect.stringContaining('ForceCommand'),
    })
    expect(Number(result.last('host.finished').ms)).toBeLessThan(11_000)
    expect(result.exitCode).toBe(1)
  })

  it('may change its keys in the middle of everything', async () => {
    const server = await alone({ config: ['RekeyLimit 1M'] })
    const content = randomBytes(20_000_000)
    await remote.project.write('large', content)
    const there = join(server.directory, 'large')
    const files = await remote.project.json(['run', 'files', '--local', 'large', '--remote', there])
    expect(files.exitCode).toBe(0)
    expect(content.equals(await readFile(join(remote.project.directory, 'large.web-1')))).toBe(true)
    expect(shown(await remote.sh('seq -f %0249.0f 40000'), 'stdout')).toHaveLength(40_000)
  })

  it('says any bytes, and characters cut anywhere', async () => {
    const server = await alone()
    const file = join(server.directory, 'bytes')
    await remote.project.write('bytes', randomBytes(3_000_000))
    const files = await remote.project.json(['run', 'files', '--local', 'bytes', '--remote', file])
    expect(files.exitCode).toBe(0)
    const binary = await remote.sh(`cat ${file}; cat ${file} >&2; exit 3`)
    expect(errorOf(binary).message).toContain('failed with exit code 3')

    const text = 'aé€𝄞ü'
    const each = [...Buffer.from(text)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`)
    const slowly = each.map((byte) => `printf '${byte}'; sleep 0.02`).join('; ')
    expect(said(await remote.sh(slowly))).toMatchObject([{ stdout: text }])
  })
})

describe.sequential('200 MB of output', () => {
  const lines = 800_000
  it.each([
    ['--json', /^\{"kind":"host.output".*"line":"0{9}/, /"run.finished".*"succeeded"/],
    ['--no-color', /^ *web-1 \S+ 0{9}/, /sh done in/],
  ])('come whole, and are not kept in memory (%s)', async (flag, line, end) => {
    await alone()
    // Each line is its number and 250 characters in all.
    const child = remote.project.start(['run', 'sh', flag, '--script', `seq -f %0249.0f ${lines}`])
    let peak = 0
    const watch = setInterval(() => {
      peak = Math.max(peak, peakMemory(child.pid ?? 0) ?? 0)
    }, 50)
    const counted = new Counter(line)
    try {
      child.stdout?.on('data', (chunk: Buffer) => counted.add(chunk))
      const exitCode = await new Promise((resolve) => child.once('close', resolve))
      expect(exitCode).toBe(0)
    } finally {
      clearInterval(watch)
      child.kill('SIGKILL')
    }
    expect(counted.matching).toBe(lines)
    expect(counted.last).toMatch(end)
    expect(peak).toBeGreaterThan(30)
    expect(peak).toBeLessThan(300)
  })

  it('stop when the reader does, and so does the run when it is asked to', async () => {
    await alone()
    const mark = `${1000 + Math.random()}`
    const child = remote.project.start(['run', 'sh', '--script', `yes ${mark}`])
    const closed = once(child, 'close')
    const { pid = 0 } = child
    try {
      child.stdout?.pause()
      let before = 0
      await until('it takes no more output', () => {
        const now = bytesRead(pid)
        const rests = now === before && countOf(`yes ${mark}`) === 1
        before = now
        return rests
      })
      expect(peakMemory(pid)).toBeLessThan(300)
      child.kill('SIGINT')
      await until('the command is ended', () => countOf(`yes ${mark}`) === 0)
      child.stdout?.resume()
      child.stderr?.resume()
      expect(await closed).toEqual([130, null])
    } finally {
      child.kill('SIGKILL')
    }
  })
})

it('stops a run that nobody reads any more', async () => {
  await alone()
  const mark = `${1000 + Math.random()}`
  const child = remote.project.start(['run', 'sh', '--script', `echo begun; yes ${mark}`])
  try {
    if (child.stdout) await once(child.stdout, 'data')
    await until('the command runs', () => countOf(`yes ${mark}`) === 1)
    child.stdout?.destroy()
    expect(await once(child, 'exit')).toEqual([130, null])
    expect(countOf(`yes ${mark}`)).toBe(0)
  } finally {
    child.kill('SIGKILL')
  }
})

describe.sequential('a host that is lost', () => {
  it('in mid-command is told, and the others finish', async () => {
    const seconds = `${1000 + Math.random()}`
    const [dying, living] = [await start({ addresses: 2 }), await start({ addresses: 2 })]
    await remote.aim([...dying.hosts(), ...living.hosts(3)], dying.knownHosts() + living.knownHosts())
    const script = `case $HOME in ${dying.directory}) echo begun; sleep ${seconds};; *) sleep 1; echo end;; esac`
    let begun = 0
    const result = await remote.project.json(['run', 'sh', '--script', script], (event) => {
      if (event.kind === 'host.output' && event.line === 'begun' && ++begun === 2) dying.crash()
    })
    expect(ends(result)).toEqual({
      'web-1': 'E_HOST_LOST',
      'web-2': 'E_HOST_LOST',
      'web-3': 'done',
      'web-4': 'done',
    })
    expect(errorOf(result)).toMatchObject({
      code: 'E_HOSTS_FAILED',
      message: expect.stringMatching(/^sh failed on 2 of 4 hosts\n.*web-1.*was lost.*\n.*web-2.*was lost/),
    })
    expect(result.exitCode).toBe(1)
    await until('the command has died with its connection', () => countOf(`sleep ${seconds}`) === 0)
  })

  it('with its runner, by kill -9, runs nothing on', async () => {
    await alone({ addresses: 3 })
    const seconds = `${1000 + Math.random()}`
    const child = remote.project.start(['run', 'sh', '--script', `sleep ${seconds} & sleep ${seconds}`])
    try {
      await until('all hosts are at it', () => countOf(`sleep ${seconds}`) === 6)
    } finally {
      child.kill('SIGKILL')
    }
    await until('nothing of it is left', () => countOf(`sleep ${seconds}`) === 0)
  })
})

describe.sequential('a host key', () => {
  it('that is unknown is refused, and shown', async () => {
    const server = await start()
    await remote.aim(server.hosts(), '')
    const result = await remote.sh('echo here')
    expect(ends(result)).toEqual({ 'web-1': 'E_HOST_KEY_UNKNOWN' })
    const { message, hint } = errorOf(result)
    expect(message).toContain(`is not in known_hosts; it shows the ssh-ed25519 key SHA256:`)
    expect(hint).toContain("hostKeys: ['SHA256:")
    expect(shown(result, 'stdout')).toEqual([])
  })

  it('that has changed is refused, with the line that knows another', async () => {
    const [server, other] = [await start(), await start()]
    await remote.aim(server.hosts(), `# mine\n${server.knownHosts(other.hostKey)}`)
    const result = await remote.sh('echo here')
    expect(ends(result)).toEqual({ 'web-1': 'E_HOST_KEY_CHANGED' })
    const { message, hint } = errorOf(result)
    const line = `${join(remote.project.directory, 'known_hosts')}:2`
    expect(message).toContain(`but ${line} knows it by SHA256:`)
    expect(hint).toContain('another machine may answer in its place')
  })
})

/** Counts the lines of a kind, without keeping them. */
class Counter {
  matching = 0
  /** The last line that says something. */
  last = ''
  readonly #kind: RegExp
  #rest = ''

  constructor(kind: RegExp) {
    this.#kind = kind
  }

  add(chunk: Buffer): void {
    const lines = (this.#rest + chunk.toString('latin1')).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) {
      if (this.#kind.test(line)) this.matching += 1
      if (line !== '') this.last = line
    }
  }
}
