/** What a test that is skipped lacks, by the path of its file. The first that matches says it. */
const NEEDS = [
  [/dynamodb/, 'DynamoDB, at AWS_ENDPOINT_URL_DYNAMODB'],
  [/postgres/, 'PostgreSQL, at TEST_POSTGRES_URL'],
  [
    /test\/lambda|test\/metrics\/emf/,
    "aws-lambda-rie on the PATH and AWS's web adapter at /opt/extensions/lambda-adapter",
  ],
  [/experiments\/load/, 'k6 on the PATH, or at K6'],
  [/store-full|bad-stores/, 'the right to mount a disk of its own'],
  [/python/, 'Python with boto3'],
  [/terminal-gone|at-terminal/, 'the command `script`'],
  [/test\/console/, 'Chromium at /usr/bin/chromium'],
  [/docker\/observe/, 'promtool on the PATH'],
  [/test\/compose/, 'Docker'],
  [/test\/deploy/, 'MiniStack on the PATH'],
];

const needOf = (file) => NEEDS.find(([path]) => path.test(file))?.[1] ?? 'something that test/skipped.js does not know';

const seconds = ({ perfStats }) => Math.round(perfStats.runtime / 1_000);

/** Says at the end of a run which tests were skipped and what they lack, and which files took longest. */
module.exports = class Skipped {
  constructor({ rootDir, testNamePattern }) {
    this.nameOf = (path) => path.slice(rootDir.length + 1);
    // Most tests are skipped then, because somebody asked for one.
    this.quiet = testNamePattern !== undefined && testNamePattern !== '';
  }

  onRunComplete(_contexts, { testResults, numPendingTests, numTotalTests, startTime }) {
    if (this.quiet) return;
    const counts = new Map();
    for (const { testFilePath, numPendingTests: pending } of testResults) {
      const need = needOf(this.nameOf(testFilePath));
      if (pending > 0) counts.set(need, (counts.get(need) ?? 0) + pending);
    }
    const lines = [...counts].map(([need, count]) => `  ${String(count).padStart(4)}  lacking ${need}`);
    const slowest = [...testResults].sort((one, other) => seconds(other) - seconds(one)).slice(0, 5);
    const named = slowest.map((file) => `${this.nameOf(file.testFilePath)} ${seconds(file)} s`);
    const took = Math.round((Date.now() - startTime) / 1_000);
    process.stderr.write(
      [
        `\nSkipped: ${numPendingTests} of ${numTotalTests} tests${lines.length > 0 ? ',' : '.'}`,
        ...lines,
        `Took ${took} s; the slowest files: ${named.join(', ')}.\n`,
      ].join('\n'),
    );
  }
};
