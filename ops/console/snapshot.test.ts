import { readEnvironment } from '../../contract/environment';
import { JobsCommands } from '../../test/harness/jobs-commands';
import { findLetters } from '../jobs/find-letters';
import { openWorkplace } from '../jobs/workplace';
import { takeSnapshot } from './snapshot';

test.each([
  ['standard', false],
  ['FIFO', true],
])(
  'letters of a %s queue beyond what is kept of bodies have none, and are whole when received again',
  async (_, fifo) => {
    const on = await JobsCommands.start(fifo);
    const place = await openWorkplace(readEnvironment(on.variables));
    const { signal } = new AbortController();
    try {
      await on.fail(3, 'a');
      const all = await takeSnapshot(place, { signal, masked: [] });
      const bytes = all.entries.map(({ body }) => Buffer.byteLength(body));
      expect(Math.min(...bytes)).toBeGreaterThan(0);
      // Room for the bodies alone: their attributes and errors count too.
      const keptBytes = bytes.reduce((sum, one) => sum + one);
      const some = await takeSnapshot(place, { signal, masked: [], keptBytes });
      const without = some.entries.filter(({ body }) => body === '');
      expect(some.entries).toHaveLength(3);
      expect([1, 2]).toContain(without.length);
      expect(without[0]?.letter?.attributes).toEqual({});
      const key = without[0]?.key ?? '';
      const [found] = await findLetters(place, { isSought: ({ messageId }) => messageId === key, count: 1, signal });
      expect(found).toMatchObject({ body: expect.stringContaining('"input"') as string, attributes: { type: {} } });
      expect(found?.body).toBe(all.entries.find((entry) => entry.key === key)?.body);
    } finally {
      await place.close();
      await on.close();
    }
  },
);
