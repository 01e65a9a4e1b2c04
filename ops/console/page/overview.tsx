import { type JSX } from 'preact';
import { type AuditLine, type Groups } from './answers';
import { useAsk } from './ask';
import { AuditTable } from './audit';
import { count, plural } from './format';
import { GroupTable } from './groups';
import { endedTasks, lettersStamp, type Point, useLive } from './live';
import { LookState } from './look';
import { Empty, Link, Loading, Refusal, Section } from './parts';
import { Pausing } from './pause';
import { rangeOf, Sparkline } from './sparkline';

const FIGURES: readonly { readonly name: string; readonly key: Exclude<keyof Point, 'at'>; readonly says: string }[] = [
  { name: 'Waiting', key: 'waiting', says: 'to be received' },
  { name: 'In flight', key: 'inFlight', says: 'with a consumer now' },
  { name: 'Delayed', key: 'delayed', says: 'for later, by their senders' },
  { name: 'Dead', key: 'dead', says: 'in the dead-letter queue' },
];

function Figures(): JSX.Element {
  const points = useLive((live) => live.points);
  const now = points.at(-1);
  return (
    <div class="figures">
      {FIGURES.map(({ name, key, says }) => {
        const value = (point: Point): number | undefined => point[key];
        const one = now && value(now);
        return (
          <div key={key} class={`figure ${key === 'dead' && (one ?? 0) > 0 ? 'bad' : ''}`}>
            <h3>{name}</h3>
            <p class="number">{one === undefined ? '–' : count(one)}</p>
            <Sparkline name={name} points={points} value={value} />
            <p class="small">
              {rangeOf(points, value)}
              <span>{says}</span>
            </p>
          </div>
        );
      })}
      <p class="small under">
        SQS counts approximately, and at times a minute late. Each chart has the last 10 minutes, or those since this
        page was opened, and a scale of its own.
      </p>
    </div>
  );
}

const TOP = 6;

function Why(): JSX.Element {
  const stamp = useLive(lettersStamp);
  const { data, problem } = useAsk<Groups>('/api/groups', stamp);
  return (
    <Section title="Why jobs failed" aside={<LookState />}>
      {problem && <Refusal problem={problem} what="The groups were not read" />}
      {!data && !problem && <Loading what="dead letters" />}
      {data?.groups.length === 0 && <Empty>No dead letters. Nothing waits for you here.</Empty>}
      {data && data.groups.length > 0 && <GroupTable groups={data.groups.slice(0, TOP)} />}
      {data && data.groups.length > TOP && (
        <p>
          <Link to={{ view: 'letters' }}>All {plural(data.groups.length, 'group')}</Link>
        </p>
      )}
    </Section>
  );
}

function Recent(): JSX.Element {
  const ended = useLive(endedTasks);
  const { data, problem } = useAsk<readonly AuditLine[]>('/api/audit?limit=5', ended);
  return (
    <Section title="Lately changed by operators">
      {problem && <Refusal problem={problem} what="The audit was not read" />}
      {data?.length === 0 && <Empty>Nothing yet.</Empty>}
      {data && data.length > 0 && <AuditTable lines={data} />}
    </Section>
  );
}

export function Overviews(): JSX.Element {
  const there = useLive(({ overview }) => overview !== undefined);
  if (!there) return <Loading what="the queues" />;
  return (
    <div class="overview">
      <Section title="Queue" aside={<Pausing />}>
        <Figures />
      </Section>
      <Why />
      <Recent />
    </div>
  );
}
