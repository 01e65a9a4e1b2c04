import { type JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { change } from './api';
import { useDoing } from './ask';
import { ago, clock, count, plural } from './format';
import { useLive } from './live';

/** Letters handed out by one receive, at most. */
const PER_RECEIVE = 10;
const MINUTE_MS = 60_000;

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
  const asOf = snapshot?.asOf ?? undefined;
  const receives = Math.max(1, Math.ceil((dead ?? snapshot?.total ?? 0) / PER_RECEIVE));
  return (
    <div class="look small">
      <span>
        {asOf === undefined ? 'Not looked yet' : `${plural(snapshot?.total ?? 0, 'failed job')} as of ${clock(asOf)}, ${ago(asOf)}`}
        {snapshot && snapshot.hidden > 0 && `; ${count(snapshot.hidden)} hidden, since something else holds them`}
        {problem && `; ${problem.message}`}
      </span>
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
