import { ViridianError } from '../../error.ts'

/** Where in the files something is said. */
export interface Place {
  readonly file: string
  readonly line: number
}

export function badConfig(message: string, place: Place, hint: string, cause?: unknown): ViridianError {
  return new ViridianError('E_SSH_CONFIG', `${place.file}:${place.line}: ${message}`, {
    place,
    hint,
    ...(cause !== undefined && { cause }),
  })
}

/** One line: a keyword, and the words that are handed out one by one to whoever knows the keyword. */
export class Line {
  /** As it is written. */
  readonly keyword: string
  /** Everything behind the keyword, quotes and comments and all. */
  readonly rest: string
  readonly place: Place
  readonly #words: string[]

  private constructor(keyword: string, rest: string, words: string[], place: Place) {
    this.keyword = keyword
    this.rest = rest
    this.#words = words
    this.place = place
  }

  /** Undefined for an empty line and a comment. */
  static read(text: string, place: Place): Line | undefined {
    const [, quoted, plain, rest = ''] = keywordAndRest.exec(text.replace(/[ \t\r\n\f]+$/, '')) ?? []
    const keyword = quoted ?? plain
    if (keyword === undefined || keyword === '' || keyword.startsWith('#')) return undefined
    const missing = (what: string, hint: string): ViridianError =>
      badConfig(`${what} ${keyword}`, place, hint)
    if (rest === '') throw missing('there is nothing behind', 'give it a value, or take the line out')
    const words = wordsOf(rest)
    if (words === undefined) throw missing('a quote is left open behind', 'close it, or put \\ before it')
    return new Line(keyword, rest, words, place)
  }

  /** The next word, if there is one. */
  next(): string | undefined {
    return this.#words.shift()
  }

  /** The next word, which must be there. */
  word(): string {
    const word = this.next()
    if (word === undefined || word === '') throw this.refused('lacks its value', 'give it one')
    return word
  }

  /** All words that are left, none of them empty. */
  words(): string[] {
    const words = this.#words.splice(0)
    if (words.includes('')) throw this.refused('has an empty value', 'take it out')
    return words
  }

  /** For a line whose words do not matter. */
  skip(): void {
    this.#words.length = 0
  }

  /** Sees that no word is left over. */
  end(): void {
    const [word] = this.#words
    if (word === undefined) return
    throw this.refused(`has more values than it takes: "${word}"`, 'quote a value with blanks in it')
  }

  refused(what: string, hint: string): ViridianError {
    return badConfig(`${this.keyword} ${what}`, this.place, hint)
  }
}

// Between the two stand blanks, and one equals sign at most.
const keywordAndRest = /^[ \t\r\n]*(?:"([^"]*)"[ \t]*|([^ \t\r\n"=]*)[ \t\r]*=?)[ \t\r]*(.*)$/s

const quotes = '"\''

/** Splits at blanks outside quotes, up to a comment. Undefined: a quote is left open. */
function wordsOf(text: string): string[] | undefined {
  const words: string[] = []
  let word: string | undefined
  let quote = ''
  for (let index = 0; index < text.length; index += 1) {
    const letter = text.charAt(index)
    const escaped = letter === '\\' ? text.charAt(index + 1) : ''
    if (escaped !== '' && (`\\${quotes}`.includes(escaped) || (escaped === ' ' && quote === ''))) {
      word = (word ?? '') + escaped
      index += 1
    } else if (quote === '' && (letter === ' ' || letter === '\t')) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else if (letter === '#' && word === undefined) {
      break
    } else if (quote === '' ? quotes.includes(letter) : letter === quote) {
      word ??= ''
      quote = quote === '' ? letter : ''
    } else {
      word = (word ?? '') + letter
    }
  }
  if (quote !== '') return undefined
  return word === undefined ? words : [...words, word]
}
