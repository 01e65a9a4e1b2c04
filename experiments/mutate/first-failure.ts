interface TestFile {
  readonly path: string;
}

/** A reporter that ends jest at the first test that fails: what fails after it tells nothing more. */
export default class FirstFailure {
  onTestCaseResult(
    _file: TestFile,
    { status, fullName }: { readonly status: string; readonly fullName: string },
  ): void {
    if (status === 'failed') this.end(fullName);
  }

  /** A file that does not even load. */
  onTestResult({ path }: TestFile, { testExecError }: { readonly testExecError?: unknown }): void {
    if (testExecError !== undefined && testExecError !== null) this.end(path);
  }

  private end(failed: string): never {
    process.stdout.write(`${failed}\n`);
    process.exit(1);
  }
}
