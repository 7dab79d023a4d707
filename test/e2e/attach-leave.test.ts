import { chmodSync, chownSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { socketPath } from '#world/config/runtime';
import { TrialTown } from '../../src/trials/trial-town.ts';
import { AttachTown, BASH, gtLine as gt } from '../support/attach-town.ts';
import { triedOnTmux } from '../support/tmux.ts';

/** Every way out of `gt attach` gives the terminal back, and every way in that cannot be says why. */
const ground = new AttachTown();
const { town, tmux } = ground;

beforeAll(() => ground.begin());
afterAll(() => ground.end());

const LOUD = String.raw`printf '\033[?1049h\033[?25l\033[?1h\033=\033[?1000h\033[?1006h\033[3;9r\033[?7l\033]2;loud\007LOUD'; read x`;
/** Attaches in a shell that tells the process of gt, and what the terminal's settings were and are. */
const line = (id: string) =>
  `cd ${town.dir}; stty -a > before; sh -c 'echo $$ > pid; exec ${gt('attach', id)}'; stty -a > after; echo "exit"=$?`;
/** An agent that is loud already: what it would draw under somebody's eyes is not what is drawn again for them. */
async function loud(): Promise<string> {
  const id = await ground.agent(LOUD);
  await town.until('it is loud', async () => (await town.gt(['peek', id])).out.includes('LOUD'));
  return id;
}
const settings = (file: string) => readFileSync(join(town.dir, file), 'utf8');
const CALM =
  /cursor_flag=1 .*alternate_on=0 keypad_cursor_flag=0 keypad_flag=0 .*wrap_flag=1 mouse_any_flag=0 mouse_sgr_flag=0 scroll_region_upper=0 scroll_region_lower=19/;
/** All that a loud one has set, and its cursor behind what it printed. */
const ALL =
  /^cursor_x=4 cursor_y=0 cursor_flag=0 pane_title=loud alternate_on=1 keypad_cursor_flag=1 .*wrap_flag=0 mouse_any_flag=1 mouse_sgr_flag=1/;

triedOnTmux('the only agent needs no name; a signal that ends gt leaves the terminal as it was', async () => {
  const id = await loud();
  tmux.open('signals', 70, 20);
  await tmux.shows('signals', 'OUT>');
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGINT'] as const) {
    // there is only this agent: the last time it is named
    tmux.type('signals', `clear; ${line(signal === 'SIGINT' ? id : '')}`);
    await tmux.sees('signals', 'it is attached', ({ about }) => ALL.test(about));
    process.kill(Number(settings('pid')), signal);
    await tmux.shows('signals', 'exit=0');
    expect(settings('after'), signal).toBe(settings('before'));
    expect(tmux.see('signals').about, signal).toMatch(CALM);
    expect(tmux.see('signals').about, signal).not.toContain('loud');
  }
});

triedOnTmux('gt that is stopped gives the terminal back meanwhile, and shows the screen again when it goes on', async () => {
  const id = await loud();
  tmux.open('stop', 70, 20);
  await tmux.shows('stop', 'OUT>');
  tmux.type('stop', `set -m; ${gt('attach', id)} & echo $! > ${town.dir}/stopped; fg`);
  const seen = await tmux.sees('stop', 'all of it is drawn', ({ rows, about }) => rows.includes('LOUD') && ALL.test(about));
  const pid = Number(settings('stopped'));
  process.kill(pid, 'SIGTSTP');
  await tmux.shows('stop', 'Stopped');
  expect(tmux.see('stop').about).toMatch(CALM);
  tmux.type('stop', 'fg');
  await tmux.sees('stop', 'it is back', ({ rows, about }) => rows === seen.rows && about === seen.about);
  tmux.press('stop', 'C-\\');
  await tmux.shows('stop', 'Left alpha/');
});

test('who cannot be shown a terminal is told what is wrong and what to do', async () => {
  const none = await town.gt(['attach', 'alpha/nobody']);
  expect(none).toMatchObject({ exit: 2, err: expect.stringMatching(/needs a terminal.*\n.*gt peek alpha\/nobody/) });
  for (const words of [
    ['watch', 'x'],
    ['peek', 'x', '--follow'],
  ])
    expect(await town.gt(words)).toMatchObject({ exit: 2, err: expect.stringContaining('needs a terminal') });
  expect(await town.gt(['attach', 'x'], { env: { GT_SESSION: 'a.b.c' } })).toMatchObject({
    exit: 1,
    err: expect.stringMatching(/GT_SESSION is set.*\n.*gt peek x/),
  });
});

triedOnTmux('so is who asks for a session that is over, unknown, or not named among several', async () => {
  tmux.open('ask', 100, 20);
  await tmux.shows('ask', 'OUT>');
  let n = 0;
  const ask = async (words: string, ...says: RegExp[]) => {
    n++; // an answer is not taken for the next one's
    tmux.type('ask', `clear; ${gt('attach', ...words.split(' ').filter(Boolean))}; echo "exit "$? of ${n}.`);
    const text = (await tmux.shows('ask', new RegExp(`exit \\d of ${n}\\.`))).replaceAll('\n', ' ');
    for (const one of says) expect(text).toMatch(one);
  };
  await ask('', /2 agents have a terminal.*alpha\/\w+, alpha\/\w+.*exit 2/);
  await ask('alpha/nobody', /There is no agent `alpha\/nobody`.*exit 3/);
  const id = await ground.agent(BASH);
  tmux.type('ask', `clear; ${gt('attach', id)}`);
  await tmux.shows('ask', 'in>');
  const [session] = (await town.events()).filter(({ type, subject }) => type === 'session.acked' && subject.startsWith(id));
  await town.gt(['kill', id]);
  await tmux.shows('ask', /has ended: signal \d+; killed by overseer: gt wake alpha\/\w+\./);
  await ask(`${session?.subject}.s9`, /(has no terminal now|There is no agent).*exit 3/);
});

test('a socket that others can open, or own, is refused, and so is its directory', async () => {
  const id = await ground.agent(BASH);
  const path = socketPath(town.root, 'host') as string;
  const peek = () => town.gt(['peek', id]);
  expect((await peek()).exit).toBe(0);
  chmodSync(path, 0o666);
  expect(await peek()).toMatchObject({ exit: 1, err: expect.stringMatching(/host has mode 666.*\n.*chmod 600/) });
  chmodSync(path, 0o600);
  chmodSync(dirname(path), 0o755);
  expect(await peek()).toMatchObject({ exit: 1, err: expect.stringMatching(/not safe.*mode is 755.*\n.*chmod 700/) });
  chmodSync(dirname(path), 0o700);
  if (process.getuid?.() === 0) {
    chownSync(path, 12_345, 0);
    expect(await peek()).toMatchObject({ exit: 1, err: expect.stringMatching(/host belongs to user 12345/) });
    chownSync(path, 0, 0);
  }
  expect((await peek()).exit).toBe(0);
});

test('a socket path that the system would cut is refused', async () => {
  const far = new TrialTown();
  const long = join(far.dir, 'x'.repeat(90));
  mkdirSync(long, { mode: 0o700 });
  far.env['XDG_RUNTIME_DIR'] = long;
  await far.gt(['install', far.root]);
  expect(await far.gt(['up'])).toMatchObject({
    exit: 2,
    err: expect.stringMatching(/socket path has \d+ bytes.*\n.*XDG_RUNTIME_DIR/),
  });
  await far.end();
});
