import { byPosition } from './batch-answer';

const answerOf = { accepted: () => 'accepted', refused: () => new Error(), failed: () => new Error() };

it.each(['2', '10', '-1', '0.5'])('answers as many entries as the call had where one is named %s', (Id) => {
  for (const answer of [{ Successful: [{ Id }] }, { Failed: [{ Id, Code: 'Odd', SenderFault: false }] }]) {
    expect(byPosition(2, answer, answerOf)).toEqual([expect.any(Error), expect.any(Error)]);
  }
});
