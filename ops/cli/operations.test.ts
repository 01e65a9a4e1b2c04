import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JobsCommands, runJobsProcess } from '../../test/harness/jobs-commands';
import { ROOT } from '../../test/harness/processes';

const DOCS = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8');

/** Lines of the blocks that are marked `sh`, and nothing beside it. */
const COMMANDS = [...DOCS.matchAll(/^```sh\n(.*?)^```/gms)].flatMap(([, block = '']) => block.trim().split('\n'));

let on: JobsCommands;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'operations-'));
  on = await JobsCommands.start(false);
});

afterEach(async () => {
  await on.close();
  await rm(folder, { recursive: true });
});

/** As a shell reads them, with what stands in capitals filled in. */
function argumentsOf(command: string, values: Readonly<Record<string, string>>): string[] {
  const [, text = ''] = /^npm run -s jobs -- (.*)$/.exec(command) ?? [];
  const words = [...text.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
  return words.map((word) => values[word] ?? word);
}

it('each command of docs/operations.md does what it says, on the embedded pair', async () => {
  expect(COMMANDS.length).toBeGreaterThan(15);
  let id = '';
  for (const command of COMMANDS) {
    on.broken = true;
    // Nothing fails while consumers are paused.
    if (!command.includes(' resume')) [id = ''] = await on.fail(1);
    on.broken = false;
    const FILE = join(folder, 'letters.jsonl');
    const some = { ID: id, REASON: 'negative', TYPE: 'add-one', JSON: '1', FILE };
    const [text = '', into] = command.split(' > ');
    const args = argumentsOf(text, { ...some, DLQ_NAME: on.deadLetterQueueName });
    const { code, lines } = await runJobsProcess(args, on.variables);
    expect({ args, lines, code }).toEqual({ args, lines, code: 0 });
    expect(args.join(' ')).not.toMatch(/\b[A-Z_]{2,}\b/);
    if (into === 'FILE') await writeFile(FILE, lines.join('\n'));
  }
}, 300_000);
