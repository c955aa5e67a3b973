import type { Template, TemplateData } from './template.ts'

/** What is put on a host: a local path, bytes, a text, a stream of either, whose size need not be known, or a template. */
export type PutSource =
  | string
  | Uint8Array
  | { readonly text: string }
  | AsyncIterable<string | Uint8Array>
  | FilledTemplate

/** A template and what fills it in. */
export interface FilledTemplate {
  /** Eta's, by its path or its text. */
  readonly template: Template
  /** What it calls `it`. */
  readonly data: TemplateData
}

/** Whose a file on a host becomes, and who may read it. */
export interface WriteOptions {
  /**
   * Permission bits, setuid and setgid among them: `0o640`. @default those of the local file; for contents, those of the file that is replaced, or 0o644
   */
  readonly mode?: number
  /** `user` or `user:group`, as chown has it; takes a user who may give files away. @default that of what is replaced, as far as the user may; what is new in a directory that is put gets the old directory's */
  readonly owner?: string
}

/** What of a directory is put, how it travels, and what becomes of what is there. */
export interface PutOptions extends WriteOptions {
  /**
   * What of a directory stays out of it: globs. One without a slash is a name at any depth (`*.log`, `.git`), one with a
   * slash a path from the top (`build/cache`, `docs/**`). What they match on the host is left alone there.
   */
  readonly exclude?: readonly string[]
  /** Whether what the local directory does not have is removed from the remote one; otherwise it is left alone there. @default true */
  readonly delete?: boolean
  /** Sends what links point to in place of the links. @default false */
  readonly followLinks?: boolean
  /** Sends a directory gzip'd: pays on lines slower than some 20 MiB/s, and costs time on faster ones. @default false */
  readonly compress?: boolean
}

/** What putting something has come to. */
export interface PutResult {
  /** False: the host had it already, and nothing was touched. */
  readonly changed: boolean
  /** Bytes of content that were sent, as archived and compressed. */
  readonly sent: number
}

/** How much of a remote file is read. */
export interface ReadOptions {
  /** Bytes; a larger file is refused. @default 16 MiB */
  readonly limit?: number
}
