import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { JobsCommands, runJobs } from '../../test/harness/jobs-commands';
import { ROOT } from '../../test/harness/processes';

const DOCS = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8');

/** Lines of the blocks that are marked `sh`, and nothing beside it. */
const COMMANDS = [...DOCS.matchAll(/^```sh\n(.*?)^```/gms)].flatMap(([, block = '']) => block.trim().split('\n'));

let on: JobsCommands;

beforeEach(async () => {
  on = await JobsCommands.start(false);
});

afterEach(() => on.close());

/** As a shell reads them, with what stands in capitals filled in. */
function argumentsOf(command: string, values: Readonly<Record<string, string>>): string[] {
  const [, text = ''] = /^npm run -s jobs -- (.*)$/.exec(command) ?? [];
  const words = [...text.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
  return words.map((word) => values[word] ?? word);
}

it('each command of docs/operations.md does what it says, on the embedded pair', async () => {
  expect(COMMANDS.length).toBeGreaterThan(15);
  for (const command of COMMANDS) {
    on.broken = true;
    const [id = ''] = await on.fail(1);
    on.broken = false;
    const values = { ID: id, REASON: 'negative', TYPE: 'add-one', DLQ_NAME: queueName(on.variables['DLQ_URL']) };
    const args = argumentsOf(command, values);
    const { code, lines } = await runJobs(args, on.variables);
    expect({ command, args, code, lines }).toMatchObject({ code: 0 });
    expect(args.join(' ')).not.toMatch(/\b[A-Z_]{2,}\b/);
  }
}, 300_000);

const queueName = (url = ''): string => url.slice(url.lastIndexOf('/') + 1);
