/** One call as it was answered; kept for tests and for whoever wonders what a deployment asked of AWS. */
export interface CallRecord {
  /** Counts from 1. */
  readonly n: number
  /** The service's signing name, `ec2`; `ssh`: a command on a machine. */
  readonly service: string
  readonly operation: string
  /** ISO time at which it came. */
  readonly at: string
  /**
   * The HTTP status of the answer; 0 while there is none, and for ever if the connection was cut. Of a command over SSH, 200
   * once it has ended well, and 500 otherwise.
   */
  status: number
  /** The error's code when it was refused. */
  code?: string
}

export interface CallLog {
  readonly calls: readonly CallRecord[]
  /** Notes a call; the record is completed by who answers. */
  open(service: string, operation: string, at: Date): CallRecord
}

/** So many calls are remembered: a cloud may run for weeks. */
const capacity = 10_000

export function openCallLog(): CallLog {
  const calls: CallRecord[] = []
  let count = 0
  return {
    calls,
    open: (service, operation, at) => {
      const record = { n: ++count, service, operation, at: at.toISOString(), status: 0 }
      calls.push(record)
      if (calls.length > capacity) calls.shift()
      return record
    },
  }
}
