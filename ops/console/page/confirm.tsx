/**
 * The question before a change. The server freezes which letters are meant when it is asked, and its sentence and count
 * are shown: whatever arrives meanwhile changes neither.
 */
import { type JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { type Action, type Confirmation, type Task } from './answers';
import { change, type Problem } from './api';
import { useDoing } from './ask';
import { Input, Labelled, submitting } from './fields';
import { count } from './format';
import { takeTask } from './live';
import { Foreign, Refusal } from './parts';
import { type FilterName } from './route';

export interface Question {
  readonly action: Action;
  readonly ids?: readonly string[];
  /** All that match, when no ids are given. */
  readonly filter?: Partial<Record<FilterName, string>>;
  /** Once the server has begun with it. */
  readonly onBegun?: () => void;
}

export const VERBS: Readonly<Record<Action, string>> = {
  retry: 'Retry',
  delete: 'Delete',
  hold: 'Hold',
  release: 'Release',
  purge: 'Purge',
};

let open: ((question: Question) => void) | undefined;

export const askFirst = (question: Question): void => open?.(question);

interface Answer {
  readonly rate: string;
  readonly note: string;
  readonly typed: string;
}

interface FieldsProps {
  readonly question: Question;
  readonly confirmation: Confirmation;
  readonly answer: Answer;
  readonly set: (answer: Answer) => void;
}

function Fields({ question, confirmation, answer, set }: FieldsProps): JSX.Element {
  const put = (name: keyof Answer) => (value: string) => {
    set({ ...answer, [name]: value });
  };
  return (
    <>
      {question.action === 'retry' && confirmation.count > 1 && (
        <Labelled name="At most, jobs a second">
          <Input type="number" min={1} placeholder="as fast as it goes" value={answer.rate} set={put('rate')} />
        </Labelled>
      )}
      {question.action === 'hold' && (
        <Labelled name="Note for others">
          <Input maxLength={200} placeholder="such as: waits for the fix" value={answer.note} set={put('note')} />
        </Labelled>
      )}
      {confirmation.typed !== undefined && (
        <Labelled
          name={
            <>
              Type <code>{confirmation.typed}</code> to go on
            </>
          }
        >
          <Input value={answer.typed} set={put('typed')} />
        </Labelled>
      )}
    </>
  );
}

interface QuestionDialogProps {
  readonly question: Question;
  readonly close: () => void;
}

function bodyOf({ confirmation, typed: expected }: Confirmation, { rate, note, typed }: Answer): object {
  return {
    confirmation,
    ...(expected !== undefined && { typed }),
    ...(rate !== '' && { rate: Number(rate) }),
    ...(note.trim() !== '' && { note: note.trim() }),
  };
}

function useConfirmation({ action, ids, filter }: Question): {
  confirmation?: Confirmation;
  refused?: Problem | undefined;
} {
  const [confirmation, set] = useState<Confirmation>();
  const { problem, run } = useDoing();
  useEffect(() => {
    run(async () => {
      set(await change<Confirmation>('/api/confirmations', { action, ...(ids ? { ids } : { filter: filter ?? {} }) }));
    });
  }, []);
  return { ...(confirmation && { confirmation }), refused: problem };
}

interface ButtonsProps extends QuestionDialogProps {
  readonly confirmation: Confirmation | undefined;
  readonly ready: boolean;
}

function Buttons({ question: { action }, close, confirmation, ready }: ButtonsProps): JSX.Element {
  const look = action === 'delete' || action === 'purge' ? 'danger' : 'primary';
  return (
    <div class="actions">
      <button type="button" onClick={close}>
        Cancel
      </button>
      {confirmation && (
        <button type="submit" class={look} disabled={!ready}>
          {VERBS[action]} {count(confirmation.count)}
        </button>
      )}
    </div>
  );
}

function QuestionDialog({ question, close }: QuestionDialogProps): JSX.Element {
  const { confirmation, refused } = useConfirmation(question);
  const [answer, setAnswer] = useState<Answer>({ rate: '', note: '', typed: '' });
  const { busy, problem, run } = useDoing();
  const ready = confirmation !== undefined && !busy && [undefined, answer.typed].includes(confirmation.typed);
  const begin = async (): Promise<void> => {
    if (!confirmation) return;
    takeTask(await change<Task>('/api/tasks', bodyOf(confirmation, answer)));
    question.onBegun?.();
    close();
  };
  return (
    <form
      onSubmit={submitting(() => {
        if (ready) run(begin);
      })}
    >
      <h2 id="question">{VERBS[question.action]}?</h2>
      {!confirmation && !refused && <p>Counting what is meant …</p>}
      {refused && <Refusal problem={refused} what="Nothing was changed" />}
      {confirmation && (
        <>
          <p class="sentence">
            <Foreign text={confirmation.sentence} />
          </p>
          <Fields question={question} confirmation={confirmation} answer={answer} set={setAnswer} />
          <p class="small">What is meant was fixed when this was asked; what comes meanwhile is not touched.</p>
        </>
      )}
      {problem && <Refusal problem={problem} what="Not begun" />}
      <Buttons {...{ question, close, confirmation, ready }} />
    </form>
  );
}

export function Dialog(): JSX.Element {
  const [question, setQuestion] = useState<Question>();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    open = setQuestion;
    return () => {
      open = undefined;
    };
  }, []);
  useEffect(() => {
    if (question) dialog.current?.showModal();
  }, [question]);
  const close = (): void => {
    dialog.current?.close();
  };
  const closed = (): void => {
    setQuestion(undefined);
  };
  return (
    <dialog ref={dialog} aria-labelledby="question" onClose={closed}>
      {question && <QuestionDialog question={question} close={close} />}
    </dialog>
  );
}
