import { type FastifyInstance } from 'fastify';
import { type JobRecord } from '../../results/records';
import { auditOfJob } from '../jobs/audit';
import { findLetters } from '../jobs/find-letters';
import { type Letter } from '../jobs/letter';
import { maskLetter, maskRecord } from '../jobs/mask';
import { asked, textOf } from './asked';
import { findJobs } from './find';
import { openedJob } from './opened-job';
import { type Parts } from './parts';
import { type Entry } from './snapshot';
import { typeSchemas } from './type-schemas';

/** Single jobs, found and opened, and what jobs there can be. */
export function addOpeningRoutes(app: FastifyInstance, parts: Parts): void {
  const { workroom, failures, facts } = parts;

  app.get<{ Params: { readonly id: string } }>('/api/jobs/:id', async ({ params }) => {
    const id = params.id.toLowerCase();
    const place = await workroom.placeNow();
    const [found, changes] = await Promise.all([place.records.get(id), auditOfJob(place, id)]);
    const record = found && maskRecord(found, facts.masked);
    return openedJob(id, { record, entries: await whole(parts, failures.of(id)), changes });
  });

  app.get('/api/find', async ({ query }) => {
    const text = textOf(asked(query), 'q')?.trim() ?? '';
    if (text === '') return { jobs: [] };
    const { records } = await workroom.placeNow();
    return {
      jobs: await findJobs(
        { failures, records },
        { query: text, textOf: (one) => textOfRecord(maskRecord(one, facts.masked)) },
      ),
    };
  });

  app.get('/api/types', () => typeSchemas());
}

const textOfRecord = ({ type, input, result, lastError }: JobRecord): string =>
  JSON.stringify([type, input, result, lastError]);

/** With what the snapshot had no room for: to see it is to receive the letter again. */
async function whole({ workroom, mutex, tasks, closing, facts }: Parts, entries: readonly Entry[]): Promise<Entry[]> {
  const missing = new Set(entries.filter(({ letter }) => letter?.body === '').map(({ key }) => key));
  if (missing.size === 0) return [...entries];
  tasks.assertQueueFree();
  const place = await workroom.placeNow();
  const isSought = ({ messageId }: Letter): boolean => missing.has(messageId);
  const letters = await mutex.runExclusive(() =>
    findLetters(place, { isSought, count: missing.size, signal: closing }),
  );
  const found = new Map(letters.map((letter) => [letter.messageId, maskLetter(letter, facts.masked)]));
  return entries.map((entry) => {
    const letter = found.get(entry.key);
    return letter ? { ...entry, letter } : entry;
  });
}
