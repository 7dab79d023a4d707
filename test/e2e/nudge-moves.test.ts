import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import type { Host } from '#world/pty/host';
import { look } from '../support/attach.ts';
import { MODEL_SCREEN } from '../support/model-tui.ts';
import { envOf, makeGround, printed, startHost } from '../support/pty.ts';
import { until } from '../support/until.ts';

const ground = makeGround();
afterAll(() => ground.clear());

const PROGRAM = fileURLToPath(new URL('../support/small-tui.mjs', import.meta.url));
const logOf = (id: string) => join(ground.dir, `${id}.log`);

function sent(id: string): string[] {
  const lines = existsSync(logOf(id)) ? readFileSync(logOf(id), 'utf8').trim().split('\n') : [];
  return lines.flatMap((line) => (JSON.parse(line) as { sent?: string }).sent ?? []);
}

async function begin(host: Host, id: string): Promise<void> {
  await host.spawn({ id, argv: [process.execPath, PROGRAM, logOf(id), '80', '0'], cwd: ground.dir, env: envOf(ground, id) });
  await printed(host, id, 'for shortcuts');
}

const ask = (host: Host, id: string, nudge: string, wait: number) =>
  host.nudge({ id, nudge, text: `${nudge} says so`, mode: 'wait-idle', screen: MODEL_SCREEN, submit: { enter_after_ms: wait } });

/** The steps of nudges as the host tells them: none is missed, however late they are looked at. */
function stepsOf(host: Host): { readonly steps: string[]; readonly deaf: () => void } {
  const steps: string[] = [];
  const deaf = host.events(0, {
    onNews: ({ news }) => void (news.type === 'nudge' && steps.push(`${news.nudge} ${news.state}`)),
    onGap: () => undefined,
  });
  return { steps, deaf };
}

test('a nudge between paste and Enter, and one that waits for it, are each sent once by the next host, and each step is told', async () => {
  const running = await startHost(ground, 'over');
  const host = await running.connect(1);
  const { steps, deaf } = stepsOf(host);
  await begin(host, 'over');
  const first = ask(host, 'over', 'n1', 3_000);
  const second = ask(host, 'over', 'n2', 50);
  await until('the first is typed', () => steps.includes('n1 pasted'));
  await host.handOver(running.programOf('next'), { waitMs: 60_000 });
  expect([(await first).outcome, (await second).outcome]).toEqual(['taken', 'taken']);
  expect(sent('over')).toEqual(['n1 says so', 'n2 says so']);
  await until('the end of the second is told', () => steps.includes('n2 taken'));
  // a key that was held back in the last moment, for the screen was just being drawn, is told anew
  const once = steps.filter((step, at) => step.endsWith(' taken') || (step.endsWith(' pasted') && steps.indexOf(step) === at));
  expect(once).toEqual(['n1 pasted', 'n1 taken', 'n2 pasted', 'n2 taken']);
  deaf();
  await host.kill('over', { graceMs: 0 });
  await running.stop();
});

test('what a person types while a nudge is typed is not glued to it, and not lost', async () => {
  const running = await startHost(ground, 'person');
  const host = await running.connect(1);
  const { steps, deaf } = stepsOf(host);
  await begin(host, 'person');
  const person = await look(host, 'person', { type: true });
  const nudge = ask(host, 'person', 'n1', 400);
  await until('it is typed', () => steps.includes('n1 pasted'));
  person.stream.keys(Buffer.from('my own'));
  const { outcome } = await nudge;
  // a host that had no time for a second lets the keys in: before its Enter it leaves all of it to the person, after it nobody can know
  expect(['taken', 'draft-left', 'unknown']).toContain(outcome);
  if (outcome !== 'unknown') expect(sent('person')).toEqual(outcome === 'taken' ? ['n1 says so'] : []);
  await until('the keys are there', async () => (await host.look('person', MODEL_SCREEN)).draft?.endsWith('my own'));
  expect([[], ['n1 says so']]).toContainEqual(sent('person'));
  deaf();
  person.stream.close();
  await host.kill('person', { graceMs: 0 });
  await running.stop();
});
