import { parseArgs } from 'node:util'
import { fanout } from './fanout/fanout.ts'

const usage = `pnpm bench fanout [--rounds 5] [--hosts 10,50,200,500] [--only connect,again,one,memory,upload]

Compares the product with its peers on one sshd on loopback, in turns. Needs no other network.`

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    hosts: { type: 'string', default: '10,50,200,500' },
    only: { type: 'string' },
  },
})

if (positionals[0] !== 'fanout') {
  process.stdout.write(`${usage}\n`)
  process.exitCode = 2
} else {
  await fanout({
    rounds: Number(values.rounds),
    sizes: values.hosts.split(',').map(Number),
    chapters: values.only?.split(','),
  })
}
