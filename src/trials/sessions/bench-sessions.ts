import type { Host } from '#world/pty/host';
import { benchLooking } from './bench-looking.ts';
import { Spread } from './spread.ts';
import { openTmux, type Tmux } from './tmux.ts';
import { memoryOf, type TrialHost, trialHost } from './trial-host.ts';

/** Many sessions on one host, beside a tmux server with as many in the same run: neither may be judged by a clock alone. */
const SESSIONS = 300;
const SIZE = { cols: 120, rows: 40 };
const ROUNDS = 300;
const ASLEEP_KB = 512;
const LIVE_KB = 3584;

type Say = (line: string) => void;
type Times = { readonly spawn: Spread; readonly send: Spread; readonly capture: Spread };
const times = (): Times => ({ spawn: new Spread(), send: new Spread(), capture: new Spread() });

/** @returns whether the bounds on memory and on the echo beside noise were kept; times are told, not judged */
export async function benchSessions(say: Say): Promise<boolean> {
  const trial = await trialHost();
  try {
    const before = memoryOf(trial.pid);
    const ours = await hostTimes(trial);
    const [asleep, live] = [(memoryOf(trial.pid) - before) / SESSIONS, await liveMemory(trial)];
    say(`host, ${SESSIONS} sessions: spawn ${ours.spawn} · send ${ours.send} · capture ${ours.capture} ms (p50 / p99)`);
    await beside(say);
    const kept = asleep <= ASLEEP_KB && live <= LIVE_KB;
    say(
      `       memory a session beyond its child's: asleep ${mb(asleep)} (bound 0.5), live ${mb(live)} MB (bound 3.5): ${kept ? 'kept' : 'NOT KEPT'}`,
    );
    return (await benchLooking(trial, say)) && kept;
  } finally {
    await trial.end();
  }
}

const mb = (kb: number) => (kb / 1024).toFixed(2);

async function beside(say: Say): Promise<void> {
  const tmux = await openTmux();
  if (!tmux) return say('tmux: not installed, nothing to compare with');
  const [commands, control] = await tmuxTimes(tmux).finally(tmux.end);
  say(`tmux, a process a command: spawn ${commands.spawn} · send ${commands.send} · capture ${commands.capture} ms`);
  say(`tmux, control mode:        spawn ${control.spawn} · send ${control.send} · capture ${control.capture} ms`);
}

async function hostTimes({ host, request }: TrialHost): Promise<Times> {
  const spread = times();
  for (let i = 0; i < SESSIONS; i++)
    await spread.spawn.of(() => host.spawn(request(`s${i}`, ['sh', '-c', 'echo ready; exec cat'], SIZE)));
  for (let i = 0; i < ROUNDS; i++) await spread.send.of(() => host.write(`s${i % SESSIONS}`, `line ${i}\r`));
  for (let i = 0; i < ROUNDS / 10; i++) await spread.capture.of(() => host.peek(`s${i}`, { lines: SIZE.rows }));
  return spread;
}

async function tmuxTimes(tmux: Tmux): Promise<[Times, Times]> {
  const [commands, control] = [times(), times()];
  for (let i = 0; i < SESSIONS; i++) {
    const [name, half] = [`s${i}`, i % 2 === 0 ? commands : control];
    const line = "sh -c 'echo ready; exec cat'";
    if (half === commands) await half.spawn.of(() => tmux.spawn(name, line));
    else await half.spawn.of(() => tmux.control(`new-session -d -s ${name} -x 120 -y 40 "${line}"`));
  }
  for (let i = 0; i < ROUNDS; i++) {
    const name = `s${i % SESSIONS}`;
    await commands.send.of(() => tmux.command('send-keys', '-t', name, `line ${i}`, 'Enter'));
    await control.send.of(() => tmux.control(`send-keys -t ${name} "line ${i}" Enter`));
  }
  for (let i = 0; i < ROUNDS / 10; i++) {
    await commands.capture.of(() => tmux.command('capture-pane', '-p', '-t', `s${i}`));
    await control.capture.of(() => tmux.control(`capture-pane -p -t s${i}`));
  }
  return [commands, control];
}

/** Fills the screens of thirty sessions and looks at them, so that they are live. @returns kB for each */
async function liveMemory({ host, pid, request }: TrialHost): Promise<number> {
  const ids = Array.from({ length: 30 }, (_, i) => `live${i}`);
  const begun = memoryOf(pid);
  const full = 'i=0; while [ $i -lt 1040 ]; do printf "%0119d\\n" $i; i=$((i+1)); done; exec cat';
  for (const id of ids) await host.spawn(request(id, ['sh', '-c', full], SIZE));
  for (const id of ids) await shows(host, id, '1039');
  return (memoryOf(pid) - begun) / ids.length;
}

async function shows(host: Host, id: string, text: string): Promise<void> {
  while (!(await host.peek(id, { lines: 3 }))?.text.includes(text)) await new Promise((resolve) => setTimeout(resolve, 5));
}
