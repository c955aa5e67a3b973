const mostNamed = 5

/** Things for people, those of a kind together: `instance i-1, i-2; launch configuration web-2`. Of many, a few. */
export function thingsText(things: readonly string[]): string {
  const kinds = new Map<string, string[]>()
  for (const thing of things) {
    const [, kind = '', name = thing] = /^([^/]*)\/(.*)$/s.exec(thing) ?? []
    kinds.set(kind, [...(kinds.get(kind) ?? []), name])
  }
  return [...kinds]
    .map(([kind, names]) => {
      const more = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : ''
      return `${kind.replaceAll('-', ' ')} ${names.slice(0, mostNamed).join(', ')}${more}`.trim()
    })
    .join('; ')
}
