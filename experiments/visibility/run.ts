import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Child } from '../../ops/child';
import { createProvisionClient } from '../../ops/provision';
import { ExperimentBroker } from '../rig/experiment-broker';
import { readJournal } from '../rig/journal';
import { type Entry } from './diary';
import { findingsOf, type Findings } from './findings';
import { CONSUMERS, type Grid, longestSeconds, settingsOf } from './grid';
import { diaryOf, Stage, startConsumers, type Ground, type StageSpec } from './stage';
import { storyOf, type Story } from './story';
import { tally, type Tally } from './tally';

const REGION = 'us-east-1';
const LOOK_EVERY_MS = 500;
const STORY_EVERY_MS = 100;
const PROVISIONS_AT_ONCE = 6;

export interface Watcher {
  /** A cell has come to rest, or its time is up. */
  settled(tally: Tally): void;
  /** Once a second or so. */
  progress(facts: { readonly seconds: number; readonly settled: number; readonly cells: number }): void;
}

export interface Order {
  readonly grid: Grid;
  /** Undefined for an embedded one. */
  readonly broker: string | undefined;
  readonly signal: AbortSignal;
}

/** All cells and both stories beside each other, from the first transfer ordered to the last cell at rest. */
export async function runLab({ grid, broker, signal }: Order, watcher: Watcher): Promise<Findings> {
  const place = await ExperimentBroker.open(broker);
  const client = createProvisionClient(REGION, place.endpoint);
  const folder = await mkdtemp(join(tmpdir(), 'plusone-visibility-'));
  const lab = new Lab({ client, endpoint: place.endpoint, region: REGION, folder }, watcher, signal);
  const startedAt = new Date().toISOString();
  try {
    const found = await lab.run(grid);
    return findingsOf({ ...found, broker: broker ?? 'embedded, in memory', node: process.version, startedAt, grid });
  } finally {
    await lab.close(broker !== undefined);
    client.destroy();
    await place.close();
    await rm(folder, { recursive: true, force: true });
  }
}

class Lab {
  private readonly stages: Stage[] = [];
  private readonly children: Child[] = [];
  /** Tells its queues from those of other labs at a shared broker. */
  private readonly mark = randomBytes(3).toString('hex');

  constructor(
    private readonly ground: Ground,
    private readonly watcher: Watcher,
    private readonly signal: AbortSignal,
  ) {}

  async run(grid: Grid): Promise<Pick<Findings, 'tallies' | 'stories' | 'seconds'>> {
    const { transfers } = grid;
    const specs = CONSUMERS.flatMap((consumer) =>
      settingsOf(grid).map((setting) => ({ name: consumer, spec: { consumer, setting, transfers } })),
    );
    const stories = (['tutorial', 'plusone'] as const).map((consumer) => ({
      name: `story-${consumer}`,
      spec: { consumer, setting: grid.story, transfers: 1 },
    }));
    const open = await this.openAll([...specs, ...stories]);
    const groups = Map.groupBy(open, ({ name }) => name);
    for (const [name, members] of groups) {
      this.children.push(
        startConsumers(
          this.ground,
          name,
          members.map(({ stage }) => stage),
        ),
      );
    }
    await Promise.all(this.children.map((child) => child.message()));
    const since = Date.now();
    await Promise.all(open.map(({ stage }) => stage.order()));
    const cells = open.filter(({ name }) => !name.startsWith('story-')).map(({ stage }) => stage);
    const only = (name: string): Stage => {
      const stage = groups.get(name)?.[0]?.stage;
      if (!stage) throw new Error(`There is no ${name}.`);
      return stage;
    };
    const deaths = Promise.race(this.children.map((child) => child.ended.then(refuse(child))));
    const [tallies, tutorial, plusone] = await Promise.race([
      Promise.all([
        this.untilAllRest(cells, since),
        this.watchStory(only('story-tutorial'), since),
        this.watchStory(only('story-plusone'), since),
      ]),
      deaths,
    ]);
    return { tallies, stories: { tutorial, plusone }, seconds: Math.round((Date.now() - since) / 1_000) };
  }

  async close(removeQueues: boolean): Promise<void> {
    for (const child of this.children) child.kill();
    await Promise.all(this.children.map(({ ended }) => ended));
    for (const stage of this.stages.splice(0)) await stage.close(removeQueues);
  }

  private async openAll(specs: readonly { readonly name: string; readonly spec: StageSpec }[]): Promise<Opened[]> {
    const left = [...specs.entries()];
    const opened: Opened[] = [];
    const opener = async (): Promise<void> => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) {
        this.signal.throwIfAborted();
        const [number, { name, spec }] = next;
        const stage = await Stage.open(this.ground, `visibility-${this.mark}-${number}`, spec);
        this.stages.push(stage);
        opened[number] = { name, stage };
      }
    };
    // Each to its end, so that no queue is made after the others are removed.
    const ends = await Promise.allSettled(Array.from({ length: PROVISIONS_AT_ONCE }, opener));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
    return opened;
  }

  private async untilAllRest(cells: readonly Stage[], since: number): Promise<Tally[]> {
    const tallies = new Map<Stage, Tally>();
    const quiet = new Set<Stage>();
    while (tallies.size < cells.length) {
      await wait(LOOK_EVERY_MS, undefined, { signal: this.signal });
      const seconds = (Date.now() - since) / 1_000;
      for (const stage of cells.filter((one) => !tallies.has(one))) {
        const late = seconds > longestSeconds(stage.cell.setting);
        const rests = await this.rests(stage);
        // Twice in a row: a count of a queue is an approximate one.
        if ((rests && quiet.has(stage)) || late) tallies.set(stage, await this.tally(stage));
        else if (rests) quiet.add(stage);
        else quiet.delete(stage);
      }
      this.watcher.progress({ seconds, settled: tallies.size, cells: cells.length });
    }
    return cells.flatMap((stage) => tallies.get(stage) ?? []);
  }

  /** No run under way and no message left; counted in this order, as a message goes when its run is over. */
  private async rests(stage: Stage): Promise<boolean> {
    const entries = this.entriesOf(stage, stage.consumer);
    if (entries.length === 0 || underWay(entries) > 0) return false;
    return (await stage.depth()) === 0 && underWay(this.entriesOf(stage, stage.consumer)) === 0;
  }

  private async tally(stage: Stage): Promise<Tally> {
    const runs = this.entriesOf(stage, stage.consumer).filter(({ kind }) => kind === 'run');
    const seen = await stage.see(runs.flatMap(({ jobId }) => jobId ?? []));
    const one = tally(stage.consumer, stage.cell.setting, seen);
    this.watcher.settled(one);
    return one;
  }

  private async watchStory(stage: Stage, since: number): Promise<Story> {
    const { setting } = stage.cell;
    const file = `story-${stage.consumer}`;
    let deadLettered: number | undefined;
    let gone: number | undefined;
    const over = (): boolean => {
      const entries = this.entriesOf(stage, file);
      const late = Date.now() - since > longestSeconds(setting) * 1_000;
      return late || (gone !== undefined && entries.length > 0 && underWay(entries) === 0);
    };
    while (!over()) {
      await wait(STORY_EVERY_MS, undefined, { signal: this.signal });
      if ((await stage.deadLetterDepth(this.ground.client)) > 0) deadLettered ??= Date.now();
      if ((await stage.depth()) === 0) gone ??= Date.now();
    }
    const entries = this.entriesOf(stage, file);
    return storyOf({ setting, entries, payments: stage.payments(), deadLettered, gone: gone ?? Date.now() });
  }

  private entriesOf(stage: Stage, file: string): Entry[] {
    return readJournal<Entry>(diaryOf(this.ground, file)).filter(({ cell }) => cell === stage.name);
  }
}

interface Opened {
  readonly name: string;
  readonly stage: Stage;
}

const countOf = (entries: readonly Entry[], kind: Entry['kind']): number =>
  entries.filter((one) => one.kind === kind).length;

const underWay = (entries: readonly Entry[]): number => countOf(entries, 'run') - countOf(entries, 'ended');

const refuse =
  ({ spec }: Child) =>
  (how: string): never => {
    throw new Error(`The consumers of ${spec.name} ${how}.`);
  };
