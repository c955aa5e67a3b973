import type { Dimension, Metric, StandardUnit } from '@aws-sdk/client-cloudwatch'
import type { Clock } from '../../clock.ts'
import type { Store } from '../../store.ts'
import { byPeriod, type Point } from './statistics.ts'

/** What is measured: a metric in one unit. */
export interface Measured {
  readonly namespace: string
  readonly name: string
  readonly dimensions: readonly Dimension[]
  readonly unit: StandardUnit
}

/** A metric's points as the store keeps them: `[at, count, sum, min, max]`, the oldest first. */
interface Series extends Measured {
  points: [number, number, number, number, number][]
}

/** Real seconds after which points are merged into one a minute, and after which they are forgotten. */
const fine = 10 * 60
const kept = 3 * 60 * 60

/** The metrics on record. Times are real; what is older than three hours is forgotten. */
export class MetricBook {
  readonly #store: Store
  readonly #clock: Clock
  readonly #series: Record<string, Series>

  constructor(store: Store, clock: Clock) {
    this.#store = store
    this.#clock = clock
    this.#series = store.slice<Record<string, Series>>('cloudwatch-metrics', () => ({}))
  }

  /** Seconds since 1970. */
  now(): number {
    return Math.floor(this.#clock.now().getTime() / 1000)
  }

  /** Adds points, and lets go of what is old. */
  add(measured: Measured, points: readonly Point[]): void {
    const key = keyOf(measured)
    const series = this.#series[key] ?? { ...measured, points: [] }
    this.#series[key] = series
    series.points.push(...points.map(rowOf))
    series.points.sort(([one], [other]) => one - other)
    this.#tidy()
    this.#store.save()
  }

  /** The points of a metric, in any unit unless one is given; the oldest first. */
  points(namespace: string, name: string, dimensions: readonly Dimension[], unit?: StandardUnit): Point[] {
    return this.units(namespace, name, dimensions)
      .filter((each) => unit === undefined || each === unit)
      .flatMap((each) => this.#series[keyOf({ namespace, name, dimensions, unit: each })]?.points ?? [])
      .map(pointOf)
      .sort((one, other) => one.at - other.at)
  }

  /** The units that a metric was measured in. */
  units(namespace: string, name: string, dimensions: readonly Dimension[]): StandardUnit[] {
    const wanted = metricKey({ namespace, name, dimensions })
    return Object.values(this.#series)
      .filter((series) => metricKey(series) === wanted)
      .map(({ unit }) => unit)
  }

  /** All metrics, each once. */
  metrics(): Metric[] {
    const all = Object.values(this.#series).map((series) => [metricKey(series), series] as const)
    return [...new Map(all).values()].map(({ namespace, name, dimensions }) => ({
      Namespace: namespace,
      MetricName: name,
      Dimensions: [...dimensions],
    }))
  }

  #tidy(): void {
    const now = this.now()
    const coarse = Math.floor((now - fine) / 60) * 60
    for (const [key, series] of Object.entries(this.#series)) {
      const points = series.points.map(pointOf).filter(({ at }) => at > now - kept)
      if (points.length === 0) delete this.#series[key]
      const old = byPeriod(points, 0, coarse, 60)
      series.points = [...old, ...points.filter(({ at }) => at >= coarse)].map(rowOf)
    }
  }
}

function keyOf(measured: Measured): string {
  return `${metricKey(measured)} ${measured.unit}`
}

function metricKey({ namespace, name, dimensions }: Omit<Measured, 'unit'>): string {
  return JSON.stringify([namespace, name, dimensions.map(({ Name, Value }) => [Name, Value]).sort()])
}

function rowOf({ at, count, sum, min, max }: Point): Series['points'][number] {
  return [at, count, sum, min, max]
}

function pointOf([at, count, sum, min, max]: Series['points'][number]): Point {
  return { at, count, sum, min, max }
}
