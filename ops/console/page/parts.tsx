/** Small pieces that every view is made of. */
import { type ComponentChildren, type JSX, type TargetedMouseEvent } from 'preact';
import { useState } from 'preact/hooks';
import { type Problem } from './api';
import { ago, clock } from './format';
import { go, hrefOf, type Route } from './route';

interface LinkProps {
  readonly to: Route;
  readonly children: ComponentChildren;
  readonly class?: string;
  readonly current?: boolean;
}

/** An address that can be opened in another tab, too. */
export function Link({ to, children, current = false, ...rest }: LinkProps): JSX.Element {
  const follow = (event: TargetedMouseEvent<HTMLAnchorElement>): void => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    // A link in the content goes away with it: the keyboard goes on where the new one begins.
    const main = event.currentTarget.closest('main');
    go(to);
    main?.focus();
    scrollTo(0, 0);
  };
  return (
    <a href={hrefOf(to)} onClick={follow} aria-current={current ? 'page' : undefined} {...rest}>
      {children}
    </a>
  );
}

export function Time({ at }: { readonly at: number | string }): JSX.Element {
  return (
    <time dateTime={new Date(at).toISOString()} title={`${clock(at)}, ${ago(at)}`}>
      {clock(at)}
    </time>
  );
}

/** Characters that show nothing, or that turn the text around them. */
const UNSEEN = /([\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff])/;

/** Text that others wrote. Invisible characters are named, and cannot change the direction of the text. */
export function Foreign({ text }: { readonly text: string }): JSX.Element {
  const pieces = text.split(UNSEEN);
  return (
    <bdi dir="ltr">
      {pieces.map((piece, position) =>
        position % 2 === 0 ? (
          piece
        ) : (
          <span key={position} class="unseen" data-code={codeOf(piece)}>
            {piece}
          </span>
        ),
      )}
    </bdi>
  );
}

const codeOf = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

type Tone = 'plain' | 'warn' | 'bad';

interface NoticeProps {
  readonly tone?: Tone;
  readonly title: string;
  readonly children?: ComponentChildren;
  readonly actions?: ComponentChildren;
}

export function Notice({ tone = 'plain', title, children, actions }: NoticeProps): JSX.Element {
  return (
    <div class={`notice ${tone}`}>
      <div>
        <strong>{title}</strong>
        {children !== undefined && <p>{children}</p>}
      </div>
      {actions !== undefined && <div class="actions">{actions}</div>}
    </div>
  );
}

/** Says what was asked for, why there was no answer, and whether it is tried again. */
export function Refusal({ problem, what }: { readonly problem: Problem; readonly what: string }): JSX.Element {
  const heals = problem.status === 0 || problem.status >= 500;
  return (
    <div role="alert">
      <Notice tone="bad" title={`${what}: ${problem.message}`}>
        {heals ? 'It is tried again every 3 s; this page mends itself.' : undefined}
      </Notice>
      {problem.faults.length > 0 && (
        <ul class="faults">
          {problem.faults.map(({ pointer, detail }) => (
            <li key={pointer + detail}>
              {pointer !== '' && <code>{pointer}</code>} {detail}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

export const Loading = ({ what }: { readonly what: string }): JSX.Element => <p class="empty">Reading {what} …</p>;

export function Empty({ children }: { readonly children: ComponentChildren }): JSX.Element {
  return <p class="empty">{children}</p>;
}

/**
 * Copies to the clipboard. Without one, as on plain HTTP beyond loopback, the text is selected to be copied by hand.
 */
export function Copy({ text, what }: { readonly text: string; readonly what: string }): JSX.Element {
  const [said, say] = useState('');
  const copy = async (): Promise<void> => {
    const clipboard = navigator.clipboard as Clipboard | undefined;
    try {
      if (!clipboard) throw new Error('none');
      await clipboard.writeText(text);
      say('Copied');
    } catch {
      say('Your browser keeps its clipboard shut: mark the text and copy it by hand');
    }
    setTimeout(() => {
      say('');
    }, 3_000);
  };
  return (
    <span class="copy">
      <button type="button" class="quiet" onClick={() => void copy()} aria-label={`Copy ${what}`}>
        Copy
      </button>
      <span role="status">{said}</span>
    </span>
  );
}

interface SectionProps {
  readonly title: string;
  readonly aside?: ComponentChildren;
  readonly children: ComponentChildren;
}

export function Section({ title, aside, children }: SectionProps): JSX.Element {
  return (
    <section>
      <header class="section-head">
        <h2>{title}</h2>
        {aside !== undefined && <div class="aside">{aside}</div>}
      </header>
      {children}
    </section>
  );
}
