// What one writes by hand with ssh2: `true` on many hosts, fifty at a time, so many times over the same connections.

import { createPrivateKey, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import ssh2 from 'ssh2'

const { hosts, port, user, identityFile, knobs, rounds = 1 } = JSON.parse(process.argv[2])
const privateKey = readFileSync(identityFile)

// The knobs: no Nagle, a signing key parsed once, a cheaper curve.
const parsed = ssh2.utils.parseKey(privateKey)
const key = createPrivateKey(parsed.getPrivatePEM())
parsed.sign = (data, algorithm) => sign(algorithm ?? null, data, key)

function login() {
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client()
    client.on('ready', () => resolve(client)).on('error', reject)
    const common = { username: user, hostVerifier: () => true }
    if (!knobs) client.connect({ ...common, host: '127.0.0.1', port, privateKey })
    else {
      const sock = connect({ host: '127.0.0.1', port, noDelay: true })
      const authHandler = [{ type: 'publickey', username: user, key: parsed }]
      const algorithms = { kex: { prepend: ['ecdh-sha2-nistp256'], append: [], remove: [] } }
      sock
        .on('connect', () => client.connect({ ...common, sock, authHandler, algorithms }))
        .on('error', reject)
    }
  })
}

const execute = (client, command) =>
  new Promise((resolve, reject) => {
    client.exec(command, (error, channel) => {
      if (error) return reject(error)
      channel.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`exit ${code}`)))).resume()
      channel.stderr.resume()
    })
  })

async function onAll(run) {
  const waiting = [...Array(hosts).keys()]
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await run(next)
  }
  const began = performance.now()
  await Promise.all(Array.from({ length: 50 }, worker))
  return performance.now() - began
}

const clients = []
const times = []
for (let round = 0; round < rounds; round += 1) {
  times.push(
    await onAll(async (index) => {
      clients[index] ??= await login()
      await execute(clients[index], 'true')
    }),
  )
}
for (const client of clients) client.end()
console.log(JSON.stringify(times))
