/** An object without the members that are undefined: a variable that is not set says nothing. */
export function definedIn<Given extends object>(value: Given): Partial<Given>
export function definedIn(value: unknown): unknown
export function definedIn(value: unknown): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined))
    : value
}
