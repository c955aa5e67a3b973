import type { Project } from '../cli/project.ts'
import type { HostSpec } from '../remote/transport.ts'
import type { Session } from '../run/session.ts'
import type { Check } from './check.ts'
import { examine } from './examine.ts'
import { hostCheck } from './host-check.ts'
import { machineChecks } from './machine.ts'
import { pastRunChecks } from './past-runs.ts'
import type { CheckLine } from './report.ts'
import { roleChecks } from './role-checks.ts'
import { sshChecks } from './ssh-checks.ts'
import { stateDirectoryChecks } from './state-directory.ts'
import { taskFileChecks } from './task-file.ts'

export interface DiagnosisRequest {
  readonly project: Project
  /** Opened for the hosts that are to be logged in to, on a stage that it joins. */
  readonly session: Session
  readonly stateDirectory: string
  /** Hosts are to be logged in to; `sudo`: and asked whether it is let without a password. */
  readonly hosts?: { readonly sudo: boolean } | undefined
}

/** Follows a diagnosis, one group of checks after another. */
export interface DiagnosisListener {
  begin(group: string): void
  /** Told once the group is through. */
  tell(group: string, lines: readonly CheckLine[]): void
}

/** Looks at all that a run would stumble over, one thing after another. */
export async function diagnose(
  request: DiagnosisRequest,
  listener: DiagnosisListener,
): Promise<readonly CheckLine[]> {
  const { session, stateDirectory } = request
  const all: CheckLine[] = []
  const checks = checksOf(request)
  for (const group of new Set(checks.map((each) => each.group))) {
    listener.begin(group)
    const lines: CheckLine[] = []
    for (const check of checks.filter((each) => each.group === group))
      lines.push(...(await examine(check, session, stateDirectory)))
    listener.tell(group, lines)
    all.push(...lines)
  }
  return all
}

/** Those behind rely on what those before them have found. */
function checksOf({ project, session, hosts }: DiagnosisRequest): readonly Check[] {
  const { stage } = session.identity
  const found: HostSpec[] = []
  const checks = [
    ...machineChecks,
    ...taskFileChecks(project, stage),
    ...stateDirectoryChecks,
    ...pastRunChecks(stage),
    ...session.plugins.flatMap(({ checks = [] }) => checks),
    ...roleChecks(session.roleSpecs, (more) => found.push(...more)),
    ...sshChecks(session, () => found),
    ...(hosts ? [hostCheck(session, hosts.sudo)] : []),
  ]
  const byName = new Map<string, Check>()
  for (const check of checks) if (!byName.has(check.name)) byName.set(check.name, check)
  return [...byName.values()]
}
