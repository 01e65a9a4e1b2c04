import { type JSX } from 'preact';
import { useState } from 'preact/hooks';
import { change, type JobType } from './api';
import { useAsk, useDoing } from './ask';
import { InputEditor } from './input-editor';
import { memberOf, parseJson, writeJson } from './json';
import { Loading, Refusal, Section } from './parts';
import { go } from './route';

interface EditProps {
  readonly id: string;
  readonly type: string | undefined;
  /** Of the letter, as it came. */
  readonly body: string;
}

function inputIn(body: string): string {
  const json = parseJson(body);
  const input = memberOf(json, 'input');
  return input ? writeJson(input, '  ') : body;
}

export function Edit({ id, type, body }: EditProps): JSX.Element {
  const { data: types, problem: unread } = useAsk<readonly JobType[]>('/api/types');
  const [text, set] = useState(() => inputIn(body));
  const { busy, problem, run } = useDoing();
  const send = async (): Promise<void> => {
    const job = await change<{ readonly id: string }>(`/api/jobs/${encodeURIComponent(id)}/edit`, { input: text });
    go({ view: 'job', id: job.id });
  };
  if (!types && !unread) return <Loading what="the job types" />;
  return (
    <Section title="Edit and retry">
      <p class="small">
        A new job is sent with this input, and this letter is deleted. Each names the other, and the audit says who did it.
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          run(send);
        }}
      >
        <InputEditor type={types?.find((one) => one.type === type)} text={text} set={set} />
        {problem && <Refusal problem={problem} what="Not sent" />}
        <div class="actions">
          <button type="submit" class="primary" disabled={busy}>
            Send the new job
          </button>
        </div>
      </form>
    </Section>
  );
}
