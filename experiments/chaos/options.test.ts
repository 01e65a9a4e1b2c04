import { readOptions } from './options';

it('runs in full when told nothing', () => {
  expect(readOptions([])).toMatchObject({ jobs: 5_000, store: 'sqlite', control: false });
  expect(readOptions([])).not.toHaveProperty('broker');
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
  [['--jobs', 'many'], "'--jobs <n>' argument 'many' is invalid. It takes a whole number"],
  [['--seed', ''], "'--seed <n>' argument '' is invalid. It takes a whole number"],
  [['--seeds', '3'], 'It takes a range'],
  [['--seeds', '1..3', '--seed', '7'], "'--seeds <a..b>' cannot be used with option '--seed <n>'"],
  [['--seeds', '1..3', '--zombies', '20'], "'--seeds <a..b>' cannot be used with option '--zombies <n>'"],
  [['--seeds', '3..2'], 'It takes a range'],
  [['--nemesis', 'kill,flood'], 'There is no flood; there are kill, term,'],
  [['--nemesis', 'broker-kill'], 'broker-kill needs --persistent'],
  [['--nemesis', 'duplicate', '--fifo'], 'duplicate needs a standard queue'],
  [['--broker', 'http://127.0.0.1:1', '--any-order'], "'--any-order' cannot be used with option '--broker <url>'"],
  [['--broker', 'http://127.0.0.1:1', '--many-of-a-group'], "'--many-of-a-group' cannot be used with option"],
  [['--broker', 'here'], 'It takes an http or https URL'],
  [['--broker', 'http://127.0.0.1:1', '--persistent'], "'--persistent' cannot be used with option"],
  [['--store', 'redis'], 'Allowed choices are sqlite, dynamodb, postgres.'],
  [['--postgres', 'http://127.0.0.1:1'], 'It takes a postgres:// URL'],
  [['--zombies', '0'], 'It takes a whole number from 1'],
  [['--speed', '1'], "unknown option '--speed'"],
])('refuses %j', (args, sentence) => {
  expect(() => readOptions(args)).toThrow(sentence);
});
