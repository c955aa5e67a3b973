import type { Chapter } from '../fanout.ts'

export const upload: Chapter = async () => []
