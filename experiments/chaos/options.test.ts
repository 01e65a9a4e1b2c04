import { readOptions } from './options';

it('runs in full when told nothing', () => {
  expect(readOptions([])).toMatchObject({ jobs: 5_000, store: 'sqlite', broker: undefined, control: false });
  expect(readOptions([]).nemeses).not.toContain('broker-kill');
  expect(readOptions(['--persistent']).nemeses).toContain('broker-kill');
});

it('takes what it is told', () => {
  const args = ['--seed', '7', '--nemesis', 'kill,freeze', '--jobs', '100', '--store', 'dynamodb', '--control'];
  expect(readOptions(args)).toMatchObject({
    ...{ seed: 7, nemeses: ['kill', 'freeze'], jobs: 100, store: 'dynamodb', control: true },
  });
});

it('takes a FIFO queue, and habits of SQS for the embedded broker', () => {
  expect(readOptions([])).toMatchObject({ fifo: false, habits: { anyOrder: false, manyOfAGroup: false } });
  const { fifo, habits, nemeses } = readOptions(['--fifo', '--any-order', '--many-of-a-group']);
  expect({ fifo, habits }).toEqual({ fifo: true, habits: { anyOrder: true, manyOfAGroup: true } });
  expect(nemeses).not.toContain('duplicate');
});

it('takes a range of seeds', () => {
  expect(readOptions(['--seeds', '7..9']).seeds).toEqual([7, 8, 9]);
});

it.each([
  [['--jobs', 'many'], '--jobs takes a whole number'],
  [['--seed', ''], '--seed takes a whole number'],
  [['--seeds', '3'], '--seeds takes a range'],
  [['--seeds', '3..2'], '--seeds takes a range'],
  [['--nemesis', 'kill,flood'], '"flood" is no nemesis; there are kill, term,'],
  [['--nemesis', 'broker-kill'], 'broker-kill needs --persistent'],
  [['--nemesis', 'duplicate', '--fifo'], 'duplicate needs a standard queue'],
  [['--broker', 'http://127.0.0.1:1', '--any-order'], '--any-order is of the embedded broker'],
  [['--broker', 'http://127.0.0.1:1', '--many-of-a-group'], '--many-of-a-group is of the embedded broker'],
  [['--broker', 'here'], '--broker takes an http or https URL'],
  [['--broker', 'http://127.0.0.1:1', '--persistent'], '--persistent is of the embedded broker'],
  [['--store', 'redis'], '--store takes sqlite, dynamodb, postgres, not "redis"'],
  [['--postgres', 'http://127.0.0.1:1'], '--postgres takes a postgres:// URL'],
  [['--zombies', '0'], '--zombies takes a whole number from 1'],
  [['--speed', '1'], "Unknown option '--speed'"],
])('refuses %j', (args, sentence) => {
  expect(() => readOptions(args)).toThrow(sentence);
});
