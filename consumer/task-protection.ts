import {
  type FactoryProvider,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { setTimeout as wait } from 'node:timers/promises';
import { QueueConsumer } from '../transport/index';

/**
 * How often to check whether the task is busy. A job that began since the last check has the drain's time to finish, or
 * runs again elsewhere.
 */
const LOOK_MS = 5_000;

/** The pause after each stretch of protection, since a task that is never idle would hold up every deployment. */
const REST_MS = 60_000;

/** ECS's agent runs beside the task, so it answers soon. */
const ANSWER_WITHIN_MS = 4_000;

const MINUTE_MS = 60_000;

/**
 * Asks ECS not to choose this task when it scales in or deploys, while jobs are in flight. Each stretch of protection
 * is longer than any handler may run. Nothing is lost without it, since a stopped task drains. It spares long jobs a
 * second run. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-scale-in-protection-endpoint.html
 */
@Injectable()
export class TaskProtection implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('TaskProtection');
  private readonly stopping = new AbortController();
  private protectedUntil = 0;
  private restsUntil = 0;
  private refused = false;

  static at(agentUrl: string, longestRunSeconds: number): FactoryProvider<TaskProtection> {
    const minutes = Math.ceil(longestRunSeconds / 60) + 1;
    const useFactory = (transport: QueueConsumer): TaskProtection => new TaskProtection(agentUrl, minutes, transport);
    return { provide: TaskProtection, inject: [QueueConsumer], useFactory };
  }

  constructor(
    private readonly agentUrl: string,
    /** The length of a stretch. */
    private readonly minutes: number,
    private readonly transport: QueueConsumer,
  ) {}

  onApplicationBootstrap(): void {
    void this.watch();
  }

  onModuleDestroy(): void {
    this.stopping.abort();
  }

  private async watch(): Promise<void> {
    const { signal } = this.stopping;
    for (;;) {
      await wait(LOOK_MS, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      await this.look(performance.now());
    }
  }

  private async look(now: number): Promise<void> {
    const busy = this.transport.status().inFlight > 0;
    if (busy && now >= this.restsUntil) {
      const done = await this.put({ ProtectionEnabled: true, ExpiresInMinutes: this.minutes });
      this.protectedUntil = done ? now + this.minutes * MINUTE_MS : 0;
      this.restsUntil = (done ? this.protectedUntil : now) + REST_MS;
    } else if (!busy && now < this.protectedUntil && (await this.put({ ProtectionEnabled: false }))) {
      this.protectedUntil = 0;
      this.restsUntil = 0;
    }
  }

  /** Resolves to whether ECS did as asked. A refusal is logged once, until it succeeds again. */
  private async put(state: {
    readonly ProtectionEnabled: boolean;
    readonly ExpiresInMinutes?: number;
  }): Promise<boolean> {
    const refusal = await this.ask(state).catch(String);
    if (refusal !== undefined && !this.refused && !this.stopping.signal.aborted)
      this.logger.warn(
        `ECS refused scale-in protection; a job cut off when this task stops will be delivered again: ${refusal}`,
      );
    this.refused = refusal !== undefined;
    return !this.refused;
  }

  /** Resolves to the agent's refusal, undefined without one. */
  private async ask(state: object): Promise<string | undefined> {
    const answer = await fetch(`${this.agentUrl}/task-protection/v1/state`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(state),
      signal: AbortSignal.any([this.stopping.signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]),
    });
    const text = await answer.text();
    // A refusal of ECS itself comes as `failure`.
    return answer.ok && !text.includes('"failure"') ? undefined : `${answer.status} ${text.slice(0, 500)}`;
  }
}
