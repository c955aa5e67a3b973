/** What a thing is a part of: `group/web` of `group/web#capacity`; itself where it is a whole. */
export const wholeOf = (thing: string): string => thing.replace(/#.*$/, '')

/** Whether they are the same, or one of them is a part of the other. */
export const overlap = (one: string, other: string): boolean =>
  one === other || wholeOf(one) === other || one === wholeOf(other)
