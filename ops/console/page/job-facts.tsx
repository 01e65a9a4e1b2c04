/** What is known of one job. */
import { type JSX } from 'preact';
import { type Job, type JobRecord, type Letter } from './answers';
import { plural } from './format';
import { Empty, Foreign, Time } from './parts';
import { type Column, Table } from './table';

interface Fact {
  readonly name: string;
  readonly value: JSX.Element | string | undefined;
}

const time = (name: string, at: number | string | undefined): Fact => ({
  name,
  value: at === undefined ? undefined : <Time at={at} />,
});

const foreign = (name: string, text: string | undefined): Fact => ({
  name,
  value: text === undefined ? undefined : <Foreign text={text} />,
});

const ofRecord = (record: JobRecord | null): readonly Fact[] =>
  record
    ? [{ name: 'State', value: record.state }, time('Record changed', record.updatedAt)]
    : [{ name: 'State', value: 'no record' }];

const ofLetter = (letter: Letter | null): readonly Fact[] =>
  letter
    ? [
        time('First received', letter.firstAt),
        time('Letter since', letter.sentAt),
        { name: 'Letter received', value: plural(letter.receives, 'time') },
        foreign('Group', letter.group),
      ]
    : [];

/** As the server has it, or the record, or the message. */
export const typeOf = ({ type, record, letter }: Job): string | undefined =>
  type ?? record?.type ?? letter?.attributes.find(({ name }) => name === 'type')?.value;

export function Facts({ job }: { readonly job: Job }): JSX.Element {
  const { record, letter, held, attempts, reason } = job;
  const facts = [
    ...ofRecord(record),
    foreign('Type', typeOf(job)),
    foreign('Reason', reason ?? record?.reason),
    { name: 'Attempts', value: String(attempts ?? record?.attempts ?? 0) },
    ...ofLetter(letter),
    foreign('Held', held ? [`by ${held.who}`, held.note].filter(Boolean).join(': ') : undefined),
  ];
  return (
    <dl class="facts">
      {facts.map(
        ({ name, value }) =>
          value !== undefined && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

const COLUMNS: readonly Column[] = [['Name'], ['Type', 'wide'], ['Value']];

export function Attributes({ letter }: { readonly letter: Letter }): JSX.Element {
  if (letter.attributes.length === 0) return <Empty>The message carries none.</Empty>;
  return (
    <Table class="attributes" caption="Attributes of the message" columns={COLUMNS}>
      {letter.attributes.map(({ name, type, value }) => (
        <tr key={name}>
          <td>
            <Foreign text={name} />
          </td>
          <td class="wide">{type}</td>
          <td class="long">
            <Foreign text={value} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

export function History({ job }: { readonly job: Job }): JSX.Element {
  const history = job.history ?? [];
  if (history.length === 0) return <Empty>Nothing is known of it.</Empty>;
  return (
    <ol class="history">
      {history.map(({ at, what }, position) => (
        <li key={position}>
          <Time at={at} /> <Foreign text={what} />
        </li>
      ))}
    </ol>
  );
}
