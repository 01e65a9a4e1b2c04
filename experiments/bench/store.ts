import { join } from 'node:path';
import { openRecords } from '../../results/open';
import { OwnSchema } from '../rig/own-schema';
import { type Peer } from './peers';

/** Where a consumer of this repository records. */
export interface Store {
  /** As `RESULTS` takes it. */
  readonly results: string;
  /** Jobs recorded as done. */
  countDone(): Promise<number>;
  close(): Promise<void>;
}

const PAGE = 1_000;

/** In a file of the run's folder, or in PostgreSQL for the peer that records there. */
export async function openStore(
  { variant }: Pick<Peer, 'variant'>,
  folder: string,
  postgres: string | undefined,
): Promise<Store> {
  const schema =
    variant === 'postgres' && postgres !== undefined ? await OwnSchema.create(postgres, 'bench') : undefined;
  const results = schema?.url ?? `sqlite:${join(folder, 'results.db')}`;
  return {
    results,
    countDone: () => countDone(results),
    close: async () => schema?.drop(),
  };
}

async function countDone(results: string): Promise<number> {
  const records = await openRecords({ results, dynamodbRegion: undefined, dynamodbEndpoint: undefined });
  try {
    let count = 0;
    let after: string | undefined;
    do {
      const page = await records.list({ state: 'done', limit: PAGE, ...(after !== undefined && { after }) });
      count += page.records.length;
      ({ after } = page);
    } while (after !== undefined);
    return count;
  } finally {
    await records.close();
  }
}
