import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { gtLine as gt } from '../support/attach-town.ts';
import { LastingTown } from '../support/lasting.ts';
import { HAS_TMUX, Tmux, triedOnTmuxFor } from '../support/tmux.ts';

/** A terminal stays with the mayor, over one session after another. */
const MAYOR = 'hq-mayor';
let town: LastingTown;
let tmux: Tmux;
beforeAll(async () => {
  if (!HAS_TMUX) return;
  town = await LastingTown.with({ operational: { restart_backoff: { first: '0ms', base: '1s', max: '1s' } } });
  tmux = new Tmux({ ...town.env, GT_TOWN_ROOT: town.root });
  await town.does(['up']);
});
afterAll(async () => {
  await tmux?.close();
  await town?.close();
});
/** The only process that this one has started. */
const childOf = (pid: number) => Number(execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' }).trim());
/** The screen of a session, of the terminal's size, with nothing of what was said between two. */
const shown = (cols: number) =>
  tmux.sees('one', `the mayor, ${cols} wide`, ({ rows }) => {
    const said = rows.replaceAll(/\x1b\[[\d;:]*m/g, '');
    return (
      said.includes('❯') && !said.includes('meanwhile') && said.split('\n').some((row) => new RegExp(`^─{${cols}}$`).test(row))
    );
  });

/** A talk with a session of before; its program is killed in it. */
async function talkIsKilled(): Promise<void> {
  const before = tmux.see('one').about.replace(/cursor_[xy]=\d+/g, '');
  tmux.type('one', `clear; sh -c 'echo $$ > ${town.dir}/pid; exec ${gt('seance', '--talk', 'mayor')}'`);
  await shown(70);
  tmux.type('one', 'why was it?');
  await tmux.shows('one', /❯ why was it\?[\s\S]*● Done\./);
  const talks = childOf(Number(readFileSync(join(town.dir, 'pid'), 'utf8')));
  process.kill(talks, 'SIGKILL');
  await tmux.shows('one', /The seance with hq-mayor\.s3 is over \(exit code 137\)\.\n+OUT> *$/m);
  expect(tmux.see('one').about.replace(/cursor_[xy]=\d+/g, '')).toBe(before);
}

triedOnTmuxFor(
  { timeout: 300_000 },
  'who is attached to the mayor stays so when it is handed off, killed, upgraded and stopped: each end is told, and each next session is seen; a talk with an earlier one leaves the terminal as it was',
  async () => {
    await town.there(MAYOR);
    tmux.open('one', 90, 24);
    await tmux.shows('one', 'OUT>');
    tmux.type('one', gt('mayor', 'attach'));
    await shown(90);

    // It is handed off while something that is typed is not sent: that is sent first, and heard.
    tmux.press('one', '-l', 'half a thought');
    await tmux.shows('one', '❯ half a thought');
    await town.does(['handoff', 'mayor', 'go on with the parser']);
    tmux.press('one', 'Enter');
    await town.there(MAYOR, 2);
    expect((await town.read('session', `${MAYOR}.s1`))?.ackedAt).toBeDefined();
    await tmux.shows('one', /You follow an earlier session/);
    await shown(90);

    // Nobody is there to start the next one: what is said meanwhile can be seen.
    const worker = town.pid('worker');
    process.kill(worker, 'SIGSTOP');
    const second = await town.there(MAYOR, 2);
    process.kill(second.session.pid, 'SIGKILL');
    await tmux.shows('one', /hq-mayor\.s2 ended: signal 9; waiting for s3/);
    await tmux.shows('one', 'Keys go nowhere meanwhile; Ctrl+\\ leaves.');
    tmux.type('one', 'typed into nothing');
    tmux.resize('one', 70, 20);
    await tmux.shows('one', /^ hq-mayor\.s2 ended[^\n]*\n Keys go/m);
    const host = town.pid('host');
    process.kill(worker, 'SIGKILL');
    await town.does(['up'], { env: { GT_BUILD: 'another' } });
    expect(town.pid('host')).not.toBe(host);
    await town.there(MAYOR, 3);
    await shown(70);
    expect(tmux.text('one')).not.toContain('typed into nothing');
    tmux.type('one', 'typed into the third');
    await tmux.shows('one', /❯ typed into the third[\s\S]*● Done\./); // who is killed before has no conversation to go back to

    // The next one has its time, and who does not want to wait leaves.
    town.settle({ agent: 'claude', operational: { restart_backoff: { first: '1h', base: '1h', max: '1h' } } });
    process.kill((await town.there(MAYOR, 3)).session.pid, 'SIGKILL');
    await tmux.shows('one', /hq-mayor\.s3 ended: signal 9; s4 starts at \d\d:\d\d:\d\d/);
    tmux.press('one', 'C-\\');
    await tmux.shows('one', /Left mayor, which goes on\.\n+OUT> *$/m);

    await talkIsKilled();

    // Attached anew it starts at once; stopped, none follows.
    tmux.type('one', `clear; ${gt('mayor', 'attach')}`);
    await shown(70);
    await town.does(['mayor', 'stop']);
    await tmux.shows('one', /mayor has ended: .*; nobody wants it now: gt mayor start\.\n+OUT> *$/m);
    tmux.type('one', `clear; ${gt('mayor', 'attach')}; echo exit=$?`);
    await shown(70);
    await town.does(['down']);
    await tmux.shows('one', /mayor has ended: .*; the town goes down: gt up\.\n+exit=0/m);
  },
);
