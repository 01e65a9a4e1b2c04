import { readEnvironment } from '../../contract/environment';
import { JobsCommands } from '../../test/harness/jobs-commands';
import { findLetters } from '../jobs/find-letters';
import { openWorkplace } from '../jobs/workplace';
import { takeSnapshot } from './snapshot';

test('letters beyond what is kept of bodies have none, and are whole when they are received again', async () => {
  const on = await JobsCommands.start(false);
  const place = await openWorkplace(readEnvironment(on.variables));
  const { signal } = new AbortController();
  try {
    await on.fail(3);
    const all = await takeSnapshot(place, { signal, masked: [] });
    const bytes = all.entries.map(({ body }) => Buffer.byteLength(body));
    expect(Math.min(...bytes)).toBeGreaterThan(0);
    const some = await takeSnapshot(place, { signal, masked: [], keptBytes: (bytes[0] ?? 0) + (bytes[1] ?? 0) });
    const without = some.entries.filter(({ body }) => body === '');
    expect(some.entries).toHaveLength(3);
    expect(without).toHaveLength(1);
    const key = without[0]?.key ?? '';
    const found = await findLetters(place, new Set([key]), signal);
    expect(found.get(key)?.body).toBe(all.entries.find((entry) => entry.key === key)?.body);
  } finally {
    await place.close();
    await on.close();
  }
});
