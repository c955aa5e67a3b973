/**
 * A service of the cloud is plain data: a table from operation name to a function of the decoded input. The wire
 * layer decodes, encodes and reports; a handler only throws `AwsError` or returns the output.
 */

/** An answer that AWS gives instead of a result. */
export class AwsError extends Error {
  readonly code: string
  readonly status: number

  constructor(code: string, message: string, status = 400) {
    super(message)
    this.name = 'AwsError'
    this.code = code
    this.status = status
  }
}

/** EC2's answer to what only asks for permission. */
export const dryRunOperation = (): AwsError =>
  new AwsError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412)

/** What a handler may know of its caller. */
export interface Call {
  readonly requestId: string
  readonly operation: string
  /** What it begins is to fail later, for this reason: a fault that is switched on. */
  readonly spoiled?: Failure
}

/** Why something failed behind a call, in AWS's words. */
export interface Failure {
  readonly code: string
  readonly message: string
}

type CommandOf<Client, Name extends string> = `${Name}Command` extends keyof Client
  ? Client[`${Name}Command`] extends new (
      ...args: never[]
    ) => infer Command
    ? Command
    : never
  : never

type InputOf<Command> = Command extends { readonly input: infer Input } ? Input : never

type OutputOf<Command> = Command extends {
  resolveMiddleware(...args: never[]): (...args: never[]) => Promise<{ output: infer Output }>
}
  ? Omit<Output, '$metadata'>
  : never

type OperationsOf<Client> = {
  [Key in keyof Client & `${string}Command`]: Key extends `${infer Name}Command` ? Name : never
}[keyof Client & `${string}Command`]

/** The handlers of one AWS client's operations, typed from the client's package: `Handlers<typeof import('@aws-sdk/client-ec2')>`. */
export type Handlers<Client> = {
  readonly [Name in OperationsOf<Client>]?: (
    input: InputOf<CommandOf<Client, Name>>,
    call: Call,
  ) => OutputOf<CommandOf<Client, Name>> | Promise<OutputOf<CommandOf<Client, Name>>>
}

/** One service: the client package whose schemas describe its wire form, and its handlers. */
export interface Service<Client = unknown> {
  /** The signing name, as SigV4's scope carries it: `ec2`, `autoscaling`, `elasticloadbalancing`, `monitoring`, `acm`, … */
  readonly signingName: string
  /** What the AWS CLI calls it, where another service has the same signing name: `elb` and `elbv2`. */
  readonly command?: string
  /** The client's package index: its `…$` exports are the schemas. */
  readonly client: Client
  readonly handlers: Handlers<Client>
  /** Operations that look at the whole of a request before they give the answer to a dry run. @default none does */
  readonly tryingOut?: readonly string[]
}
