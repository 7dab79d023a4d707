import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { provision } from '#world/agents/provision';
import { built } from '../support/built.ts';
import { until } from '../support/until.ts';

let base: string;
let module: string;
beforeAll(async () => {
  module = pathToFileURL(await built('src/world/agents/provision.js')).href;
  base = realpathSync(mkdtempSync(join(tmpdir(), 'gt-')));
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

const ROUNDS = 20;

/** A process that writes its own projects into the one file, and says how many it has written. @param path of the file, by its place */
function writer(name: string, config: string, rounds: number, path = '{config}/.x.json', home = `${config}/home`): ChildProcess {
  const script = `
    import { provision } from '${module}';
    for (let round = 0; round < ${rounds}; round++) {
      const content = { projects: { ['${name}/' + round]: { trusted: true } } };
      const file = { path: '${path}', merge: 'json-merge', when: 'always', content };
      await provision({
        preset: { files: [file], hooks: undefined },
        places: { config: '${config}', home: '${home}', root: '${base}' },
        autonomous: true,
        hooks: false,
      });
      console.log(round);
    }`;
  return spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
}

const projects = (config: string) => Object.keys(JSON.parse(readFileSync(join(config, '.x.json'), 'utf8')).projects).sort();
const written = (name: string, rounds: number) => Array.from({ length: rounds }, (_, round) => `${name}/${round}`);

test('two processes that write one file at once lose nothing of each other, nor of what stood there', async () => {
  const config = join(base, 'two');
  mkdirSync(config);
  writeFileSync(join(config, '.x.json'), '{"projects":{"theirs":{}}}');
  const both = ['a', 'b'].map((name) => writer(name, config, ROUNDS));
  expect(await Promise.all(both.map((one) => once(one, 'exit')))).toEqual([
    [0, null],
    [0, null],
  ]);
  expect(projects(config)).toEqual([...written('a', ROUNDS), ...written('b', ROUNDS), 'theirs'].sort());
  expect(readdirSync(config)).toEqual(['.x.json']);
});

test('nor do two with directories of their own, in the home of the role that they share', async () => {
  const home = join(base, 'polecats');
  mkdirSync(home);
  const both = ['a', 'b'].map((name) => writer(name, join(base, `of-${name}`), ROUNDS, '{home}/.x.json', home));
  await Promise.all(both.map((one) => once(one, 'exit')));
  expect(projects(home)).toEqual([...written('a', ROUNDS), ...written('b', ROUNDS)].sort());
  expect(readdirSync(home)).toEqual(['.x.json']);
});

test('a writer that is killed holds nobody up, and leaves a whole file', async () => {
  const config = join(base, 'killed');
  const doomed = writer('doomed', config, 1_000_000);
  const over = once(doomed, 'exit');
  let said = '';
  doomed.stdout?.on('data', (bytes: Buffer) => {
    said += bytes;
  });
  await until('it writes', () => said.includes('3\n'));
  doomed.kill('SIGKILL');
  await over;
  const before = projects(config);
  await provision({
    preset: {
      files: [{ path: '{config}/.x.json', merge: 'json-merge', when: 'always', content: { projects: { last: true } } }],
      hooks: undefined,
    },
    places: { config, home: join(config, 'home'), root: base },
    autonomous: true,
    hooks: false,
  });
  expect(projects(config)).toEqual([...before, 'last'].sort());
});
