import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { freePort } from './sshd.ts'
import { until } from './until.ts'

const realm = 'VIRIDIAN.TEST'
const password = 'of a test'

/** MIT's key distribution centre on loopback, with a realm of its own in which whoever runs the tests has a name. */
export class Kerberos {
  readonly directory: string
  readonly #port: number
  #process: ChildProcess | undefined

  private constructor(directory: string, port: number) {
    this.directory = directory
    this.#port = port
  }

  static async start(): Promise<Kerberos> {
    const kerberos = new Kerberos(await mkdtemp(join(tmpdir(), 'viridian-krb-')), await freePort())
    try {
      await kerberos.#start()
    } catch (error) {
      await kerberos.stop()
      throw error
    }
    return kerberos
  }

  /** For programs that are to live in the realm. */
  get env(): Record<string, string> {
    return {
      KRB5_CONFIG: this.#at('krb5.conf'),
      KRB5_KDC_PROFILE: this.#at('kdc.conf'),
      KRB5CCNAME: `FILE:${this.#at('tickets')}`,
      KRB5_KTNAME: `FILE:${this.#at('keytab')}`,
    }
  }

  /** Makes the service of a host known, and gives its server the key. */
  serve(host: string): void {
    this.#admin(`addprinc -randkey host/${host}`)
    this.#admin(`ktadd -k ${this.#at('keytab')} host/${host}`)
  }

  getTicket(): void {
    this.#run('kinit', [userInfo().username], `${password}\n`)
  }

  async stop(): Promise<void> {
    if (this.#process?.exitCode === null) {
      const ended = once(this.#process, 'exit')
      this.#process.kill()
      await ended
    }
    await rm(this.directory, { recursive: true, force: true })
  }

  async #start(): Promise<void> {
    await writeFile(this.#at('krb5.conf'), clientConfig(this.#port))
    await writeFile(this.#at('kdc.conf'), serverConfig(this.directory, this.#port))
    this.#run('kdb5_util', ['create', '-s', '-P', password, '-r', realm])
    this.#admin(`addprinc -pw "${password}" ${userInfo().username}`)
    const kdc = spawn('krb5kdc', ['-n'], { stdio: 'ignore', env: this.#environment() })
    this.#process = kdc
    await until('the KDC listens', async () => {
      if (kdc.exitCode !== null) throw new Error(`krb5kdc ended with ${kdc.exitCode}`)
      return listens(this.#port)
    })
  }

  #admin(query: string): void {
    this.#run('kadmin.local', ['-q', query])
  }

  #run(program: string, args: readonly string[], input = ''): void {
    execFileSync(program, args, { env: this.#environment(), input, stdio: 'pipe' })
  }

  #environment(): NodeJS.ProcessEnv {
    return { ...process.env, PATH: `${process.env.PATH}:/usr/sbin`, ...this.env }
  }

  #at(name: string): string {
    return join(this.directory, name)
  }
}

const clientConfig = (port: number): string => `
[libdefaults]
  default_realm = ${realm}
  dns_lookup_kdc = false
  dns_lookup_realm = false
  dns_canonicalize_hostname = false
  rdns = false
[realms]
  ${realm} = {
    kdc = 127.0.0.1:${port}
  }
`

const serverConfig = (directory: string, port: number): string => `
[kdcdefaults]
  kdc_listen = 127.0.0.1:${port}
  kdc_tcp_listen = 127.0.0.1:${port}
[realms]
  ${realm} = {
    database_name = ${directory}/principal
    key_stash_file = ${directory}/stash
    acl_file = ${directory}/acl
  }
[logging]
  kdc = FILE:${directory}/log
`

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
