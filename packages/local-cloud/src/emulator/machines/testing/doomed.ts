// Machines in a process of their own, to be killed: their directory and a spec are its arguments, what it made is its first line.
import { scaledClock } from '../../clock.ts'
import { openMachines } from '../machines.ts'

const [directory = '', spec = ''] = process.argv.slice(2)
const machines = await openMachines({ directory, clock: scaledClock(0.02), ssh: { user: 'deploy' } })
const machine = await machines.create(JSON.parse(spec))
await machines.boot(machine.id)
process.stdout.write(`${JSON.stringify(machine)}\n`)
setInterval(() => undefined, 1000)
