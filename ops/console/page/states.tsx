/** What stands in the way: a server, a queue or a store that does not answer, and consumers that are paused. */
import { type JSX } from 'preact';
import { clock } from './format';
import { hideAside, useLive } from './live';
import { Foreign, Notice } from './parts';
import { Paused } from './pause';

const HEALS = 'It is asked again every 2 s; this page mends itself.';

function Disconnected(): JSX.Element | null {
  const connection = useLive((live) => live.connection);
  const heardAt = useLive((live) => live.heardAt);
  const since = heardAt === undefined ? '' : ` It was heard last at ${clock(heardAt)}; what you see is of then.`;
  if (connection === 'lost')
    return (
      <Notice tone="bad" title={`The console’s server does not answer at ${location.host}.`}>
        It is tried again every 2 s; this page mends itself.{since} If you ended it: <code>npm run console</code>
      </Notice>
    );
  if (connection === 'refused')
    return (
      <Notice tone="bad" title="The console was started anew, and does not know this browser yet.">
        Open the address that it printed at its start; it has the new token.
      </Notice>
    );
  return null;
}

function Unavailable(): JSX.Element | null {
  const overview = useLive((live) => live.overview);
  if (!overview) return null;
  const { queue, dead, records, place } = overview;
  const silent = [
    'unavailable' in queue &&
      (['queue', `The queue ${place.queue ?? ''} does not answer.`, queue.unavailable] as const),
    'unavailable' in dead &&
      (['dead', `The dead-letter queue ${place.deadLetters ?? ''} does not answer.`, dead.unavailable] as const),
    records !== 'ok' && (['records', 'The results store does not answer.', records.unavailable] as const),
  ].filter((one) => one !== false);
  return (
    <>
      {silent.map(([key, title, why]) => (
        <Notice key={key} tone="bad" title={title}>
          <Foreign text={why} /> {HEALS}
        </Notice>
      ))}
    </>
  );
}

function Asides(): JSX.Element {
  const asides = useLive((live) => live.asides);
  return (
    <>
      {asides.map((aside, position) => (
        <Notice
          key={position}
          tone="warn"
          title={aside.title}
          actions={
            <button
              type="button"
              onClick={() => {
                hideAside(aside);
              }}
            >
              Hide
            </button>
          }
        >
          <Foreign text={aside.text} />
        </Notice>
      ))}
    </>
  );
}

export function States(): JSX.Element {
  return (
    <div class="states" role="status">
      <Disconnected />
      <Unavailable />
      <Paused />
      <Asides />
    </div>
  );
}
