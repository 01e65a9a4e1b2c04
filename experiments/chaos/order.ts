import { type History, type Publish, subjectOf } from './history';

/** What the one who asked knows of a job's place in its group. Milliseconds, of one clock. */
interface Position {
  readonly number: number;
  readonly group: string;
  /** No message of the job can be older. */
  readonly askedAt: number;
  /** The job was in the queue by then; Infinity if nobody was told so. */
  readonly takenAt: number;
}

/**
 * Jobs whose effect came after that of a job of their group that was only asked for once they had been taken. A dead
 * letter has left the order of its group, whatever becomes of it later.
 */
export function overtaken({ publishes, ledger, deadLetters }: History): string[] {
  const places = placesOf(publishes);
  const dead = new Set(deadLetters.map(subjectOf));
  const recorded = [...new Set(ledger.map(({ number }) => number))]
    .filter((number) => !dead.has(number))
    .map((number) => places.get(number))
    .filter((place) => place !== undefined);
  /** By group: the job asked for last among those recorded so far. */
  const lastAsked = new Map<string, Position>();
  const sentences: string[] = [];
  for (const place of recorded) {
    const { number, group, askedAt, takenAt } = place;
    const ahead = lastAsked.get(group);
    if (ahead && takenAt < ahead.askedAt) sentences.push(`job ${number} of group ${group}: by job ${ahead.number}`);
    if (!ahead || askedAt > ahead.askedAt) lastAsked.set(group, place);
  }
  return sentences;
}

function placesOf(publishes: readonly Publish[]): Map<number, Position> {
  const places = new Map<number, Position>();
  for (const { number, group, askedAt, answeredAt, knowledge } of publishes) {
    if (group === undefined) continue;
    const before = places.get(number);
    places.set(number, {
      ...{ number, group },
      askedAt: Math.min(askedAt, before?.askedAt ?? Infinity),
      takenAt: Math.min(knowledge === 'ok' ? answeredAt : Infinity, before?.takenAt ?? Infinity),
    });
  }
  return places;
}
