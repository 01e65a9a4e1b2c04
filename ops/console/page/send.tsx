import { type JSX } from 'preact';
import { useState } from 'preact/hooks';
import { change, type JobType } from './api';
import { useAsk, useDoing } from './ask';
import { definitionsOf, emptyOf, resolve } from './draft';
import { InputEditor } from './input-editor';
import { writeJson } from './json';
import { useLive } from './live';
import { Empty, Loading, Refusal } from './parts';
import { go, type Route } from './route';

function firstText(type: JobType): string {
  const definitions = definitionsOf(type);
  return writeJson(emptyOf(resolve(type.schema, definitions), definitions));
}

interface HowProps {
  readonly fifo: boolean;
  readonly group: string;
  readonly delay: string;
  readonly setGroup: (group: string) => void;
  readonly setDelay: (delay: string) => void;
}

function How({ fifo, group, delay, setGroup, setDelay }: HowProps): JSX.Element {
  return (
    <div class="row">
      <label>
        <span>
          group<em> optional</em>
          <small>{fifo ? 'jobs of one group run in order' : 'groups get a fair share each'}</small>
        </span>
        <input
          value={group}
          maxLength={128}
          onInput={({ currentTarget }) => {
            setGroup(currentTarget.value);
          }}
        />
      </label>
      {!fifo && (
        <label>
          <span>
            delay<em> optional</em>
            <small>seconds, up to 900</small>
          </span>
          <input
            type="number"
            min="0"
            max="900"
            step="1"
            value={delay}
            onInput={({ currentTarget }) => {
              setDelay(currentTarget.value);
            }}
          />
        </label>
      )}
    </div>
  );
}

function SendForm({ type }: { readonly type: JobType }): JSX.Element {
  const fifo = useLive(({ overview }) => overview?.place.fifo ?? false);
  const [text, set] = useState(() => firstText(type));
  const [group, setGroup] = useState('');
  const [delay, setDelay] = useState('');
  const { busy, problem, run } = useDoing();
  const send = async (): Promise<void> => {
    const job = await change<{ readonly id: string }>('/api/send', {
      type: type.type,
      input: text,
      ...(group !== '' && { group }),
      ...(delay !== '' && { delaySeconds: Number(delay) }),
    });
    go({ view: 'job', id: job.id });
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        run(send);
      }}
    >
      <InputEditor type={type} text={text} set={set} />
      <How {...{ fifo, group, delay, setGroup, setDelay }} />
      {problem && <Refusal problem={problem} what="Not sent" />}
      <div class="actions">
        <button type="submit" class="primary" disabled={busy}>
          Send
        </button>
        <span class="small">Its page follows it to its result.</span>
      </div>
    </form>
  );
}

export function Send({ route }: { readonly route: Route }): JSX.Element {
  const { data: types, problem } = useAsk<readonly JobType[]>('/api/types');
  const readOnly = useLive(({ overview }) => overview?.place.readOnly);
  if (problem && !types) return <Refusal problem={problem} what="The job types were not read" />;
  if (!types) return <Loading what="the job types" />;
  if (readOnly === true) return <Empty>This console is read only: it sends nothing.</Empty>;
  const chosen = types.find(({ type }) => type === route.type) ?? types[0];
  if (!chosen) return <Empty>No job type is defined in jobs/definitions.ts.</Empty>;
  return (
    <>
      <label class="choose">
        <span>Type</span>
        <select
          value={chosen.type}
          onChange={({ currentTarget }) => {
            go({ view: 'send', type: currentTarget.value }, 'replace');
          }}
        >
          {types.map(({ type, version }) => (
            <option key={type} value={type}>
              {type} (version {version})
            </option>
          ))}
        </select>
      </label>
      <SendForm key={chosen.type} type={chosen} />
    </>
  );
}
