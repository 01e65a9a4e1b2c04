/**
 * All consumers of one name, as a process: `consumers.js --plan FILE`. It says `consuming` when all poll.
 */
import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { onSqsCall } from '../rig/process/sqs-calls';
import { CONSUME } from './consume';
import { Journal } from '../rig/journal';
import { type Diary } from './diary';
import { nameOf } from './grid';
import { readPlan } from './plan';

const { values } = parseArgs({ options: { plan: { type: 'string' } } });

/** Calls that extend leases, as they leave; whose they are is known where there is one cell. */
function noteExtensions(diary: Diary, cell: string): void {
  onSqsCall((kind) => {
    if (kind.startsWith('ChangeMessageVisibility')) diary.add({ kind: 'extended', cell });
  });
}

async function main(): Promise<void> {
  const { consumer, region, endpoint, diary: path, cells } = readPlan(values.plan ?? '');
  const diary: Diary = new Journal(path);
  const [only] = cells;
  if (only && cells.length === 1) noteExtensions(diary, nameOf(only.setting));
  for (const cell of cells) await CONSUME[consumer](cell, { region, endpoint, diary });
  process.send?.('consuming');
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
