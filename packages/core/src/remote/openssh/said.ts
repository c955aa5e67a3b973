/** What `ssh` said, line by line. */
export class Said {
  readonly #lines: readonly string[]

  constructor(lines: readonly string[]) {
    this.#lines = lines
  }

  find(pattern: RegExp): RegExpExecArray | undefined {
    return this.all(pattern)[0]
  }

  all(pattern: RegExp): RegExpExecArray[] {
    return this.#lines.flatMap((line) => {
      const match = pattern.exec(line)
      return match ? [match] : []
    })
  }
}

/** The line that says why `ssh` ended; a debug line is none. */
export function reasonIn(lines: readonly string[]): string | undefined {
  const plain = lines.filter((line) => line.trim() !== '' && !/^debug\d: /.test(line))
  const telling = plain.filter(
    (line) =>
      !/^(?:Killed by signal|Terminated|Warning: |Authenticated to |Transferred: |Bytes per second: )/.test(
        line,
      ),
  )
  return telling
    .at(-1)
    ?.replace(/^ssh: /, '')
    .trim()
    .replace(/\.$/, '')
}

/** What the server called itself. */
export function softwareIn(lines: readonly string[]): string | undefined {
  return new Said(lines).find(/^debug1: Remote protocol version \S+, remote software version (\S+)/)?.[1]
}
