// An SDK client package, as TypeScript sees it: every operation is a class `…Command` with an `input`.

type CommandOf<Sdk, Name extends string> = `${Name}Command` extends keyof Sdk
  ? Sdk[`${Name}Command`] extends new (
      ...args: never[]
    ) => infer Command
    ? Command
    : never
  : never

/** The operations of a client package, by name: `RunInstances`. */
export type OperationOf<Sdk> = {
  [Key in keyof Sdk & `${string}Command`]: Key extends `${infer Name}Command` ? Name : never
}[keyof Sdk & `${string}Command`]

/** What an operation takes. */
export type InputOf<Sdk, Name extends string> =
  CommandOf<Sdk, Name> extends { readonly input: infer Input } ? Input : never
