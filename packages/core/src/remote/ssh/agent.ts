import { connect } from 'node:net'
import type { IdentityCallback, OpenSSHAgent, ParsedKey, SignCallback, SigningRequestOptions } from 'ssh2'
import { FieldReader, fields, Packets } from '../ssh-fields.ts'
import { typeOf } from './fingerprint.ts'
import { ssh2 } from './libraries.ts'

/** The keys of a running ssh-agent. */
export interface AgentKeys {
  readonly agent: OpenSSHAgent
  readonly keys: readonly ParsedKey[]
  /** What it holds that ssh2 cannot use. */
  readonly beyond: readonly string[]
}

const answerWithin = 2_000

/** Asks the agent for its keys. A dead one would make ssh2 fail the whole connection, so it is asked first. */
export async function probeAgent(socketPath: string): Promise<AgentKeys | Error> {
  const late = new Error(`the agent at ${socketPath} did not answer within ${answerWithin / 1000} s`)
  const socket = connect(socketPath).setTimeout(answerWithin, () => socket.destroy(late))
  try {
    const blobs = await identitiesIn(socket, (message) => socket.write(message))
    const keys = blobs.flatMap((blob) => {
      const key = ssh2.utils.parseKey(blob)
      return key instanceof Error ? [] : [key]
    })
    return { agent: new ssh2.OpenSSHAgent(socketPath), keys, beyond: blobs.flatMap(beyondSsh2) }
  } catch (cause) {
    return cause === late ? late : new Error(`the agent at ${socketPath} does not answer`, { cause })
  } finally {
    socket.destroy()
  }
}

// Messages of the agents' protocol. ssh2 has a client for it, which leaves out the keys that it cannot use.
const requestIdentities = 11
const identitiesAnswer = 12

async function identitiesIn(
  answers: AsyncIterable<Buffer>,
  send: (message: Buffer) => unknown,
): Promise<Buffer[]> {
  const packets = new Packets()
  send(fields(Buffer.of(requestIdentities)))
  for await (const chunk of answers) {
    const [packet] = packets.take(chunk)
    if (packet === undefined) continue
    if (packet[0] !== identitiesAnswer) break
    const reader = new FieldReader(packet, 1)
    const blobs: Buffer[] = []
    for (let left = reader.number(); left > 0; left -= 1) {
      blobs.push(reader.bytes())
      // Its comment.
      reader.bytes()
    }
    return blobs
  }
  throw new Error('it gave no list of keys')
}

function beyondSsh2(blob: Buffer): string[] {
  const type = typeOf(blob)
  if (/-cert-v\d+@/.test(type)) return ["the agent holds a certificate, which takes transport: 'openssh'"]
  if (type.startsWith('sk-'))
    return ["the agent holds the key of a security key, which takes transport: 'openssh'"]
  return []
}

/** Signs with a key, or says why it does not. */
export type Sign = (data: Buffer, options: SigningRequestOptions) => Promise<Buffer>

/**
 * One key whose signature takes time: an agent gives it, or a person types a passphrase first. ssh2 waits for agents
 * alone. It also goes on to an agent's next key without hearing how the one before fared: so each is an agent of its own.
 */
export class OneKeyAgent extends ssh2.BaseAgent<ParsedKey> {
  readonly #key: ParsedKey
  readonly #sign: Sign
  /** The server took the key, and has a signature. */
  signed = false

  constructor(key: ParsedKey, sign: Sign) {
    super()
    this.#key = key
    this.#sign = sign
  }

  override getIdentities(callback: IdentityCallback<ParsedKey>): void {
    callback(undefined, [this.#key])
  }

  override sign(key: ParsedKey, data: Buffer, options: SigningRequestOptions, callback?: SignCallback): void
  override sign(key: ParsedKey, data: Buffer, callback: SignCallback): void
  override sign(
    _key: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    callback?: SignCallback,
  ): void {
    const [given, answer] = typeof options === 'function' ? [{}, options] : [options, callback]
    this.#sign(data, given).then(
      (signature) => {
        this.signed = true
        answer?.(undefined, signature)
      },
      (error: unknown) => answer?.(error instanceof Error ? error : new Error(String(error))),
    )
  }
}

/** How an agent signs with one of its keys. */
export function signatureOf(agent: OpenSSHAgent, key: ParsedKey): Sign {
  return (data, options) =>
    new Promise((resolve, reject) => {
      agent.sign(key, data, options, (error, signature) => {
        if (signature) resolve(signature)
        else reject(error ?? new Error('the agent gave no signature'))
      })
    })
}
