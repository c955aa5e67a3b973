/** What was measured at one time: a sample, or several in one. */
export interface Point {
  /** Seconds since 1970. */
  readonly at: number
  readonly count: number
  readonly sum: number
  readonly min: number
  readonly max: number
}

/** The points of a period in one; there must be at least one. */
export function mergePoints(points: readonly Point[], at = points[0]?.at ?? 0): Point {
  return {
    at,
    count: points.reduce((total, { count }) => total + count, 0),
    sum: points.reduce((total, { sum }) => total + sum, 0),
    min: Math.min(...points.map(({ min }) => min)),
    max: Math.max(...points.map(({ max }) => max)),
  }
}

/** One point for each period (seconds) from `start` on, `end` excluded, in which there was any. */
export function byPeriod(points: readonly Point[], start: number, end: number, period: number): Point[] {
  const periods = new Map<number, Point[]>()
  for (const point of points) {
    if (point.at < start || point.at >= end) continue
    const begin = start + Math.floor((point.at - start) / period) * period
    periods.set(begin, [...(periods.get(begin) ?? []), point])
  }
  return [...periods].sort(([one], [other]) => one - other).map(([begin, held]) => mergePoints(held, begin))
}

/** One of AWS's five plain statistics; undefined for any other. */
export function statisticOf(point: Point, statistic: string): number | undefined {
  switch (statistic) {
    case 'SampleCount':
      return point.count
    case 'Average':
      return point.sum / point.count
    case 'Sum':
      return point.sum
    case 'Minimum':
      return point.min
    case 'Maximum':
      return point.max
    default:
      return undefined
  }
}
