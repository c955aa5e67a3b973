/** An event of a plugin's own; on the JSON stream it stands as `{kind, ...data}`. */
export interface PluginEvent {
  /** `traffic.summary`, `aws.call`: the plugin's word, a dot, the event. */
  readonly kind: string
  /** What programs read: JSON. */
  readonly data: Readonly<Record<string, unknown>>
  /** The lines that a person sees; none: nothing is shown outside `--json`. */
  readonly text?: readonly string[]
  /** Shown at the end of the run, below the time line, instead of at once. */
  readonly atEnd?: boolean
}
