import { quote, quotePath } from './quote.ts'

export interface StoredFile {
  readonly path: string
  /** Bytes; a transfer that was cut short is not kept. */
  readonly size: number
  /** Permission bits. */
  readonly mode: number
  /** Makes the name of the temporary file beside it. */
  readonly token: string
}

/** Stores standard input as a file: a new one, renamed over the old. */
export function storeFile({ path, size, mode, token }: StoredFile): string {
  const target = quotePath(path)
  const part = quotePath(`${path}.${token}`)
  const fill = `cat >${part} && [ "$(wc -c <${part})" -eq ${size} ] && chmod ${mode.toString(8)} ${part}`
  return `${refuseDirectory(path)}; umask 077; ${fill} && mv -f ${part} ${target} || ${giveUp(`rm -f ${part}`)}`
}

/** Unpacks a tar archive from standard input, and puts the directory in the place of the one that was there. */
export function storeDirectory({ path, token }: Pick<StoredFile, 'path' | 'token'>): string {
  const target = quotePath(path)
  const part = quotePath(`${path}.${token}`)
  const old = quotePath(`${path}.${token}.old`)
  const unpack = `mkdir ${part} && tar -xpof - -C ${part}`
  const exchange = `{ [ ! -e ${target} ] || mv ${target} ${old}; } && mv ${part} ${target} && rm -rf ${old}`
  return `${unpack} && ${exchange} || ${giveUp(`rm -rf ${part}`)}`
}

export const readFile = (path: string): string => `cat ${quotePath(path)}`

export const fileExists = (path: string): string => `test -e ${quotePath(path)}`

// mv would put the file into the directory, under its temporary name.
function refuseDirectory(path: string): string {
  const text = `${path} is a directory: end the path with / to put a file into it`
  return `[ ! -d ${quotePath(path)} ] || { echo ${quote(text)} >&2; exit 1; }`
}

function giveUp(cleanUp: string): string {
  return `{ c=$?; ${cleanUp}; exit $c; }`
}
