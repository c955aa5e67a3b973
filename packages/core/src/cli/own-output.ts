const { stdout, stderr } = process
const write = stdout.write.bind(stdout)

/** Standard output as we write to it ourselves, whatever becomes of what others write there. */
export const ownOutput: NodeJS.WriteStream = new Proxy(stdout, {
  get(target, name) {
    if (name === 'write') return write
    const member: unknown = Reflect.get(target, name, target)
    return typeof member === 'function' ? member.bind(target) : member
  },
})

/** From now on nothing but events stands on standard output: what a task file or a plugin prints goes beside them. */
export function keepForEvents(): void {
  stdout.write = stderr.write.bind(stderr)
}
