/** Secrets, replaced wherever text leaves. */
export class Mask {
  readonly #secrets = new Set<string>()

  /** Values of fewer than four characters are not masked: they would blot out ordinary text. */
  add(secret: string): void {
    const forms = [
      secret,
      ...secret.split('\n'),
      encodeURIComponent(secret),
      Buffer.from(secret).toString('base64'),
    ]
    for (const form of forms) if (form.trim().length >= 4) this.#secrets.add(form)
  }

  text(text: string): string {
    let masked = text
    for (const secret of this.#secrets) masked = masked.replaceAll(secret, '[masked]')
    return masked
  }

  /** The same value with every string in it masked. */
  deep<Value>(value: Value): Value {
    // Rebuilding keeps the shape, so the type stays true.
    return this.#secrets.size === 0 ? value : (this.#rebuild(value) as Value)
  }

  #rebuild(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value)
    if (Array.isArray(value)) return value.map((item) => this.#rebuild(item))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, this.#rebuild(member)]))
  }
}
