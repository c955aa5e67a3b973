import { expandHome } from './home.ts'
import { badConfig, type Place } from './line.ts'
import { type LocalSide, tokensOf } from './local-side.ts'
import type { JumpHost } from './proxy-jump.ts'
import type { ProxyJump, Said } from './said.ts'
import type { SshSettings } from './settings.ts'
import { fill, type Template, type Tokens } from './template.ts'

/** Puts defaults where nothing was said, and what tokens stand for where they stand. */
export function settingsOf(said: Said, original: string, host: string, local: LocalSide): SshSettings {
  const { port = 22, user = local.user } = said
  const hostKeyAlias = said.hostKeyAlias?.toLowerCase()
  const tokens = tokensOf(local, { original, host, port, user, keyAlias: hostKeyAlias ?? original })
  const path = (template: Template): string => pathOf(template, tokens, local)
  const identityAgent = said.identityAgent && agentOf(path(said.identityAgent))
  const settings = {
    hostName: host,
    port,
    user,
    identityFiles: said.identityFiles?.filter(({ text }) => text.toLowerCase() !== 'none').map(path),
    certificateFiles: said.certificateFiles?.map(path) ?? [],
    identitiesOnly: said.identitiesOnly ?? false,
    identityAgent,
    proxyJump: said.proxyJump === undefined ? [] : hopsOf(said.proxyJump, tokens),
    proxyCommand: unlessNone(said.proxyCommand),
    userKnownHostsFiles:
      said.userKnownHostsFiles?.map(path) ?? usualKnownHosts.map((name) => `${local.home}/.ssh/${name}`),
    globalKnownHostsFiles: globalKnownHosts(said, local),
    revokedHostKeys: unlessNone(said.revokedHostKeys),
    strictHostKeyChecking: said.strictHostKeyChecking ?? 'ask',
    noHostAuthenticationForLocalhost: said.noHostAuthenticationForLocalhost ?? false,
    hashKnownHosts: said.hashKnownHosts ?? false,
    hostKeyAlias,
    serverAliveInterval: said.serverAliveInterval,
    serverAliveCountMax: said.serverAliveCountMax,
    // Zero is no limit of its own.
    connectTimeout: said.connectTimeout || undefined,
    sendEnv: said.sendEnv ?? [],
    setEnv: said.setEnv ?? {},
    preferredAuthentications: said.preferredAuthentications,
    pubkeyAuthentication: said.pubkeyAuthentication ?? true,
    passwordAuthentication: said.passwordAuthentication ?? true,
    kbdInteractiveAuthentication: said.kbdInteractiveAuthentication ?? true,
    numberOfPasswordPrompts: said.numberOfPasswordPrompts ?? 3,
    batchMode: said.batchMode ?? false,
    bindAddress: said.bindAddress,
    addressFamily: said.addressFamily ?? 'any',
    forwardAgent: forwardedAgent(said, identityAgent, path),
    hostKeyAlgorithms: said.hostKeyAlgorithms,
    kexAlgorithms: said.kexAlgorithms,
    ciphers: said.ciphers,
    macs: said.macs,
  } satisfies SshSettings
  refuseLoop(settings, said.proxyJump?.place)
  return settings
}

const usualKnownHosts = ['known_hosts', 'known_hosts2']

function pathOf(template: Template, tokens: Tokens, local: LocalSide): string {
  const path = expandHome(template.text, local.home)
  if (path !== undefined) return fill({ ...template, text: path }, tokens, process.env)
  throw badConfig(
    `${template.keyword} ${template.text}: there is no such user here`,
    template.place,
    'check the path',
  )
}

function globalKnownHosts({ globalKnownHostsFiles }: Said, { home, system }: LocalSide): readonly string[] {
  if (globalKnownHostsFiles === undefined) return usualKnownHosts.map((name) => `${system}/ssh_${name}`)
  return globalKnownHostsFiles.map((file) => expandHome(file, home) ?? file)
}

/** The name SSH_AUTH_SOCK stands for the usual one. */
function agentOf(path: string): string | undefined {
  return path === 'SSH_AUTH_SOCK' ? undefined : (socketOf(path) ?? 'none')
}

/** The one that is used here, if there is one, unless ForwardAgent names another. */
function forwardedAgent(said: Said, identityAgent: string | undefined, path: (template: Template) => string) {
  const { forwardAgent = false } = said
  if (forwardAgent === false || identityAgent === 'none') return false
  return forwardAgent === true ? (identityAgent ?? true) : (socketOf(path(forwardAgent)) ?? false)
}

/** `$NAME`: the socket that the variable names. */
function socketOf(path: string): string | undefined {
  return path.startsWith('$') ? process.env[path.slice(1)] : path
}

function unlessNone(text: string | undefined): string | undefined {
  return text?.toLowerCase() === 'none' ? undefined : text
}

function hopsOf({ hops, place }: ProxyJump, all: Tokens): JumpHost[] {
  const { h = '', n = '', p = '', r = '' } = all
  const filled = (text: string): string => fill({ keyword: 'ProxyJump', text, place }, { h, n, p, r })
  return hops.map(({ host, user, ...rest }) => ({
    ...rest,
    host: filled(host),
    ...(user !== undefined && { user: filled(user) }),
  }))
}

/** A host would be reached through itself where a ProxyJump for all hosts does not leave the jump host out. */
function refuseLoop({ proxyJump, hostName, port, user }: SshSettings, place: Place | undefined): void {
  const last = proxyJump.at(-1)
  if (last === undefined || place === undefined) return
  if (last.host !== hostName || (last.port ?? 22) !== port || (last.user ?? user) !== user) return
  const hint = `say ProxyJump none for Host ${last.host} before`
  throw badConfig(`${hostName} would be reached through itself`, place, hint)
}
