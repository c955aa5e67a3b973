import { setTimeout as sleep } from 'node:timers/promises'

/** Waits until a condition holds; fails after ten seconds. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  otherwise: () => string = () => 'the condition never held',
): Promise<void> {
  const deadline = performance.now() + 10_000
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(otherwise())
    await sleep(20)
  }
}
