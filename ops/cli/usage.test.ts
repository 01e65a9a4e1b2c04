import { runJobs } from '../../test/harness/jobs-commands';

/** Nothing listens there: what is said was said before anything was asked. */
const NOWHERE = {
  AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:1',
  QUEUE_URL: 'http://127.0.0.1:1/q',
  RESULTS: 'none',
  VISUAL: '',
  EDITOR: '',
};

test.each([
  [/^Name ids or filters such as --reason/, ['retry', 'delete', 'hold', 'release']],
  [/^Say --all, or name ids or filters, not both$/, ['retry --all --reason attempts --yes', 'release ID --all']],
  [/^Nobody is here to be asked; say --yes, or --dry-run$/, ['retry --all', 'delete ID', 'import FILE', 'import -']],
  [/^Nothing was deleted: it takes the queue's name, --queue NAME$/, ['purge']],
  [/^Give --input, or set EDITOR$/, ['edit ID']],
  [/^There is no job type none; there are add-one/, ['send none']],
  [/^Give an input or --file, not both$/, ['send add-one 1 --file FILE']],
  [/It takes a whole number from 1\.$/, ['send add-one --count 0', 'retry --all --rate 1.5']],
  [/It takes a whole number from 1 to 1000\.$/, ['audit --limit 1001', 'audit --limit some']],
  [/It takes whole seconds from 0 to 900\.$/, ['send add-one --delay 901', 'send add-one --delay ']],
])('what is wrong with a command is said before the queue is looked for: %p', async (sentence, commands) => {
  const answers = await Promise.all(commands.map((command) => runJobs(command.split(' '), NOWHERE)));
  for (const [nth, answer] of answers.entries())
    expect({ command: commands[nth], ...answer }).toEqual({
      command: commands[nth],
      code: 2,
      lines: [expect.stringMatching(sentence)],
    });
});

test('no store is guessed for a queue on AWS: a pause in a file of this machine would reach nobody', async () => {
  const QUEUE_URL = 'https://sqs.eu-west-1.amazonaws.com/111122223333/jobs';
  for (const command of ['pause', 'status', 'delete ID --yes'])
    expect(
      await runJobs(command.split(' '), { QUEUE_URL, AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL_SQS: '', RESULTS: '' }),
    ).toEqual({
      code: 1,
      lines: [expect.stringMatching(/^RESULTS is not set: name the store of this queue's consumers/)],
    });
});
