/** What `ssh` said, line by line. */
export class Said {
  readonly lines: readonly string[]

  constructor(lines: readonly string[]) {
    this.lines = lines
  }

  find(pattern: RegExp): RegExpExecArray | undefined {
    for (const line of this.lines) {
      const match = pattern.exec(line)
      if (match) return match
    }
    return undefined
  }

  all(pattern: RegExp): RegExpExecArray[] {
    return this.lines.flatMap((line) => {
      const match = pattern.exec(line)
      return match ? [match] : []
    })
  }
}
