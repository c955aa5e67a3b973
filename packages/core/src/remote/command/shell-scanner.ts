/** Where in a command line a value would stand. */
export type Surroundings = 'free' | 'quoted' | 'escaped' | 'comment' | 'here-document'

type Frame = 'substitution' | 'double' | 'single' | 'backtick'

/** Follows a shell's quotes through the literal parts of a command, to know where its values stand. */
export class ShellScanner {
  #frames: Frame[] = []
  #escaped = false
  #comment = false
  #hereDocument: 'none' | 'announced' | 'begun' = 'none'
  #wordStart = true
  #previous = ''

  get surroundings(): Surroundings {
    if (this.#hereDocument === 'begun') return 'here-document'
    if (this.#comment) return 'comment'
    if (this.#escaped) return 'escaped'
    return this.#top === 'single' || this.#top === 'double' ? 'quoted' : 'free'
  }

  get #top(): Frame | undefined {
    return this.#frames.at(-1)
  }

  /** Reads a literal part. */
  read(literal: string): void {
    for (const character of literal) this.#step(character)
  }

  /** Passes over a value, which stands as a whole word or a part of one. */
  readWord(): void {
    this.#wordStart = false
    this.#previous = ''
  }

  #step(character: string): void {
    if (this.#top === 'single') this.#close(character, "'")
    else if (this.#escaped) this.#escaped = false
    else if (this.#comment) this.#comment = character !== '\n'
    else if (character === '\\') this.#escaped = true
    else if (this.#top === 'double' && character === '"') this.#frames.pop()
    else if (this.#previous === '$' && character === '(') this.#frames.push('substitution')
    else if (character === '`') this.#backtick()
    else if (this.#top !== 'double') this.#unquoted(character)
    if (character === '\n' && this.#hereDocument === 'announced') this.#hereDocument = 'begun'
    this.#wordStart = /[\s;&|()]/.test(character)
    this.#previous = character
  }

  #unquoted(character: string): void {
    if (character === "'") this.#frames.push('single')
    else if (character === '"') this.#frames.push('double')
    else if (character === '(') this.#frames.push('substitution')
    else if (character === ')') this.#close(character, ')')
    else if (character === '#' && this.#wordStart) this.#comment = true
    else if (character === '<' && this.#previous === '<' && this.#hereDocument === 'none') {
      this.#hereDocument = 'announced'
    }
  }

  #close(character: string, closing: string): void {
    if (character === closing) this.#frames.pop()
  }

  #backtick(): void {
    if (this.#top === 'backtick') this.#frames.pop()
    else this.#frames.push('backtick')
  }
}
