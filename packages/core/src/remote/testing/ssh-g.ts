import { execFile } from 'node:child_process'
import { parseProxyJump } from '../ssh-config/proxy-jump.ts'
import type { HostQuery } from '../ssh-config/resolve.ts'
import type { HostKeyChecking, SshSettings } from '../ssh-config/settings.ts'

interface SshRun {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Turns a command into one that runs it somewhere else. */
export type Surroundings = (command: readonly string[]) => readonly string[]

const outright: Surroundings = (command) => command

/** What `ssh` goes by for a host, or how it refuses the file. */
export async function askBySsh(
  query: HostQuery,
  file?: string,
  through: Surroundings = outright,
): Promise<SshSettings | string> {
  const flags = file === undefined ? [] : ['-F', file]
  const config = await ssh(query, ['-G', ...flags], through)
  if (config.code !== 0) return config.stderr
  const isVerbose = /^(?:identity|certificate)file (?!~\/\.ssh\/id_)/m.test(config.stdout)
  // A proxy that ends at once: it has read the keys by then, and has asked nobody.
  const verbose = isVerbose
    ? await ssh(query, ['-v', ...flags, '-o', 'ProxyCommand=false'], through)
    : undefined
  return settingsOfSsh(config, verbose)
}

/** Runs `ssh` for a host; it connects to nothing. */
function ssh(query: HostQuery, args: readonly string[], through: Surroundings): Promise<SshRun> {
  const { host, user, port } = query
  const flags = [
    ...(user === undefined ? [] : ['-l', user]),
    ...(port === undefined ? [] : ['-p', String(port)]),
  ]
  return new Promise((resolve) => {
    const [program = 'ssh', ...words] = through(['ssh', ...args, ...flags, '--', host])
    const child = execFile(program, words, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    )
    child.stdin?.end()
  })
}

/** What `ssh -G` prints, as settings. Identities, which it prints as they are written, are what `ssh -v` says of them. */
function settingsOfSsh({ stdout }: SshRun, verbose?: SshRun): SshSettings {
  const said = new Map<string, string[]>()
  for (const line of stdout.split('\n')) {
    const [, keyword = '', value = ''] = /^(\S+) (.*)$/.exec(line) ?? []
    said.set(keyword, [...(said.get(keyword) ?? []), value])
  }
  const all = (keyword: string): string[] => [...new Set(said.get(keyword))]
  const one = (keyword: string): string | undefined => said.get(keyword)?.[0]
  const need = (keyword: string): string => {
    const value = one(keyword)
    if (value === undefined) throw new Error(`ssh -G prints no ${keyword}`)
    return value
  }
  const flag = (keyword: string): boolean => !['no', 'false'].includes(need(keyword))
  const number = (keyword: string): number => Number(need(keyword))
  const files = (keyword: string): string[] =>
    need(keyword)
      .split(' ')
      .filter((file) => file !== 'none')
  const agent = one('identityagent')
  const isUsual = all('identityfile').join() === usualIdentities.join()
  return {
    hostName: need('hostname'),
    port: number('port'),
    user: need('user'),
    identityFiles: isUsual ? undefined : filesIn(verbose, 'identity'),
    certificateFiles: filesIn(verbose, 'certificate'),
    identitiesOnly: flag('identitiesonly'),
    identityAgent: agent === 'SSH_AUTH_SOCK' ? undefined : agent,
    proxyJump: parseProxyJump(one('proxyjump') ?? 'none'),
    proxyCommand: one('proxycommand'),
    userKnownHostsFiles: files('userknownhostsfile'),
    globalKnownHostsFiles: files('globalknownhostsfile'),
    revokedHostKeys: one('revokedhostkeys'),
    strictHostKeyChecking: checking(need('stricthostkeychecking')),
    noHostAuthenticationForLocalhost: flag('nohostauthenticationforlocalhost'),
    hashKnownHosts: flag('hashknownhosts'),
    hostKeyAlias: one('hostkeyalias'),
    serverAliveInterval: number('serveraliveinterval'),
    serverAliveCountMax: number('serveralivecountmax'),
    connectTimeout: ['none', '0'].includes(need('connecttimeout')) ? undefined : number('connecttimeout'),
    sendEnv: all('sendenv'),
    setEnv: Object.fromEntries(all('setenv').map((pair) => pair.split(/=(.*)/s, 2))),
    preferredAuthentications: one('preferredauthentications')?.split(','),
    pubkeyAuthentication: flag('pubkeyauthentication'),
    passwordAuthentication: flag('passwordauthentication'),
    kbdInteractiveAuthentication: flag('kbdinteractiveauthentication'),
    numberOfPasswordPrompts: number('numberofpasswordprompts'),
    batchMode: flag('batchmode'),
    bindAddress: one('bindaddress'),
    addressFamily: family(need('addressfamily')),
    forwardAgent: /^(?:yes|no)$/.test(need('forwardagent')) ? flag('forwardagent') : need('forwardagent'),
    hostKeyAlgorithms: need('hostkeyalgorithms'),
    kexAlgorithms: need('kexalgorithms'),
    ciphers: need('ciphers'),
    macs: need('macs'),
  }
}

/** Ours with the defaults put in that the product leaves open; lists of algorithms that are none by themselves as ssh has them. */
export function comparable(ours: SshSettings, theirs: SshSettings): SshSettings {
  const algorithms = (own: string | undefined, whole: string | undefined): string | undefined =>
    own === undefined || /^[+^-]/.test(own) ? whole : own
  return {
    ...ours,
    // Names of files with blanks in them cannot be told apart in print.
    userKnownHostsFiles: ours.userKnownHostsFiles.flatMap((file) => file.split(' ')),
    globalKnownHostsFiles: ours.globalKnownHostsFiles.flatMap((file) => file.split(' ')),
    // Debian's ssh has a default of its own where nobody can be asked.
    serverAliveInterval: ours.serverAliveInterval ?? (ours.batchMode ? 300 : 0),
    serverAliveCountMax: ours.serverAliveCountMax ?? 3,
    hostKeyAlgorithms: algorithms(ours.hostKeyAlgorithms, theirs.hostKeyAlgorithms),
    kexAlgorithms: algorithms(ours.kexAlgorithms, theirs.kexAlgorithms),
    ciphers: algorithms(ours.ciphers, theirs.ciphers),
    macs: algorithms(ours.macs, theirs.macs),
  }
}

const usualIdentities = ['rsa', 'ecdsa', 'ecdsa_sk', 'ed25519', 'ed25519_sk', 'xmss', 'dsa'].map(
  (type) => `~/.ssh/id_${type}`,
)

function filesIn(run: SshRun | undefined, kind: 'identity' | 'certificate'): string[] {
  const lines = run?.stderr.matchAll(new RegExp(`^debug1: ${kind} file (.*) type -?\\d+\r?$`, 'gm')) ?? []
  const files = [...lines].map(([, file = '']) => file)
  // A certificate is looked for beside each identity.
  return files.filter((file) => !(kind === 'identity' && file.endsWith('-cert')))
}

function checking(text: string): HostKeyChecking {
  if (text === 'ask' || text === 'accept-new') return text
  return text === 'true' ? 'yes' : 'no'
}

function family(text: string): SshSettings['addressFamily'] {
  return text === 'inet' || text === 'inet6' ? text : 'any'
}
