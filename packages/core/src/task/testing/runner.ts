import { wireCommand } from '../../remote/command/command.ts'
import { localShell } from '../local-shell.ts'

// A runner of one command, for a test to kill: node --import jiti/register runner.ts <command>
await localShell(process.cwd()).exec(wireCommand({ env: {} }, process.argv[2] ?? ''), {})
