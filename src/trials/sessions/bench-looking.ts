import type { Attachment, Host } from '#world/pty/host';
import { Spread } from './spread.ts';
import { memoryOf, type TrialHost } from './trial-host.ts';

/** What people see of a busy host: how soon a screen is painted, how soon a key shows, and what one who no longer looks costs all others. */
const PAINTS = 300;
const NOISY = 50;
const ECHOES = 200;
const KEY_MS = 40;
/** Bytes printed beside a watcher that has stopped reading, and what it may cost the host at most, kB. */
const FLOOD = 40 << 20;
const STUCK_KB = 16 << 10;
const RATIO = 3;

const SIZE = { cols: 120, rows: 40 };
const NOISE = 'a line of an agent that prints as fast as it can, always';

type Say = (line: string) => void;

/** @returns whether a watcher that stopped reading cost no more than it may; times are told, not judged */
export async function benchLooking(trial: TrialHost, say: Say): Promise<boolean> {
  say(`attach to first paint, of ${SIZE.cols}x${SIZE.rows}: ${await paints(trial)} ms (p50 / p99, aim 50)`);
  await noise(trial, say);
  return stuck(trial, say);
}

async function paints({ host }: TrialHost): Promise<Spread> {
  const spread = new Spread();
  for (let i = 0; i < PAINTS; i++) {
    const attachment = await spread.of(() => painted(host, `s${i}`));
    attachment.close();
  }
  return spread;
}

function painted(host: Host, id: string, onOutput: (bytes: Buffer) => void = () => undefined): Promise<Attachment> {
  return new Promise((resolve, reject) => {
    const attached = host.attach(
      id,
      { type: true, size: SIZE },
      { onPaint: () => void attached.then(resolve), onOutput, onEnd: () => undefined },
    );
    attached.catch(reject);
  });
}

/** The echo of one quiet session, alone and beside fifty that print as fast as they can. */
async function noise({ host, request }: TrialHost, say: Say): Promise<void> {
  await host.spawn(request('quiet', ['cat'], SIZE));
  let hear = () => {};
  const quiet = await painted(host, 'quiet', () => hear());
  const echoes = async () => {
    const spread = new Spread();
    for (let i = 0; i < ECHOES; i++) {
      await spread.of(
        () =>
          new Promise<void>((resolve) => {
            hear = resolve;
            quiet.keys(Buffer.from(i % 60 === 59 ? '\r' : 'x'));
          }),
      );
      await new Promise((resolve) => setTimeout(resolve, KEY_MS)); // as people type, quickly
    }
    return spread;
  };
  await echoes(); // the first ones warm up
  const alone = await echoes();
  for (let i = 0; i < NOISY; i++) await host.spawn(request(`noisy${i}`, ['yes', NOISE], SIZE));
  const beside = await echoes();
  await Promise.all(Array.from({ length: NOISY }, (_, i) => host.kill(`noisy${i}`, { graceMs: 0 })));
  quiet.close();
  const ratio = beside.at(0.99) / alone.at(0.99);
  say(
    `a quiet session's echo: alone ${alone}, beside ${NOISY} that print all the time ${beside} ms (aim 50); p99 ${ratio.toFixed(1)} × (aim ${RATIO})`,
  );
}

/** One that looks at a flood and stops reading, beside one that reads. */
async function stuck({ host, pid, request }: TrialHost, say: Say): Promise<boolean> {
  const line = `read -r go; yes '${NOISE}' | head -c ${FLOOD}; read -r end`;
  const run = async (id: string, isWatched: boolean) => {
    await host.spawn(request(id, ['sh', '-c', line], SIZE));
    const looker = isWatched ? await painted(host, id) : undefined;
    looker?.pause();
    const before = memoryOf(pid);
    const began = performance.now();
    await host.write(id, 'go\r');
    while (((await host.get(id))?.seq ?? 0) < FLOOD) await new Promise((resolve) => setTimeout(resolve, 5));
    const taken = performance.now() - began;
    const cost = memoryOf(pid) - before;
    looker?.close();
    await host.kill(id, { graceMs: 0 });
    return { taken, cost };
  };
  await run('flood0', false);
  const alone = await run('flood1', false);
  const watched = await run('flood2', true);
  const kept = watched.cost <= STUCK_KB;
  say(
    `${FLOOD >> 20} MB printed: ${alone.taken.toFixed(0)} ms, with a watcher that stopped reading ${watched.taken.toFixed(0)} ms (${(watched.taken / alone.taken).toFixed(2)} ×); host +${(watched.cost / 1024).toFixed(1)} MB (bound ${STUCK_KB >> 10}): ${kept ? 'kept' : 'NOT KEPT'}`,
  );
  return kept;
}
