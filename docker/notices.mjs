/**
 * The notices of what a bundle holds: the licence of each package whose code is in it, as the package ships it. esbuild
 * itself keeps marked comments only, and most packages have none.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What packages call the files that have to travel with copies of them. */
const NOTICE = /^(licen[cs]e|copying|copyright|notice)/i;

/** `node_modules/NAME`, the innermost one, of an input of esbuild's; undefined for code of our own. */
function packageOf(input) {
  const parts = input.split('/');
  const at = parts.lastIndexOf('node_modules');
  if (at === -1) return undefined;
  return parts.slice(0, at + (parts[at + 1].startsWith('@') ? 3 : 2)).join('/');
}

async function noticesIn(folder) {
  const files = (await readdir(folder)).filter((name) => NOTICE.test(name) && !/\.(c|m)?[jt]s$/.test(name)).sort();
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')));
  return texts.map((text) => text.replaceAll('\r\n', '\n').trim()).join('\n\n');
}

/** Texts for packages that ship no licence file, by what their package.json says. */
const STANDARD = {
  MIT: async () => {
    const text = await readFile('LICENSE', 'utf8');
    return text.slice(text.indexOf('Permission is hereby granted')).trim();
  },
  'Apache-2.0': () => noticesIn('node_modules/@aws-sdk/client-sqs'),
};

async function readPackage(folder) {
  const { name, version, license, author } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const title = `${name} ${version} (${license})`;
  const text = await noticesIn(folder);
  if (text !== '') return { title, text };
  if (STANDARD[license] === undefined) throw new Error(`${title} ships no licence file; give its text in notices.mjs`);
  return { title: `${title}, by ${author?.name ?? author}`, text: await STANDARD[license]() };
}

/** `inputs` of one output in a metafile; our own first, and equal texts once, under all the packages that have them. */
export async function noticesOf(inputs) {
  const folders = new Set(Object.keys(inputs).map(packageOf).filter(Boolean));
  const others = await Promise.all([...folders].map(readPackage));
  const byText = Map.groupBy(others, ({ text }) => text);
  const parts = [...byText].map(([text, those]) => {
    const titles = those.map(({ title }) => title).sort();
    return `${titles.join('\n')}\n\n${text}\n`;
  });
  const { title, text } = await readPackage('.');
  return [`${title}\n\n${text}\n`, ...parts.sort()].join(`\n${'-'.repeat(80)}\n\n`);
}
