import { type JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { Audit } from './audit';
import { Dialog } from './confirm';
import { Find } from './find';
import { Header } from './header';
import { JobView } from './job';
import { Letters } from './letters';
import { Overviews } from './overview';
import { type Route, useRoute, type View } from './route';
import { Send } from './send';
import { States } from './states';
import { Tasks } from './tasks';
import { useLive } from './live';
import { count } from './format';

const TITLES: Readonly<Record<View, string>> = {
  overview: 'Overview',
  letters: 'Dead letters',
  job: 'Job',
  send: 'Send a job',
  find: 'Find',
  audit: 'Audit',
};

function Content({ route }: { readonly route: Route }): JSX.Element {
  switch (route.view) {
    case 'overview':
      return <Overviews />;
    case 'letters':
      return <Letters route={route} />;
    case 'job':
      return <JobView id={route.id ?? ''} key={route.id} />;
    case 'send':
      return <Send route={route} />;
    case 'find':
      return <Find route={route} />;
    case 'audit':
      return <Audit />;
  }
}

/** A tab says where it is and how many letters are dead. */
function useTitle(view: View): void {
  const badge = useLive(({ overview }) => overview?.place.badge);
  const dead = useLive(({ snapshot }) => snapshot?.total);
  useEffect(() => {
    const waiting = dead === undefined || dead === 0 ? '' : `(${count(dead)}) `;
    document.title = `${waiting}${TITLES[view]} · ${badge ?? 'Plusone'}`;
  }, [view, badge, dead]);
}

/** Keeps the keyboard focus in the content when the focused element disappears, as a retried letter does. */
function useKeptFocus(): void {
  useEffect(() => {
    let inContent = false;
    addEventListener('focusin', ({ target }) => {
      inContent = target instanceof Element && target.closest('main, dialog') !== null;
    });
    addEventListener('keydown', ({ key }) => {
      if (key === 'Tab' && inContent && document.activeElement === document.body)
        document.getElementById('main')?.focus();
    });
  }, []);
}

export function App(): JSX.Element {
  const route = useRoute();
  useTitle(route.view);
  useKeptFocus();
  return (
    <>
      <a class="skip" href="#main">
        To the content
      </a>
      <Header route={route} />
      <main id="main" tabIndex={-1}>
        <h1 class={route.view === 'overview' ? 'unseen-title' : ''}>{TITLES[route.view]}</h1>
        <States />
        <Tasks />
        <Content route={route} />
      </main>
      <Dialog />
    </>
  );
}
