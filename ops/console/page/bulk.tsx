import { type JSX } from 'preact';
import { type Action } from './answers';
import { askFirst, VERBS } from './confirm';
import { count } from './format';
import { useReadOnly } from './live';
import { filterOf, type Route } from './route';

interface BulkProps {
  readonly route: Route;
  readonly matched: number;
  readonly selected: ReadonlySet<string>;
  readonly select: (selected: ReadonlySet<string>) => void;
}

const ACTIONS: readonly Action[] = ['retry', 'hold', 'release', 'delete'];

/** What can be done to the letters that are selected or, if none is, to all that match, on every page. */
export function Bulk({ route, matched, selected, select }: BulkProps): JSX.Element {
  const readOnly = useReadOnly();
  const filter = filterOf(route);
  const some = selected.size > 0;
  const whole = Object.keys(filter).length === 0;
  const clear = (): void => {
    select(new Set());
  };
  const begin = (action: Action) => () => {
    askFirst({ action, onBegun: clear, ...(some ? { ids: [...selected] } : { filter }) });
  };
  const what = some ? `${count(selected.size)} selected` : `All ${count(matched)} that match`;
  return (
    <div class={`bulk ${some ? 'some' : ''}`} role="group" aria-label={`Actions: ${what}`}>
      <strong>{what}</strong>
      {some && (
        <button type="button" class="quiet" onClick={clear}>
          Select none
        </button>
      )}
      {readOnly ? (
        <span class="small">This console is read only.</span>
      ) : (
        <span class="actions">
          {ACTIONS.map((action) => (
            <button key={action} type="button" disabled={!some && matched === 0} onClick={begin(action)}>
              {VERBS[action]} …
            </button>
          ))}
          {!some && whole && (
            <button type="button" class="danger-text" disabled={matched === 0} onClick={begin('purge')}>
              Purge the queue …
            </button>
          )}
        </span>
      )}
    </div>
  );
}
