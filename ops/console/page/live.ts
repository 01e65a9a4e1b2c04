/** What the server tells by itself: the state of the queues, of the letters seen and of the tasks, over one event stream. */
import { useEffect, useState } from 'preact/hooks';
import { type Overview, type Snapshot, type Task } from './answers';

/** `refused`: the server does not know this browser, since it was started anew or the cookie is gone. */
type Connection = 'connecting' | 'live' | 'lost' | 'refused';

/** At one moment; undefined where the queue did not answer. */
export interface Point {
  readonly at: number;
  readonly waiting?: number;
  readonly inFlight?: number;
  readonly delayed?: number;
  readonly dead?: number;
}

/** What came of a change beside its being done. */
export interface Aside {
  readonly title: string;
  readonly text: string;
}

export interface Live {
  readonly connection: Connection;
  /** When it was heard of last, in milliseconds since the epoch. */
  readonly heardAt?: number;
  readonly overview?: Overview;
  readonly snapshot?: Snapshot;
  readonly tasks: readonly Task[];
  readonly points: readonly Point[];
  readonly asides: readonly Aside[];
}

export const CHART_MS = 10 * 60_000;
const AGAIN_MS = 2_000;
/** The server writes every 2 s; a machine that slept, or a tunnel that hangs, ends no connection by itself. */
const SILENCE_MS = 10_000;
const HIDDEN_MS = 30_000;
const MAX_TASKS = 20;

let live: Live = { connection: 'connecting', tasks: [], points: [], asides: [] };
const listeners = new Set<() => void>();

function update(change: Partial<Live>): void {
  live = { ...live, ...change };
  for (const listener of listeners) listener();
}

/** Draws again only when what was selected changes. */
export function useLive<T>(select: (live: Live) => T): T {
  const [, set] = useState(() => select(live));
  useEffect(() => {
    const follow = (): void => {
      set(() => select(live));
    };
    follow();
    listeners.add(follow);
    return () => void listeners.delete(follow);
  }, []);
  return select(live);
}

export const endedTasks = ({ tasks }: Live): number => tasks.filter(({ state }) => state !== 'running').length;

/** Changes whenever what the server knows of the letters does. */
export const lettersStamp = (live: Live): string => {
  const { asOf = '', total = '', hidden = '' } = live.snapshot ?? {};
  return [asOf, total, hidden, endedTasks(live)].join(' ');
};

export const useReadOnly = (): boolean => useLive(({ overview }) => overview?.place.readOnly ?? true);

function pointOf({ queue, dead }: Overview): Point {
  return {
    at: Date.now(),
    ...('visible' in queue && { waiting: queue.visible, inFlight: queue.inFlight, delayed: queue.delayed }),
    ...('visible' in dead && { dead: dead.visible + dead.inFlight }),
  };
}

/** As soon as an answer to a change has it, too: the event may come later, and one of before as well. */
export function takeOverview(overview: Overview): void {
  if (live.overview && new Date(overview.at) < new Date(live.overview.at)) return;
  const from = Date.now() - CHART_MS;
  update({ overview, points: [...live.points.filter(({ at }) => at >= from), pointOf(overview)] });
}

/** The answer that began a task may be read after the event that ended it. */
export function takeTask(task: Task): void {
  const known = live.tasks.find(({ id }) => id === task.id);
  if (known && known.state !== 'running') return;
  const others = live.tasks.filter(({ id }) => id !== task.id);
  const tasks = [task, ...others].sort(
    (one, other) => Number(new Date(other.startedAt)) - Number(new Date(one.startedAt)),
  );
  update({ tasks: tasks.slice(0, MAX_TASKS) });
}

/** Stays until it is hidden, whatever view is open. */
export function sayAside(aside: Aside): void {
  update({ asides: [...live.asides, aside] });
}

export function hideAside(aside: Aside): void {
  update({ asides: live.asides.filter((one) => one !== aside) });
}

async function isRefused(): Promise<boolean> {
  try {
    const { status } = await fetch('/api/overview');
    return status === 401 || status === 403;
  } catch {
    return false;
  }
}

/** Connects again and again: `EventSource` itself gives up on an answer that is no stream. Returns what ends it. */
function listen(): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = (): void => {
    clearTimeout(timer);
    source?.close();
  };
  const again = (): void => {
    stop();
    if (live.connection !== 'refused') update({ connection: 'lost' });
    timer = setTimeout(() => {
      void isRefused().then((refused) => {
        update({ connection: refused ? 'refused' : 'lost' });
      });
      connect();
    }, AGAIN_MS);
  };
  const connect = (): void => {
    source = new EventSource('/api/events');
    const on = (name: string, take: (value: never) => void): void => {
      source?.addEventListener(name, ({ data }: MessageEvent<string>) => {
        clearTimeout(timer);
        timer = setTimeout(again, SILENCE_MS);
        update({ connection: 'live', heardAt: Date.now() });
        take(JSON.parse(data) as never);
      });
    };
    on('overview', takeOverview);
    on('snapshot', (snapshot: Snapshot) => {
      update({ snapshot });
    });
    on('task', takeTask);
    source.addEventListener('error', again, { once: true });
  };
  connect();
  return stop;
}

/** A page that nobody sees gives its connection back after a while: a browser has six for one host. */
export function follow(): void {
  let stop: (() => void) | undefined = listen();
  let hidden: ReturnType<typeof setTimeout>;
  document.addEventListener('visibilitychange', () => {
    clearTimeout(hidden);
    if (document.hidden)
      hidden = setTimeout(() => {
        stop?.();
        stop = undefined;
      }, HIDDEN_MS);
    else stop ??= listen();
  });
}
