import { accessSync, constants } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { searchPath } from './environment.ts'
import type { Computer } from './layout.ts'
import { quoted } from './quoting.ts'

/**
 * Writes a machine's own programs: what a task file for a real host calls and this one does not have (`sudo`,
 * `systemctl`, `reboot`, …), what must mean the machine and not the computer below it (`curl localhost`, its `boot_id`),
 * and what must never reach that computer (`poweroff`).
 */
export async function writePrograms(computer: Computer): Promise<void> {
  const { bin } = computer.layout
  await rm(bin, { recursive: true, force: true })
  await mkdir(bin, { recursive: true })
  const client = join(bin, '.control.cjs')
  await writeFile(client, controlClient(computer.layout.control))
  const curl = locate('curl', bin)
  const cat = locate('cat', bin)
  const call = (program: string): string =>
    `exec ${quoted(process.execPath)} ${quoted(client)} ${program} "$@"`
  const programs: Readonly<Record<string, string | undefined>> = {
    sudo,
    systemctl: call('systemctl'),
    'cloud-init': call('cloud-init'),
    journalctl: journalctl(join(computer.layout.run, 'log')),
    'ec2-metadata': ec2Metadata(computer),
    fsfreeze: 'exit 0',
    reboot: call('reboot'),
    shutdown: `case " $* " in *' -r '*) exec reboot ;; esac\n${refusal('shutdown')}`,
    cat: cat && catAtHome(cat, computer.layout.bootId),
    curl: curl && curlAtHome(curl, computer.machine.address),
    ...Object.fromEntries(['poweroff', 'halt'].map((name) => [name, refusal(name)])),
  }
  await Promise.all(
    Object.entries(programs)
      .filter(([, body]) => body !== undefined)
      .map(([name, body]) => writeFile(join(bin, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 })),
  )
}

const sudo = `user=
while getopts ':AbEHKknPSisvlu:g:p:C:h:r:t:T:U:-:' option; do
  case $option in
    u) user=$OPTARG ;;
    v|l|k|K) quiet=1 ;;
    i|s) shell=1 ;;
    -) case $OPTARG in user|group|prompt|chdir|host) shift ;; version|validate|list) quiet=1 ;; login|shell) shell=1 ;; esac ;;
    '?') echo "sudo: invalid option -- '$OPTARG'" >&2; exit 1 ;;
  esac
done
shift $((OPTIND - 1))
SUDO_USER=$USER; export SUDO_USER
while :; do
  case $1 in
    [A-Za-z_]*=*) export "$1"; shift ;;
    *) break ;;
  esac
done
if [ $# -gt 0 ]; then
  case $shell in 1) exec /bin/sh -c '"$0" "$@"' "$@" ;; esac
  exec "$@"
fi
case $shell in 1) exec /bin/sh ;; esac
case $quiet in 1) exit 0 ;; esac
echo 'usage: sudo [-AbEHknPS] [-u user] [VAR=value] command' >&2
exit 1`

function journalctl(logs: string): string {
  return `lines=+1 follow= unit=
while [ $# -gt 0 ]; do
  case $1 in
    -u|--unit) unit=$2; shift ;;
    -u*) unit=\${1#-u} ;;
    --unit=*) unit=\${1#--unit=} ;;
    -n|--lines) lines=$2; shift ;;
    -n*) lines=\${1#-n} ;;
    --lines=*) lines=\${1#--lines=} ;;
    -f|--follow) follow=-F ;;
    -o|--output|-p|--priority|-S|--since|-U|--until) shift ;;
  esac
  shift
done
[ "$lines" = all ] && lines=+1
log=${quoted(logs)}/\${unit%.service}.log
if [ -z "$unit" ]; then echo 'journalctl: name a unit with -u' >&2; exit 1; fi
if [ ! -e "$log" ]; then echo '-- No entries --'; exit 0; fi
exec tail -n "$lines" $follow "$log"`
}

function ec2Metadata({ machine, image }: Computer): string {
  const print = (flags: string, key: string, value: string): string =>
    `    ${flags}) echo ${quoted(`${key}: ${value}`)} ;;`
  return `[ $# -eq 0 ] && set -- -a -i -o
for flag; do
  case $flag in
${print('-a|--ami-id', 'ami-id', image)}
${print('-i|--instance-id', 'instance-id', machine.id)}
${print('-o|--local-ipv4', 'local-ipv4', machine.address)}
    *) echo "ec2-metadata: $flag is not imitated here" >&2; exit 1 ;;
  esac
done`
}

function curlAtHome(curl: string, address: string): string {
  const own = ['localhost', '127.0.0.1'].map((name) => `--connect-to ${name}::${address}:`).join(' ')
  return `exec ${quoted(curl)} ${own} "$@"`
}

function catAtHome(cat: string, bootId: string): string {
  return `case $* in /proc/sys/kernel/random/boot_id) set -- ${quoted(bootId)} ;; esac; exec ${quoted(cat)} "$@"`
}

function refusal(name: string): string {
  return `echo '${name}: not imitated here; stop, start or terminate the instance through EC2' >&2; exit 1`
}

function controlClient(control: string): string {
  return `const { readFileSync } = require('node:fs')
const [program, ...args] = process.argv.slice(2)
const { address, port, token } = JSON.parse(readFileSync(${JSON.stringify(control)}, 'utf8'))
let text = ''
const socket = require('node:net').connect({ host: address, port }, () => {
  socket.end(JSON.stringify({ token, program, args, cwd: process.cwd() }))
})
socket.setEncoding('utf8').on('data', (chunk) => { text += chunk })
socket.on('error', fail).on('end', () => {
  if (text === '') return fail(new Error('the machine is going down'))
  const { stdout, stderr, code } = JSON.parse(text)
  process.stdout.write(stdout)
  process.stderr.write(stderr)
  process.exitCode = code
})
function fail(error) {
  process.stderr.write(program + ': ' + error.message + '\\n')
  process.exitCode = 1
}
`
}

function locate(program: string, except: string): string | undefined {
  const candidates = searchPath(except)
    .slice(1)
    .map((directory) => join(directory, program))
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
