interface TestFile {
  readonly path: string;
}

/** A sequencer for jest: test files run in the order in which the command line names them. */
export default class AsNamed {
  sort(tests: readonly TestFile[]): TestFile[] {
    const place = ({ path }: TestFile): number => process.argv.findIndex((argument) => path.endsWith(argument));
    return [...tests].sort((one, other) => place(one) - place(other));
  }

  shard(tests: readonly TestFile[]): readonly TestFile[] {
    return tests;
  }

  allFailedTests(tests: readonly TestFile[]): readonly TestFile[] {
    return tests;
  }

  cacheResults(): void {
    return;
  }
}
