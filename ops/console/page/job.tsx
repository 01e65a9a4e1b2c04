/** One job: its record, its dead letter, and what can be done about it. */
import { type JSX } from 'preact';
import { useState } from 'preact/hooks';
import { type Action, type Job } from './answers';
import { useAsk } from './ask';
import { Body } from './body';
import { askFirst, VERBS } from './confirm';
import { Edit } from './edit';
import { useFollow } from './follow';
import { Attributes, Facts, History, typeOf } from './job-facts';
import { lettersStamp, useLive, useReadOnly } from './live';
import { Copy, Foreign, Loading, Refusal, Section } from './parts';

const TERMINAL = ['done', 'failed'];

interface ActionsProps {
  readonly job: Job;
  readonly editing: boolean;
  readonly edit: (editing: boolean) => void;
  readonly again: () => void;
}

function Actions({ job, editing, edit, again }: ActionsProps): JSX.Element | null {
  const readOnly = useReadOnly();
  if (readOnly || !job.letter) return null;
  const begin = (action: Action) => () => {
    askFirst({ action, ids: [job.id], onBegun: again });
  };
  return (
    <div class="actions">
      <button type="button" class="primary" onClick={begin('retry')}>
        Retry …
      </button>
      <button
        type="button"
        aria-expanded={editing}
        onClick={() => {
          edit(!editing);
        }}
      >
        Edit and retry
      </button>
      <button type="button" onClick={begin(job.held ? 'release' : 'hold')}>
        {job.held ? VERBS.release : VERBS.hold} …
      </button>
      <button type="button" class="danger-text" onClick={begin('delete')}>
        Delete …
      </button>
    </div>
  );
}

function Recorded({ job }: { readonly job: Job }): JSX.Element | null {
  const { record, letter } = job;
  if (!record) return null;
  return (
    <>
      {record.result !== undefined && (
        <Section title="Result">
          <Body text={JSON.stringify(record.result)} what="the result" />
        </Section>
      )}
      {record.input !== undefined && !letter && (
        <Section title="Input, as the record has it">
          <Body text={JSON.stringify(record.input)} what="the input" />
        </Section>
      )}
    </>
  );
}

function Masked(): JSX.Element | null {
  const masked = useLive(({ overview }) => overview?.place.masked ?? []);
  if (masked.length === 0) return null;
  return <p class="small">The server has taken out the values of {masked.join(', ')}.</p>;
}

function Opened({ job, again }: { readonly job: Job; readonly again: () => void }): JSX.Element {
  const [editing, edit] = useState(false);
  const { letter } = job;
  const error = job.error ?? job.record?.lastError ?? '';
  return (
    <>
      <Facts job={job} />
      <Actions job={job} editing={editing} edit={edit} again={again} />
      {editing && letter && <Edit id={job.id} type={typeOf(job)} letter={letter} />}
      {error !== '' && (
        <Section title="Error" aside={<Copy text={error} what="the error" />}>
          <pre class="error" tabIndex={0} role="region" aria-label="Error with its stack">
            <Foreign text={error} />
          </pre>
        </Section>
      )}
      {letter && (
        <Section title="Body">
          <Masked />
          <Body text={letter.body} what="the body" />
        </Section>
      )}
      <Recorded job={job} />
      {letter && (
        <Section title="Attributes">
          <Attributes letter={letter} />
        </Section>
      )}
      <Section title="History">
        <History job={job} />
      </Section>
    </>
  );
}

export function JobView({ id }: { readonly id: string }): JSX.Element {
  const stamp = useLive(lettersStamp);
  const { data, problem, again } = useAsk<Job>(`/api/jobs/${encodeURIComponent(id)}`, stamp);
  const pending = data?.record !== null && data?.record !== undefined && !TERMINAL.includes(data.record.state);
  useFollow(pending, again);
  return (
    <>
      <p class="job-id">
        <code>{id}</code> <Copy text={id} what="the job's id" />
      </p>
      {problem && !data && <Refusal problem={problem} what="The job was not read" />}
      {!data && !problem && <Loading what="the job" />}
      {pending && <p class="small follow">It is not at its end yet: followed every second.</p>}
      {data && <Opened job={data} again={again} />}
    </>
  );
}
