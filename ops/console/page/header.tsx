import { type JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useLive } from './live';
import { Link } from './parts';
import { go, type Route, type View } from './route';

const TABS: readonly (readonly [View, string])[] = [
  ['overview', 'Overview'],
  ['letters', 'Dead letters'],
  ['send', 'Send'],
  ['audit', 'Audit'],
];

const WORDS = { connecting: 'connecting', live: 'live', lost: 'lost', refused: 'refused' } as const;

function Search({ q }: { readonly q: string }): JSX.Element {
  const [text, set] = useState(q);
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    set(q);
  }, [q]);
  // Not after the first paint: a key pressed as soon as the field is there counts.
  useLayoutEffect(() => {
    const focus = (event: KeyboardEvent): void => {
      if (event.key !== 'k' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      box.current?.select();
    };
    addEventListener('keydown', focus);
    return () => {
      removeEventListener('keydown', focus);
    };
  }, []);
  const find = (event: Event): void => {
    event.preventDefault();
    if (text.trim() !== '') go({ view: 'find', q: text.trim() });
  };
  return (
    <form role="search" onSubmit={find}>
      <input
        ref={box}
        type="search"
        aria-label="Find a job by id or text"
        placeholder="Find by id or text"
        value={text}
        onInput={({ currentTarget }) => {
          set(currentTarget.value);
        }}
      />
      <kbd aria-hidden="true">Ctrl K</kbd>
    </form>
  );
}

function Badge(): JSX.Element {
  const place = useLive(({ overview }) => overview?.place);
  if (!place) return <span class="where" />;
  return (
    <span class="where">
      <span class={`badge ${place.badge}`} title="Environment">
        {place.badge}
      </span>
      <span class="queue-name">{place.queue}</span>
      {place.readOnly && <span class="badge">read only</span>}
    </span>
  );
}

export function Header({ route }: { readonly route: Route }): JSX.Element {
  const connection = useLive((live) => live.connection);
  const badge = useLive(({ overview }) => overview?.place.badge ?? '');
  const active = route.view === 'job' ? 'letters' : route.view;
  return (
    <header class={`top ${badge === 'prod' ? 'prod' : ''}`}>
      <div class="bar">
        <span class="brand">
          <Link to={{ view: 'overview' }}>Plusone</Link>
          <Badge />
        </span>
        <nav aria-label="Views">
          {TABS.map(([view, title]) => (
            <Link key={view} to={{ view }} current={view === active}>
              {title}
            </Link>
          ))}
        </nav>
        <Search q={route.q ?? ''} />
        <span class={`pulse ${connection}`}>{WORDS[connection]}</span>
      </div>
    </header>
  );
}
