import { RecordRefused } from '../../results/errors';
import { pausedBy, type Paused } from '../../results/pauses';
import { Audit, operator, type Unnoted } from './audit';
import { type EventSource, type Turned, type TurnOptions } from './event-sources';
import { CannotWork, sentenceOf, type Workplace } from './workplace';

export interface PauseState {
  /** Null while nobody has, as far as could be asked. */
  readonly paused: Paused | null;
  /** Functions that take from the queue as well; these a note does not stop. */
  readonly eventSources: readonly EventSource[];
  /** What could not be asked, a sentence each. */
  readonly unknown: readonly string[];
}

export type PauseOptions = Pick<TurnOptions, 'signal' | 'onProgress'> & {
  /** In an operator's own words. */
  readonly why?: string | undefined;
};

export interface PauseEnd extends Unnoted {
  /** Consumers that poll are told by a note; undefined where there is no store for one. */
  readonly noted: boolean;
  readonly eventSources: Turned;
  /** What did not go as it should, each as a part of a sentence. */
  readonly others: readonly string[];
}

/** In a store: who, why, and which event sources were disabled by it, to be enabled again. */
interface PauseValue {
  readonly who?: string;
  readonly why?: string;
  readonly disabled?: readonly string[];
}

const NONE: Turned = { sources: [], unfinished: [], seconds: 0 };

/** Whether and why the consumers are paused, and what Lambda's event sources do meanwhile. */
export async function pauseState(place: Workplace): Promise<PauseState> {
  const unknown: string[] = [];
  const or = <T>(otherwise: T) => {
    return (error: unknown): T => {
      unknown.push(sentenceOf(error));
      return otherwise;
    };
  };
  const [note, eventSources] = await Promise.all([
    readPause(place).catch(or(undefined)),
    place.eventSources.list().catch(or([])),
  ]);
  return { paused: note ?? null, eventSources, unknown };
}

/** Consumers that poll begin nothing after 5 s; functions get nothing more once AWS has disabled their event sources. */
export async function pauseConsumers(place: Workplace, { why, ...options }: PauseOptions): Promise<PauseEnd> {
  const audit = await Audit.begin(place, { what: 'pause', note: why });
  const others: string[] = [];
  const running = await runningSources(place).catch((error: unknown) => {
    others.push(`functions go on if there are any: ${sentenceOf(error)}`);
    return [];
  });
  const ids = new Set([...((await disabledBefore(place)) ?? []), ...running]);
  const noted = await note(place, { who: operator(), ...(why !== undefined && { why }), disabled: [...ids] });
  if (!noted && ids.size === 0) throw noStore();
  const eventSources = await turn(place, 'off', { ...options, ids, others });
  return { noted, eventSources, others, ...(await audit.end({ count: 1 })) };
}

/**
 * Enables what the pause disabled, and only that; without a store, all there are. Then takes the note away, which alone knows
 * what to enable: while some of it cannot be, the note stays, and it can be run again.
 */
export async function resumeConsumers(place: Workplace, options: PauseOptions): Promise<PauseEnd> {
  const audit = await Audit.begin(place, { what: 'resume' });
  const others: string[] = [];
  const ids = await disabledBefore(place);
  const eventSources = await turn(place, 'on', { ...options, ids, others });
  const kept = ids && whyKept(ids, eventSources, others);
  if (kept !== undefined) {
    await audit.end({ count: 0, ended: kept });
    throw new CannotWork(`It is still paused, as ${kept}; run resume again`);
  }
  const noted = await unnote(place);
  if (!noted && eventSources.sources.length === 0 && others.length === 0) throw noStore();
  return { noted, eventSources, others, ...(await audit.end({ count: 1 })) };
}

/** Undefined if all that a pause disabled is enabled, or soon will be. */
function whyKept(
  disabled: ReadonlySet<string>,
  { unfinished }: Turned,
  [other]: readonly string[],
): string | undefined {
  if (disabled.size === 0) return undefined;
  const [left] = unfinished.filter(({ state }) => state !== 'Enabling');
  return other ?? (left && `the event source of the function ${left.functionName} is ${left.state}`);
}

async function turn(
  { eventSources }: Workplace,
  way: 'on' | 'off',
  { others, ...options }: TurnOptions & { readonly others: string[] },
): Promise<Turned> {
  try {
    return await eventSources.turn(way, options);
  } catch (error) {
    others.push(`an event source is not ${way}: ${sentenceOf(error)}`);
    return NONE;
  }
}

async function runningSources({ eventSources }: Workplace): Promise<string[]> {
  const running = (await eventSources.list()).filter(({ state }) => !['Disabled', 'Disabling'].includes(state));
  return running.map(({ id }) => id);
}

/** Undefined while nobody has: one cheap read. */
export async function readPause({ records, queue }: Workplace): Promise<Paused | undefined> {
  const found = await records.notes.get('pause', queue.name).catch(ifNoStore(undefined));
  return found && pausedBy(found);
}

/** Event sources that a pause disabled; undefined without a store, where nobody knows which. */
const disabledBefore = ({ records, queue }: Workplace): Promise<ReadonlySet<string> | undefined> =>
  records.notes
    .get('pause', queue.name)
    .then((found) => new Set((found?.value as PauseValue | undefined)?.disabled), ifNoStore(undefined));

const note = ({ records, queue }: Workplace, value: PauseValue): Promise<boolean> =>
  records.notes.put({ kind: 'pause', key: queue.name, at: Date.now(), value }).then(() => true, ifNoStore(false));

const unnote = ({ records, queue }: Workplace): Promise<boolean> =>
  records.notes.remove('pause', queue.name).then(() => true, ifNoStore(false));

const ifNoStore =
  <T>(otherwise: T) =>
  (error: unknown): T => {
    if (error instanceof RecordRefused) return otherwise;
    throw error;
  };

const noStore = (): RecordRefused =>
  new RecordRefused(
    'RESULTS is none, so consumers that poll cannot be told, and no function takes from the queue; stop the consumers instead',
  );
