import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** The longest ones begin, so that none of them is left for the end; units fill the gaps. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const chapters = [/\/test\/referees\//, /\/test\//, /./]
    const chapterOf = ({ moduleId }: TestSpecification): number =>
      chapters.findIndex((each) => each.test(moduleId))
    const sorted = await super.sort(files)
    return sorted.sort((one, other) => chapterOf(one) - chapterOf(other))
  }
}

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Most tests wait for servers, half of their time and more: on two cores fewer at a time would leave them idle.
    maxWorkers: 4,
    sequence: { sequencer: LongestFirst },
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    // Each file in a process of its own would load the SDK's clients anew.
    isolate: false,
    globalSetup: 'test/left-behind.ts',
    projects: [
      { extends: true, test: { name: 'units', include: ['packages/*/src/**/*.test.ts'] } },
      {
        extends: true,
        test: { name: 'whole', include: ['test/**/*.test.ts'], setupFiles: ['test/messages.setup.ts'] },
      },
    ],
  },
})
