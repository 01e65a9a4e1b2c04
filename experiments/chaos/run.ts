import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Message } from '@aws-sdk/client-sqs';
import { DEAD_LETTER_ATTRIBUTE } from '../../transport/index';
import { type Outgoing } from '../rig/queues';
import { envelope, toMessage } from '../rig/jobs';
import { Generator } from './generator';
import { type DeadLetterFound, type History, type Knowledge, type Publish } from './history';
import { countRecorded, type Entry } from './journal';
import { readJournal } from '../rig/journal';
import { oneAfterTheOther, type Replay } from './mischief';
import { type Firing, NEMESES, type NemesisName } from './nemesis';
import { COUNT } from '../rig/count-jobs';
import { jobOf, otherTypeOf } from './jobs';
import { type Malformed, type Plan } from './plan';
import { type Stage } from './stage';

/** After the last fault; the leases, backoffs and patience of one job, and the trials of suspects before it, fit in several times. */
const REST_WITHIN_MS = 240_000;
/** A queue that was empty for this long, messages in flight counted, has nothing more to bring. */
const QUIET_MS = 20_000;
const LOOK_EVERY_MS = 250;
const SEND_AGAIN_MS = 200;
/** A number that no count of types divides, so that each type gets its share. */
const IMPOSTOR_EVERY = 25;

/** How the run stands. */
export interface Progress {
  readonly seconds: number;
  readonly asked: Readonly<Record<Knowledge, number>>;
  /** In the queue, in flight or waiting; undefined while the broker does not tell. */
  readonly open: number | undefined;
  readonly effects: number;
  readonly atWork: readonly string[];
}

/** Carries a plan out on a stage: asks for jobs while the nemeses do their work, and waits for the rest afterwards. */
export class ChaosRun {
  private readonly asked: Record<Knowledge, number> = { ok: 0, failed: 0, unknown: 0 };
  private readonly atWork = new Set<Firing>();
  private readonly fired: Partial<Record<NemesisName, number>> = {};
  private readonly malformed: string[] = [];
  private readonly impostors: number[] = [];
  private readonly byHand: Promise<void>[] = [];
  private readonly replay: Replay = [];
  private readonly over = new AbortController();
  private readonly generator: Generator;
  private startedAt = performance.now();

  constructor(
    private readonly stage: Stage,
    private readonly plan: Plan,
  ) {
    this.generator = new Generator(stage.producerUrl, this.over.signal, (publish) => {
      this.asked[publish.knowledge] += 1;
      this.log('publishes', publish);
      this.byHand.push(this.sendImpostor(publish));
    });
  }

  /** Rejects if it does not come to rest in time. */
  async perform(): Promise<void> {
    this.startedAt = performance.now();
    const { wishes, malformed, firings } = this.plan;
    const lanes = ['process', 'network', 'store'] as const;
    const ofLane = (lane: string): Firing[] => firings.filter(({ nemesis }) => NEMESES[nemesis].lane === lane);
    const [processes, network, store] = lanes.map(ofLane);
    const fire = (firing: Firing): Promise<void> => this.fire(firing);
    const asking = this.generator.run(wishes, this.startedAt);
    await Promise.all([
      this.sendMalformed(malformed),
      oneAfterTheOther(processes ?? [], this.startedAt, fire),
      ...(network ?? []).map((firing) => oneAfterTheOther([firing], this.startedAt, fire)),
      oneAfterTheOther(store ?? [], this.startedAt, fire),
    ]);
    const late = setTimeout(() => {
      this.over.abort();
    }, REST_WITHIN_MS);
    await asking;
    await Promise.all(this.byHand);
    clearTimeout(late);
  }

  /** Whether everything published for certain came to its end and the queue is empty. */
  async comesToRest(): Promise<boolean> {
    const deadline = performance.now() + REST_WITHIN_MS;
    let busyAt = performance.now();
    for (;;) {
      const empty = (await this.stage.queues.depth()) === 0;
      if (empty && (await this.isAllEnded())) return true;
      const now = performance.now();
      if (!empty) busyAt = now;
      if (now > deadline || now - busyAt > QUIET_MS) return false;
      await wait(LOOK_EVERY_MS);
    }
  }

  async progress(): Promise<Progress> {
    return {
      seconds: Math.round((performance.now() - this.startedAt) / 1_000),
      asked: { ...this.asked },
      open: await this.stage.queues.depth().catch(() => undefined),
      effects: countRecorded(this.stage.journal),
      atWork: [...this.atWork].map(
        ({ nemesis, target, before }) => `${nemesis} ${before === 'store' ? 'store ' : ''}${target}`,
      ),
    };
  }

  /** Takes the dead letters out of their queue; everything is kept in the folder. */
  async history(): Promise<History> {
    const { store, queues, journal, folder } = this.stage;
    const letters = await queues.deadLetters();
    const history: History = {
      publishes: this.generator.publishes,
      malformed: this.malformed,
      impostors: this.impostors,
      journal: readJournal<Entry>(journal),
      ledger: await this.stage.ledger(),
      records: await store.records(),
      deadLetters: letters.map(toFound),
      fired: this.fired,
    };
    const { ledger, records, deadLetters } = history;
    for (const [name, lines] of Object.entries({ ledger, records, deadLetters }))
      writeFileSync(join(folder, `${name}.jsonl`), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    return history;
  }

  private async isAllEnded(): Promise<boolean> {
    const ended = new Set([
      ...(await this.stage.ledger()).map(({ job }) => job),
      ...(await this.stage.store.records()).filter(({ state }) => state === 'failed').map(({ id }) => id),
    ]);
    const certain = this.generator.publishes.filter(({ knowledge }) => knowledge === 'ok');
    // LocalStack counts a message nowhere while it hands it out.
    return certain.every(({ job = '' }) => ended.has(job)) && (await this.stage.queues.depth()) === 0;
  }

  private async sendMalformed(messages: readonly Malformed[]): Promise<void> {
    for (const { at, body, group } of messages) {
      await wait(Math.max(0, this.startedAt + at - performance.now()));
      await this.sendByHand({ body, attributes: envelope(COUNT.type), group });
      this.malformed.push(body);
    }
  }

  /** Some jobs get a rival under their id as soon as they are taken. */
  private async sendImpostor({ number, job, knowledge, group }: Publish): Promise<void> {
    const type = otherTypeOf(number);
    if (type === undefined || job === undefined || knowledge !== 'ok' || number < 0 || number % IMPOSTOR_EVERY !== 0)
      return;
    this.impostors.push(number);
    await this.sendByHand({ ...toMessage({ id: job, ...jobOf(number, type) }), group });
  }

  /** Past everything that stands before the broker; more than once if an answer is lost. */
  private async sendByHand(message: Outgoing): Promise<void> {
    while (
      !(await this.stage.queues.send([message]).then(
        () => true,
        () => false,
      ))
    )
      await wait(SEND_AGAIN_MS);
  }

  private async fire(firing: Firing): Promise<void> {
    const { nemesis } = firing;
    this.atWork.add(firing);
    this.log('firings', { ...firing, begins: Math.round(performance.now() - this.startedAt) });
    await this.carryOut(firing);
    this.log('firings', { nemesis, ends: Math.round(performance.now() - this.startedAt) });
    this.atWork.delete(firing);
    this.fired[nemesis] = (this.fired[nemesis] ?? 0) + 1;
  }

  private async carryOut(firing: Firing): Promise<void> {
    const { nemesis, target, lastsMs } = firing;
    if (target !== 'all') {
      const actor = this.stage.actor(target);
      if (nemesis === 'kill') return actor.kill(lastsMs);
      if (nemesis === 'term') return actor.term();
      if (nemesis === 'freeze') return actor.freeze(lastsMs);
    }
    if (nemesis === 'broker-kill') return this.stage.broker.kill(lastsMs);
    if (nemesis === 'store-away' && this.stage.store.lock) return this.stage.store.lock(lastsMs);
    return this.disturb(firing);
  }

  /** Between the processes and the broker or the store. */
  private async disturb(firing: Firing): Promise<void> {
    const { nemesis, target, lastsMs } = firing;
    const gateways = this.stage.gateways(target, nemesis === 'store-away' ? 'store' : firing.before);
    if (nemesis === 'broker-down' || nemesis === 'store-away') {
      await Promise.all(gateways.map((gateway) => gateway.refuse()));
      await wait(lastsMs);
      await Promise.all(gateways.map((gateway) => gateway.accept()));
      return;
    }
    const lifts = gateways.map((gateway) => gateway.suffer(firing, this.replay));
    await wait(lastsMs);
    for (const lift of lifts) lift();
    this.replay.length = 0;
    if (nemesis !== 'blackhole') return;
    // Calls that would never be answered learn that their connection is gone.
    await Promise.all(gateways.map((gateway) => gateway.refuse()));
    await Promise.all(gateways.map((gateway) => gateway.accept()));
  }

  private log(name: string, line: object): void {
    appendFileSync(join(this.stage.folder, `${name}.jsonl`), `${JSON.stringify(line)}\n`);
  }
}

function toFound({ Body = '', MessageAttributes }: Message): DeadLetterFound {
  const text = MessageAttributes?.[DEAD_LETTER_ATTRIBUTE]?.StringValue;
  const why: unknown = text === undefined ? undefined : JSON.parse(text);
  const wordOf = (name: string): string | undefined => {
    const word: unknown = typeof why === 'object' && why !== null ? Reflect.get(why, name) : undefined;
    return typeof word === 'string' ? word : undefined;
  };
  return { body: Body, reason: wordOf('reason'), job: wordOf('jobId') };
}
