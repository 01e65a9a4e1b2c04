import { apply, mutantsOf } from './mutants';

const changed = (source: string): string[] => mutantsOf(source).map((mutant) => apply(source, mutant));

it.each([
  ['if (ready) go();', ['if (!(ready)) go();', 'if (ready) ;']],
  ['if (one < two) return;', ['if (one <= two) return;', 'if (one < two) ;']],
  ['const both = one && !two;', ['const both = one || !two;', 'const both = one && two;']],
  ['const count = waiting - 1;', ['const count = waiting + 1;']],
  ['open = false;', [';', 'open = true;']],
  ['const answer = await ask();', ['const answer = ask();']],
  [
    "const word = ready ? 'now' : 'later';",
    [
      "const word = !(ready) ? 'now' : 'later';",
      "const word = ready ? '' : 'later';",
      "const word = ready ? 'now' : '';",
    ],
  ],
])('changes %p, one thing at a time', (source, mutants) => {
  expect(changed(source).sort()).toEqual([...mutants].sort());
});

it.each([
  "import { one } from './one';",
  'interface One { readonly two: true }',
  'type One = false;',
  'this.logger.warn(`it is ${!ready}`);',
])('leaves %p alone, which does nothing', (source) => {
  expect(changed(source)).toEqual([]);
});

it('tells where it is', () => {
  expect(mutantsOf('const a = 1;\n\ngo();\n')).toEqual([
    { line: 3, operator: 'removed', start: 14, end: 19, before: 'go();', after: ';' },
  ]);
});
