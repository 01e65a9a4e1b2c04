/** Consumers begin nothing while they are paused. */
import { type JSX } from 'preact';
import { useState } from 'preact/hooks';
import { type Overview } from './answers';
import { change } from './api';
import { useDoing } from './ask';
import { Input, Labelled, submitting } from './fields';
import { clock } from './format';
import { takeOverview, useLive, useReadOnly } from './live';
import { Foreign, Notice, Refusal } from './parts';

/** Shown at once; the next event has the server's own words. */
const paused = (overview: Overview, why: string): Overview => ({
  ...overview,
  paused: { who: 'you', at: Date.now(), ...(why !== '' && { why }) },
});

function PauseForm({ overview, close }: { readonly overview: Overview; readonly close: () => void }): JSX.Element {
  const [why, setWhy] = useState('');
  const { busy, problem, run } = useDoing();
  const pause = async (): Promise<void> => {
    const text = why.trim();
    await change('/api/pause', text === '' ? {} : { why: text });
    takeOverview(paused(overview, text));
    close();
  };
  return (
    <form
      class="inline"
      onSubmit={submitting(() => {
        run(pause);
      })}
    >
      <Labelled name="Why; others see it">
        <Input autoFocus value={why} maxLength={200} set={setWhy} />
      </Labelled>
      <button type="submit" class="primary" disabled={busy}>
        Pause
      </button>
      <button type="button" onClick={close}>
        Not now
      </button>
      {problem && <Refusal problem={problem} what="Not paused" />}
    </form>
  );
}

export function Pausing(): JSX.Element | null {
  const overview = useLive((live) => live.overview);
  const readOnly = useReadOnly();
  const [asks, setAsks] = useState(false);
  const toggle = (): void => {
    setAsks(!asks);
  };
  if (!overview || overview.paused || readOnly) return null;
  if (asks) return <PauseForm overview={overview} close={toggle} />;
  return (
    <button type="button" onClick={toggle}>
      Pause consumers …
    </button>
  );
}

const GoesOn = ({ but }: { readonly but: string }): JSX.Element => (
  <>
    Consumers that poll begin nothing new, but <Foreign text={but} />.
  </>
);

export function Paused(): JSX.Element | null {
  const overview = useLive((live) => live.overview);
  const readOnly = useReadOnly();
  const { busy, problem, run } = useDoing();
  if (!overview?.paused) return null;
  const { who, why, at, but } = overview.paused;
  const resume = async (): Promise<void> => {
    await change('/api/resume');
    takeOverview({ ...overview, paused: null });
  };
  const button = (
    <button
      type="button"
      disabled={busy}
      onClick={() => {
        run(resume);
      }}
    >
      Resume
    </button>
  );
  return (
    <>
      <Notice tone="warn" title="Consumers are paused." actions={readOnly ? undefined : button}>
        By <Foreign text={who} /> since {clock(at)}
        {why !== undefined && why !== '' && (
          <>
            : <Foreign text={why} />
          </>
        )}
        . {but === undefined ? 'Nothing new is begun; jobs wait in the queue.' : <GoesOn but={but} />}
      </Notice>
      {problem && <Refusal problem={problem} what="Not resumed" />}
    </>
  );
}
