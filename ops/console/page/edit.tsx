import { type JSX } from 'preact';
import { useState } from 'preact/hooks';
import { type JobType, type Letter } from './answers';
import { change } from './api';
import { useAsk, useDoing } from './ask';
import { submitting } from './fields';
import { InputEditor } from './input-editor';
import { parseJson, writeJson } from './json';
import { sayAside } from './live';
import { Loading, Refusal, Section } from './parts';
import { go } from './route';

interface EditProps {
  readonly id: string;
  readonly type: string | undefined;
  readonly letter: Letter;
}

interface Edited {
  /** Of the new job. */
  readonly id: string;
  /** What kept the old letter in its queue. */
  readonly ended?: string;
}

const LEFT = 'The new job is sent, but the old letter is still there. Edit it again with the same input to delete it.';

/** The input alone, or the whole body if it has none that can be told. */
function inputIn({ input, body }: Letter): string {
  const text = input ?? body;
  const json = parseJson(text);
  return json ? writeJson(json, '  ') : text;
}

export function Edit({ id, type, letter }: EditProps): JSX.Element {
  const { data: types, problem: unread } = useAsk<readonly JobType[]>('/api/types');
  const [text, set] = useState(() => inputIn(letter));
  const { busy, problem, run } = useDoing();
  const send = async (): Promise<void> => {
    const job = await change<Edited>(`/api/jobs/${encodeURIComponent(id)}/edit`, { input: text });
    if (job.ended !== undefined) sayAside({ title: LEFT, text: job.ended });
    go({ view: 'job', id: job.id });
  };
  if (!types && !unread) return <Loading what="the job types" />;
  return (
    <Section title="Edit and retry">
      <p class="small">
        A new job is sent with this input, and this letter is deleted. Each names the other, and the audit says who did
        it.
      </p>
      <form
        onSubmit={submitting(() => {
          run(send);
        })}
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
