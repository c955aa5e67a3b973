import { Course, type CourseOptions } from './course.ts'
import { Field, type Subject } from './field.ts'

export interface CampaignOptions extends Omit<CourseOptions, 'end'> {
  readonly subjects: readonly Subject[]
  /** Ends the campaign when it is over; what was not come to is told. @default it ends by itself */
  readonly minutes?: number
  /** How many fleets are besieged side by side. */
  readonly fleets: number
}

/**
 * Records both runs of each approach, and puts faults to their addresses, on fleets side by side: whoever is done with one
 * approach goes on with that of which most is left for each fleet.
 */
export async function campaign({
  subjects,
  minutes,
  fleets,
  ...options
}: CampaignOptions): Promise<Course[]> {
  const end = Date.now() + (minutes ?? Number.POSITIVE_INFINITY) * 60_000
  const begun = subjects.map((subject) => begin(subject, { ...options, end }))
  const all = Promise.all(begun.map(async (each) => (await each).course))
  const help = async (): Promise<void> => {
    const courses = await all
    for (let next = neediest(courses); next && Date.now() < end; next = neediest(courses))
      await next.besiege()
  }
  const first = begun.map(async (each) => {
    const { course, field } = await each
    await course.besiege(field)
    await help()
  })
  const others = Array.from({ length: Math.max(0, fleets - subjects.length) }, help)
  await Promise.all([...first, ...others])
  return all
}

async function begin(subject: Subject, options: CourseOptions) {
  const field = await Field.open(subject)
  try {
    return { field, course: await Course.begin(field, options) }
  } catch (error) {
    await field.close()
    throw error
  }
}

/** The one with the most runs left for each of its fleets, had it one more; undefined where that would come too late for all. */
export function neediest<Each extends Pick<Course, 'left' | 'fleets'>>(
  courses: readonly Each[],
): Each | undefined {
  const need = ({ left, fleets }: Each): number => left / (fleets + 1)
  return courses
    .filter(({ left, fleets }) => left > fleets)
    .reduce<Each | undefined>((most, each) => (most && need(most) >= need(each) ? most : each), undefined)
}
