import type { Line } from './line.ts'
import { passedOver } from './passed-over.ts'
import { patternOf } from './pattern.ts'
import { parseProxyJump } from './proxy-jump.ts'
import type { Said } from './said.ts'
import { templateOf } from './template.ts'
import * as values from './values.ts'

/** Changes what has been said, as a line does where it holds. */
export type Statement = (said: Said) => void

/** Reads a line once; the statement serves every host. */
export type Keyword = (line: Line) => Statement

/** Of several lines the first one counts. */
function first<Name extends keyof Said>(name: Name, read: values.Read<Said[Name]>): Keyword {
  return (line) => {
    const value = read(line)
    return (said) => {
      if (said[name] === undefined) said[name] = value
    }
  }
}

/** Every line adds a file, once. */
function everyFile(name: 'identityFiles' | 'certificateFiles'): Keyword {
  return (line) => {
    const file = template(line)
    return (said) => {
      const present = said[name] ?? []
      if (!present.some(({ text }) => text === file.text)) said[name] = [...present, file]
    }
  }
}

const template: values.Read<ReturnType<typeof templateOf>> = (line) => templateOf(line, line.word())

/** A pattern of names is added; with a dash before it, those that it matches are taken away. */
const sendEnv: Keyword = (line) => {
  const words = line.words()
  const wrong = words.find((word) => word.includes('='))
  if (wrong !== undefined) throw line.refused(`takes names alone, not "${wrong}"`, 'use SetEnv for values')
  return (said) => {
    for (const word of words) {
      const present = said.sendEnv ?? []
      const unwanted = patternOf(word.slice(1))
      said.sendEnv = word.startsWith('-')
        ? present.filter((name) => !unwanted(name))
        : [...new Set([...present, word])]
    }
  }
}

const variables: values.Read<Said['setEnv']> = (line) => {
  const pairs = line.words().map((word) => {
    const [, name, value] = /^([^=]*)=(.*)$/s.exec(word) ?? []
    if (name !== undefined && value !== undefined) return [name, value] as const
    throw line.refused(`cannot be "${word}"`, 'write NAME=value')
  })
  // Of one name the first value counts.
  return pairs.length === 0 ? undefined : Object.fromEntries(pairs.reverse())
}

/** The first of ProxyJump and ProxyCommand counts; `none` for hops leaves room for a command. */
const proxyJump: Keyword = (line) => {
  const { place } = line
  // A blank ends the list, whatever comes behind it.
  const hops = parseProxyJump(values.wholeRest(line).replace(/[ \t#].*$/s, ''), place)
  return (said) => {
    if (said.proxyCommand === undefined) said.proxyJump ??= { hops, place }
  }
}

const proxyCommand: Keyword = (line) => {
  const command = values.wholeRest(line)
  return (said) => {
    const { hops = [] } = said.proxyJump ?? {}
    if (hops.length === 0) said.proxyCommand ??= command
  }
}

const forwardAgent: values.Read<Said['forwardAgent']> = (line) => {
  const text = line.word()
  const flag = values.meaningOf(text, values.flags)
  return flag ?? templateOf(line, text)
}

const known = new Map<string, Keyword>(
  Object.entries({
    addressfamily: first('addressFamily', values.oneOf({ any: 'any', inet: 'inet', inet6: 'inet6' })),
    batchmode: first('batchMode', values.yesOrNo),
    bindaddress: first('bindAddress', values.word),
    canonicaldomains: first('canonicalDomains', values.list),
    canonicalizefallbacklocal: first('canonicalizeFallbackLocal', values.yesOrNo),
    canonicalizehostname: first(
      'canonicalizeHostname',
      values.oneOf({ yes: 'yes', true: 'yes', no: 'no', false: 'no', always: 'always' }),
    ),
    canonicalizemaxdots: first('canonicalizeMaxDots', values.count),
    canonicalizepermittedcnames: first('canonicalizePermittedCnames', values.permittedCnames),
    certificatefile: everyFile('certificateFiles'),
    ciphers: first('ciphers', values.word),
    connecttimeout: first('connectTimeout', values.seconds),
    forwardagent: first('forwardAgent', forwardAgent),
    globalknownhostsfile: first('globalKnownHostsFiles', values.list),
    hashknownhosts: first('hashKnownHosts', values.yesOrNo),
    hostkeyalgorithms: first('hostKeyAlgorithms', values.word),
    hostkeyalias: first('hostKeyAlias', values.word),
    hostname: first('hostName', template),
    identitiesonly: first('identitiesOnly', values.yesOrNo),
    identityagent: first('identityAgent', template),
    identityfile: everyFile('identityFiles'),
    ignoreunknown: first('ignoreUnknown', values.word),
    kbdinteractiveauthentication: first('kbdInteractiveAuthentication', values.yesOrNo),
    kexalgorithms: first('kexAlgorithms', values.word),
    macs: first('macs', values.word),
    nohostauthenticationforlocalhost: first('noHostAuthenticationForLocalhost', values.yesOrNo),
    numberofpasswordprompts: first('numberOfPasswordPrompts', values.count),
    passwordauthentication: first('passwordAuthentication', values.yesOrNo),
    port: first('port', values.port),
    preferredauthentications: first('preferredAuthentications', values.commaList),
    proxycommand: proxyCommand,
    proxyjump: proxyJump,
    pubkeyauthentication: first(
      'pubkeyAuthentication',
      values.oneOf({ yes: true, true: true, no: false, false: false, unbound: true, 'host-bound': true }),
    ),
    revokedhostkeys: first('revokedHostKeys', values.word),
    sendenv: sendEnv,
    serveralivecountmax: first('serverAliveCountMax', values.count),
    serveraliveinterval: first('serverAliveInterval', values.seconds),
    setenv: first('setEnv', variables),
    stricthostkeychecking: first(
      'strictHostKeyChecking',
      values.oneOf({
        yes: 'yes',
        true: 'yes',
        no: 'no',
        false: 'no',
        off: 'no',
        ask: 'ask',
        'accept-new': 'accept-new',
      }),
    ),
    tag: first('tag', values.word),
    user: first('user', values.word),
    userknownhostsfile: first('userKnownHostsFiles', (line) =>
      values.list(line)?.map((file) => templateOf(line, file)),
    ),
  }),
)

const otherNames = new Map(
  Object.entries({
    challengeresponseauthentication: 'kbdinteractiveauthentication',
    dsaauthentication: 'pubkeyauthentication',
    identityfile2: 'identityfile',
    // Debian's own.
    protocolkeepalives: 'serveraliveinterval',
    setuptimeout: 'serveraliveinterval',
    skeyauthentication: 'kbdinteractiveauthentication',
    tisauthentication: 'kbdinteractiveauthentication',
  }),
)

const passOver: Keyword = (line) => {
  line.skip()
  return () => undefined
}

/** How lines that begin with this keyword are read; undefined: OpenSSH does not know it. */
export function keywordOf(name: string): Keyword | undefined {
  const lower = name.toLowerCase()
  return known.get(otherNames.get(lower) ?? lower) ?? (passedOver.has(lower) ? passOver : undefined)
}

/** For suggestions. */
export const keywordNames: readonly string[] = [...known.keys(), ...passedOver, 'host', 'match', 'include']
