import { type JSX } from 'preact';
import { useState } from 'preact/hooks';
import { type JobType } from './answers';
import { change } from './api';
import { useAsk, useDoing } from './ask';
import { definitionsOf, emptyOf, resolve } from './draft';
import { Input, Labelled, Select, submitting } from './fields';
import { InputEditor } from './input-editor';
import { writeJson } from './json';
import { useLive } from './live';
import { Empty, Loading, Refusal } from './parts';
import { go, type Route } from './route';

function firstText(type: JobType): string {
  if (type.example !== undefined) return type.example;
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
      <Labelled name="group" optional hint={fifo ? 'jobs of one group run in order' : 'groups get a fair share each'}>
        <Input value={group} maxLength={128} set={setGroup} />
      </Labelled>
      {!fifo && (
        <Labelled name="delay" optional hint="seconds, up to 900">
          <Input type="number" min={0} max={900} value={delay} set={setDelay} />
        </Labelled>
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
      onSubmit={submitting(() => {
        run(send);
      })}
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
      <Labelled name="Type" class="choose">
        <Select
          value={chosen.type}
          options={types.map(({ type, version }) => [type, `${type} (version ${version})`])}
          set={(type) => {
            go({ view: 'send', type }, 'replace');
          }}
        />
      </Labelled>
      <SendForm key={chosen.type} type={chosen} />
    </>
  );
}
