import { readFile } from 'node:fs/promises'

/** What is understood of a `.service` file. Times are seconds. */
export interface Unit {
  /** Without `.service`. */
  readonly name: string
  readonly path: string
  readonly description: string
  readonly oneshot: boolean
  readonly remainAfterExit: boolean
  /** Command lines in order; `$NAME` not yet replaced. */
  readonly startBefore: readonly (readonly string[])[]
  readonly start: readonly (readonly string[])[]
  readonly workingDirectory: string
  readonly environment: Readonly<Record<string, string>>
  /** A leading `-` means that the file may be missing. */
  readonly environmentFiles: readonly string[]
  readonly restart: string
  readonly restartSeconds: number
  readonly stopSeconds: number
}

/** Reads a unit of the machine whose home is `home`. */
export function parseUnit(name: string, path: string, text: string, home: string, user: string): Unit {
  const settings = settingsOf(text)
  const specifiers: Readonly<Record<string, string>> = {
    '%': '%',
    h: home,
    n: `${name}.service`,
    N: name,
    p: name,
    u: user,
  }
  const expand = (value: string): string =>
    value.replace(/%(.)/g, (whole, letter: string) => specifiers[letter] ?? whole)
  const all = (key: string): readonly string[] => (settings.get(key) ?? []).map(expand)
  const last = (key: string): string | undefined => all(key).at(-1)
  const commands = (key: string): readonly (readonly string[])[] => all(key).map(words)
  return {
    name,
    path,
    description: last('Unit.Description') ?? `${name}.service`,
    oneshot: last('Service.Type') === 'oneshot',
    remainAfterExit: /^(yes|true|on|1)$/i.test(last('Service.RemainAfterExit') ?? ''),
    startBefore: commands('Service.ExecStartPre'),
    start: commands('Service.ExecStart'),
    workingDirectory: last('Service.WorkingDirectory')?.replace(/^-?~?$/, '') || home,
    environment: Object.fromEntries(all('Service.Environment').flatMap(words).map(assignment)),
    environmentFiles: all('Service.EnvironmentFile'),
    restart: last('Service.Restart') ?? 'no',
    restartSeconds: seconds(last('Service.RestartSec') ?? '100ms'),
    stopSeconds: seconds(last('Service.TimeoutStopSec') ?? '10s'),
  }
}

/** The variables of an EnvironmentFile: `NAME=value` lines, quotes removed, `#` and `;` comments. */
export async function readEnvironmentFile(path: string): Promise<Readonly<Record<string, string>>> {
  const optional = path.startsWith('-')
  const file = optional ? path.slice(1) : path
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (optional && error.code === 'ENOENT') return ''
    throw error
  })
  const lines = text.split('\n').filter((line) => /^\s*[A-Za-z_]\w*=/.test(line))
  return Object.fromEntries(
    lines.map((line) => assignment(line.trim())).map(([key, value]) => [key, unquoted(value)]),
  )
}

/** Replaces `${NAME}` inside words, and `$NAME` standing alone by its words, as systemd does. */
export function expandArguments(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): readonly string[] {
  return args.flatMap((word) => {
    const alone = /^\$([A-Za-z_]\w*)$/.exec(word)
    if (alone?.[1] !== undefined) return words(environment[alone[1]] ?? '')
    return word
      .replace(/\$\{([A-Za-z_]\w*)\}/g, (_, name: string) => environment[name] ?? '')
      .replaceAll('$$', '$')
  })
}

function settingsOf(text: string): ReadonlyMap<string, readonly string[]> {
  const settings = new Map<string, string[]>()
  let section = ''
  for (const raw of text.replace(/\\\r?\n/g, ' ').split('\n')) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue
    const header = /^\[(.+)\]$/.exec(line)
    const setting = /^([^=]+?)\s*=\s*(.*)$/.exec(line)
    if (header?.[1] !== undefined) section = header[1]
    else if (setting?.[1] !== undefined && setting[2] !== undefined) {
      const key = `${section}.${setting[1]}`
      // An empty value forgets what was said before: this is how systemd's lists are reset.
      settings.set(key, setting[2] === '' ? [] : [...(settings.get(key) ?? []), setting[2]])
    }
  }
  return settings
}

function words(line: string): readonly string[] {
  const found = line.match(/(?:[^\s"']|"(?:\\.|[^"\\])*"|'[^']*')+/g) ?? []
  return found.map(unquoted)
}

function unquoted(word: string): string {
  return word.replace(
    /"((?:\\.|[^"\\])*)"|'([^']*)'/g,
    (_, double: string | undefined, single: string | undefined) =>
      double === undefined ? (single ?? '') : double.replace(/\\(.)/g, '$1'),
  )
}

function assignment(text: string): readonly [string, string] {
  const at = text.indexOf('=')
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

const units: Readonly<Record<string, number>> = { ms: 0.001, s: 1, sec: 1, m: 60, min: 60, h: 3600 }

function seconds(text: string): number {
  if (text === 'infinity') return Number.MAX_SAFE_INTEGER / 1000
  let total = 0
  for (const [, amount, unit] of text.matchAll(/([\d.]+)\s*([a-z]*)/g)) {
    total += Number(amount) * (units[unit || 's'] ?? 1)
  }
  return total
}
