import { type JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { type Snapshot } from './answers';
import { change } from './api';
import { useDoing } from './ask';
import { ago, clock, count, plural } from './format';
import { useLive } from './live';

/** Limits the letters that one receive hands out. */
const PER_RECEIVE = 10;
const MINUTE_MS = 60_000;

function saidOf(snapshot: Snapshot | undefined): string {
  if (snapshot?.asOf === undefined || snapshot.asOf === null) return snapshot?.fault ?? 'Not looked yet';
  const { total, asOf, hidden, fault } = snapshot;
  return [
    `${plural(total, 'failed job')} as of ${clock(asOf)}, ${ago(asOf)}`,
    hidden > 0 && `${count(hidden)} hidden, since something else looks at them`,
    fault !== undefined && `the last look failed: ${fault}`,
  ]
    .filter(Boolean)
    .join('; ');
}

/** How old the letters are that are shown, and what it costs to look again. */
export function LookState(): JSX.Element {
  const snapshot = useLive((live) => live.snapshot);
  const dead = useLive(({ overview }) => (overview && 'visible' in overview.dead ? overview.dead.visible : undefined));
  const [, tick] = useState(0);
  const { busy, problem, run } = useDoing();
  useEffect(() => {
    const timer = setInterval(() => {
      tick((number) => number + 1);
    }, MINUTE_MS / 2);
    return () => {
      clearInterval(timer);
    };
  }, []);
  const looking = snapshot?.looking ?? false;
  const receives = Math.max(1, Math.ceil((dead ?? snapshot?.total ?? 0) / PER_RECEIVE));
  return (
    <div class="look small">
      <span>{[saidOf(snapshot), problem?.message].filter(Boolean).join('; ')}</span>
      <button
        type="button"
        disabled={busy || looking}
        title={`A look receives every letter once: about ${plural(receives, 'receive')}. Letters stay where they are.`}
        onClick={() => {
          run(() => change('/api/look'));
        }}
      >
        {looking ? 'Looking …' : 'Look again'}
      </button>
      <span>costs {plural(receives, 'receive')}</span>
    </div>
  );
}
