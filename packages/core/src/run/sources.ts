type Sources = Readonly<Record<string, string>>

/** What has become of the files that a task was loaded from, in words for a person; of files by their digests. */
export function changesSince(before: Sources = {}, now: Sources): string[] {
  const known = Object.entries(before)
  // A run of an older version has none on record.
  if (known.length === 0) return []
  const fates = known.flatMap(([file, digest]) => {
    if (now[file] === undefined) return [`${file} is not used any more`]
    return now[file] === digest ? [] : [`${file} has changed`]
  })
  const added = Object.keys(now).filter((file) => before[file] === undefined)
  return [...fates, ...added.map((file) => `${file} was added`)]
}
