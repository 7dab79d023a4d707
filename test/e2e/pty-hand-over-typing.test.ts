import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { look } from '../support/attach.ts';
import { makeGround, printed, shell, startHost } from '../support/pty.ts';
import { until } from '../support/until.ts';

const ground = makeGround();
/** A successor that comes up slowly is waited for. */
const PATIENT = { waitMs: 60_000 };
afterAll(() => ground.clear());

test('what is typed by somebody who does not read while the host hands over is typed once', async () => {
  const running = await startHost(ground, 'typing');
  const host = await running.connect(1);
  const file = join(ground.dir, 'typed');
  const typed = () => readFileSync(file, 'utf8');
  const flood = 'head -c 3000000 /dev/zero | tr "\\\\0" x';
  await host.spawn(
    shell(ground, 'deaf', `stty raw -echo; : >${file}; printf up; head -c 1 >/dev/null; ${flood}; exec cat >${file}`),
  );
  const person = await look(host, 'deaf', { type: true });
  await printed(host, 'deaf', 'up');
  person.stream.pause();
  await host.write('deaf', '!');
  await until('all is printed', async () => ((await host.get('deaf'))?.seq ?? 0) >= 3_000_002);
  const began = performance.now();
  person.stream.keys(Buffer.from('\x1b[200~once'));
  await until('it is there', () => typed() === '\x1b[200~once');
  await host.handOver(running.programOf('next'), PATIENT);
  await until('the old host has ended', () => running.child.exitCode === 0);
  person.stream.resume();
  person.stream.keys(Buffer.from(' and no more\x1b[201~'));
  await until('the rest is there', () => typed().endsWith(' and no more\x1b[201~'));
  // the old host waits 2 s for who does not read; a paste of which nothing comes for 5 s is closed, and what comes then is one of its own
  const isLate = performance.now() - began >= 5_000;
  const pause = typed().includes('once and') || !isLate ? '' : '\x1b[201~\x1b[200~';
  expect(typed()).toBe(`\x1b[200~once${pause} and no more\x1b[201~`);
  person.stream.close();
  await running.stop();
});

test('the next session of the same holder begins in the size that people gave the one before, also when the host was another one', async () => {
  const running = await startHost(ground, 'sizes');
  const host = await running.connect(1);
  const begun = async (id: string) => {
    await host.spawn(shell(ground, id, 'stty size; exec cat'));
    return (await printed(host, id, '\r\n')).trim();
  };
  expect(await begun('gt-1.r1.s1')).toBe('40 120');
  await host.resize('gt-1.r1.s1', 70, 20);
  expect(await begun('gt-1.r1.s2')).toBe('20 70');
  await host.handOver(running.programOf('next'), PATIENT);
  expect(await begun('gt-1.r1.s3')).toBe('20 70');
  expect(await begun('gt-1.r2.s1')).toBe('40 120');
  await running.stop();
});

test('a paste is closed in time whose typist does not come back after a hand-over', async () => {
  const running = await startHost(ground, 'gone');
  const host = await running.connect(1);
  const file = join(ground.dir, 'left');
  await host.spawn(shell(ground, 'left', `stty raw -echo; : >${file}; printf up; exec cat >${file}`));
  const person = await look(host, 'left', { type: true });
  await printed(host, 'left', 'up');
  person.stream.keys(Buffer.from('\x1b[200~half'));
  await until('half is there', () => readFileSync(file, 'utf8') === '\x1b[200~half');
  const moving = host.handOver(running.programOf('next'), PATIENT);
  person.stream.close();
  await moving;
  await host.write('left', 'next');
  await until('the next is there', () => readFileSync(file, 'utf8').endsWith('next'), 30_000);
  expect(readFileSync(file, 'utf8')).toBe('\x1b[200~half\x1b[201~next');
  await running.stop();
});

test('who attaches while the host hands over is attached to the successor', async () => {
  const running = await startHost(ground, 'late');
  const host = await running.connect(1);
  await host.spawn(shell(ground, 'late', 'stty -echo; echo up; while read x; do echo "got $x"; done'));
  await printed(host, 'late', 'up');
  const moving = host.handOver(running.programOf('next'), PATIENT);
  const person = await look(host, 'late', { type: true });
  await moving;
  person.stream.keys(Buffer.from('one\n'));
  await printed(host, 'late', 'got one');
  person.stream.close();
  await running.stop();
});

/** A list without numbers, whose mark goes by the arrows; it tells what was chosen, and each key after that. */
const MENU = `
const names = ['Red', 'Green', 'Blue', 'Black', 'White'];
let at = 0;
let chosen;
process.stdin.setRawMode(true);
const draw = () => process.stdout.write('\\x1b[2J\\x1b[HWhich colour?\\n' + names.map((one, n) => (n === at ? '❯ ' : '  ') + one).join('\\n') + '\\n\\nEnter to confirm\\x1b[?25l');
process.stdin.on('data', (bytes) => {
  if (chosen) return process.stdout.write('and ' + JSON.stringify(String(bytes)));
  for (const key of String(bytes).match(/\\x1b\\[.|./gsu)) {
    if (key === '\\x1b[B') at++;
    if (key === '\\r') chosen = names[at];
  }
  if (chosen) process.stdout.write('\\x1b[2J\\x1b[H\\x1b[?25hchose ' + chosen + '\\n');
  else draw();
});
draw();`;

test('an answer to a dialog that is half typed when the host hands over is typed to its end by the successor, each key once', async () => {
  const running = await startHost(ground, 'answers');
  const host = await running.connect(1);
  const yn = `printf "Remove it? (y/n) "; read x; echo "said <$x>"; read y; echo "then <$y>"; exec sleep 600`;
  await host.spawn(shell(ground, 'yn', yn));
  await host.spawn({ ...shell(ground, 'menu', ''), argv: [process.execPath, '-e', MENU] });
  await printed(host, 'yn', '(y/n) ');
  await printed(host, 'menu', 'Enter to confirm');
  const answer = async (id: string, choice: number) => {
    const { id: dialog, choices } = await host.readDialog(id, {});
    return { choices, done: host.answerDialog({ answer: `${id}.0`, id, dialog, choice, screen: {} }) };
  };
  const [said, chosen] = [await answer('yn', 1), await answer('menu', 4)];
  expect([said.choices, chosen.choices]).toEqual([
    ['Yes', 'No'],
    ['Red', 'Green', 'Blue', 'Black', 'White'],
  ]);
  await printed(host, 'yn', '(y/n) y');
  await host.handOver(running.programOf('newer'), PATIENT);
  await printed(host, 'menu', '❯ Green');
  await host.handOver(running.programOf('newest'), PATIENT);
  expect(await Promise.all([said.done, chosen.done])).toMatchObject([
    { outcome: 'answered', pressed: true },
    { outcome: 'answered', pressed: true },
  ]);
  // a dialog is gone when its row is left, which may be before its program has said what it took: what is typed then is echoed first
  await printed(host, 'yn', 'said <y>');
  await printed(host, 'menu', 'chose Black\r\n');
  for (const id of ['yn', 'menu']) await host.write(id, 'end\n');
  await printed(host, 'yn', 'said <y>\r\nend\r\nthen <end>');
  expect((await printed(host, 'menu', '"end\\n"')).split('chose ')[1]).toBe(`Black\r\nand "end\\n"`);
  await running.stop();
});
