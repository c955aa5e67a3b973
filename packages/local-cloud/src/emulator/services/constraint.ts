import { AwsError } from '../service.ts'

/** The refusal that AWS's Query services give for a member that breaks a rule. */
export function validationError(message: string): AwsError {
  return new AwsError('ValidationError', message)
}

/**
 * The value of a member that AWS requires.
 *
 * @throws AwsError `ValidationError` when it is missing.
 */
export function required<Value>(value: Value | undefined, member: string): Value {
  if (value === undefined) throw constraintError('null', member, 'Member must not be null')
  return value
}

/**
 * The number, when it lies within the bounds (inclusive) that AWS documents for the member.
 *
 * @throws AwsError `ValidationError` in the words of AWS's own model checks.
 */
export function within(value: number, member: string, least: number, most: number): number {
  if (!(value >= least)) {
    throw constraintError(`${value}`, member, `Member must have value greater than or equal to ${least}`)
  }
  if (value > most) {
    throw constraintError(`${value}`, member, `Member must have value less than or equal to ${most}`)
  }
  return value
}

/** As `within`, for the length of a list. */
export function atMost<Item>(items: readonly Item[], member: string, most: number): readonly Item[] {
  if (items.length > most) {
    throw constraintError(
      `[${items.join(', ')}]`,
      member,
      `Member must have length less than or equal to ${most}`,
    )
  }
  return items
}

/** As `within`, for the length of a text. */
export function sized(text: string, member: string, least: number, most: number): string {
  if (text.length < least) {
    throw constraintError(text, member, `Member must have length greater than or equal to ${least}`)
  }
  if (text.length > most) {
    throw constraintError(text, member, `Member must have length less than or equal to ${most}`)
  }
  return text
}

/** A name of 1 to 255 characters, as most things of AWS's have one. */
export const named = (name: string | undefined, member: string): string =>
  sized(required(name, member), member, 1, 255)

/** @throws AwsError `ValidationError` for a tag whose key or value is longer than AWS has them. */
export function tagged(key: string | undefined, value = ''): [string, string] {
  return [sized(required(key, 'key'), 'key', 1, 128), sized(value, 'value', 0, 256)]
}

/** The value, when it is one of those that AWS lists. */
export function oneOf<Value extends string>(value: string, member: string, values: readonly Value[]): Value {
  const found = values.find((candidate) => candidate === value)
  if (found === undefined) {
    throw constraintError(value, member, `Member must satisfy enum value set: [${values.join(', ')}]`)
  }
  return found
}

function constraintError(value: string, member: string, rule: string): AwsError {
  const path = member.charAt(0).toLowerCase() + member.slice(1)
  const quoted = value === 'null' ? 'null' : `'${value}'`
  return validationError(
    `1 validation error detected: Value ${quoted} at '${path}' failed to satisfy constraint: ${rule}`,
  )
}
