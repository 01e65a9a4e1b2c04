/** Work that the server does for operators. It goes on when the page is closed, and is here again after a reload. */
import { type JSX } from 'preact';
import { useState } from 'preact/hooks';
import { type Task } from './answers';
import { change } from './api';
import { useDoing } from './ask';
import { VERBS } from './confirm';
import { clock, count } from './format';
import { useLive } from './live';
import { Foreign, Refusal } from './parts';

const STATES: Readonly<Record<Task['state'], string>> = {
  running: 'runs',
  done: 'done',
  partly: 'partly done',
  failed: 'failed',
  cancelled: 'cancelled',
};

function rateOf({ startedAt, done, rate }: Task): string {
  const seconds = (Date.now() - new Date(startedAt).getTime()) / 1_000;
  const now = seconds < 1 ? '' : `${count(Math.round(done / seconds))} a second`;
  return rate === undefined ? now : `${now} (at most ${count(rate)})`;
}

function Others({ others }: { readonly others: readonly string[] }): JSX.Element {
  return (
    <details>
      <summary>What happened to the others</summary>
      <ul class="faults">
        {others.map((other, position) => (
          <li key={position}>
            <Foreign text={other} />
          </li>
        ))}
      </ul>
    </details>
  );
}

function Said({ task }: { readonly task: Task }): JSX.Element {
  const { state, sentence, endedAt, others = [] } = task;
  return (
    <span class="small grow">
      {state === 'running' && rateOf(task)}
      {sentence !== undefined && <Foreign text={` ${sentence}`} />}
      {endedAt !== undefined && ` (${clock(endedAt)})`}
      {others.length > 0 && <Others others={others} />}
    </span>
  );
}

function TaskRow({ task, close }: { readonly task: Task; readonly close: () => void }): JSX.Element {
  const { busy, problem, run } = useDoing();
  const { id, action, state, total, done } = task;
  const running = state === 'running';
  return (
    <div class={`task ${state}`}>
      <span class="what">
        <strong>{VERBS[action]}</strong> {STATES[state]}
      </span>
      <progress
        max={Math.max(total, 1)}
        value={done}
        aria-label={`${VERBS[action]}: ${count(done)} of ${count(total)}`}
      />
      <span class="numbers">
        {count(done)} of {count(total)}
      </span>
      <Said task={task} />
      {running ? (
        <button
          type="button"
          disabled={busy}
          onClick={() => {
            run(() => change(`/api/tasks/${id}/cancel`));
          }}
        >
          Cancel
        </button>
      ) : (
        <button type="button" class="quiet" onClick={close} aria-label={`Hide the ended task: ${VERBS[action]}`}>
          Hide
        </button>
      )}
      {problem && <Refusal problem={problem} what="Not cancelled" />}
    </div>
  );
}

const HIDDEN = 'hidden-tasks';
const SHOWN_MS = 15 * 60_000;

const isRecent = ({ state, endedAt }: Task): boolean =>
  state === 'running' || endedAt === undefined || Date.now() - new Date(endedAt).getTime() < SHOWN_MS;

export function Tasks(): JSX.Element {
  const tasks = useLive((live) => live.tasks);
  const [hidden, hide] = useState<readonly string[]>(() => (sessionStorage.getItem(HIDDEN) ?? '').split(' '));
  const shown = tasks.filter((task) => !hidden.includes(task.id) && isRecent(task));
  const ended = tasks.find(({ state }) => state !== 'running');
  const close = (id: string): void => {
    const ids = [...hidden, id].slice(-50);
    sessionStorage.setItem(HIDDEN, ids.join(' '));
    hide(ids);
  };
  return (
    <>
      {shown.length > 0 && (
        <section class="tasks" aria-label="Tasks">
          {shown.map((task) => (
            <TaskRow
              key={task.id}
              task={task}
              close={() => {
                close(task.id);
              }}
            />
          ))}
        </section>
      )}
      <p class="unseen-title" role="status">
        {ended && `${VERBS[ended.action]} ${STATES[ended.state]}: ${count(ended.done)} of ${count(ended.total)}`}
      </p>
    </>
  );
}
