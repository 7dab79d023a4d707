import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { look } from '../support/attach.ts';
import { makeGround, printed, shell, startHost } from '../support/pty.ts';
import { until } from '../support/until.ts';

const ground = makeGround();
afterAll(() => ground.clear());

const small = { cols: 40, rows: 10 };

test('Ctrl+C overtakes a paste of 1 MB that nobody reads, and closes it; others wait for the end of a paste', async () => {
  const running = await startHost(ground, 'paste');
  const host = await running.connect(1);
  const line = String.raw`stty raw -echo; printf '\033[?2004hready'; read -r go < go; exec od -An -c -w1 -v`;
  await host.spawn({ ...shell(ground, 'paste', `mkfifo go; ${line}`), ...small });
  await printed(host, 'paste', 'ready');
  const one = await look(host, 'paste', { type: true });
  one.stream.keys(Buffer.from(`\x1b[200~${'x'.repeat(1 << 20)}\x1b[201~`));
  one.stream.keys(Buffer.from('\x03'), 'interrupt');
  one.stream.keys(Buffer.from('after'));
  // what is asked on the same connection is answered in its order: with the size, the host has all that was typed before
  one.stream.resize({ cols: 41, rows: 10 });
  await until('all is typed', () => one.sizes.at(-1)?.cols === 41);
  await host.spawn(shell(ground, 'opener', `echo > ${join(ground.dir, 'go')}`));
  one.stream.keys(Buffer.from('z'.repeat(64)));
  const text = await printed(host, 'paste', 'z\n   z\n');
  const heard = text.replaceAll(/\s+/g, '').replaceAll(/x+/g, 'x');
  expect(heard).toContain('033[200~x033[201~003after');
  await host.kill('paste', { graceMs: 0 });
  await running.stop();
});

test('a paste goes in whole, whoever else types or is written to the session meanwhile', async () => {
  const running = await startHost(ground, 'whole');
  const host = await running.connect(1);
  await host.spawn({ ...shell(ground, 'whole', 'stty raw -echo; printf ready; exec cat'), ...small });
  await printed(host, 'whole', 'ready');
  const [one, two] = [await look(host, 'whole', { type: true }), await look(host, 'whole', { type: true })];
  one.stream.keys(Buffer.from(`\x1b[200~${'a'.repeat(20_000)}`));
  // a paste of which nothing more comes for 5 s is closed: the rest follows as soon as its beginning is seen
  await until('it is under way', async () => ((await host.get('whole'))?.seq ?? 0) > 1_000);
  two.stream.keys(Buffer.from('TWO'));
  const nudge = host.write('whole', '\x1b[200~NUDGE\x1b[201~');
  await host.info();
  one.stream.keys(Buffer.from('b'.repeat(20_000)));
  one.stream.keys(Buffer.from('\x1b[201~'));
  await nudge;
  await printed(host, 'whole', 'NUDGE\x1b[201~');
  const text = await printed(host, 'whole', 'TWO');
  expect(text.replaceAll(/a+b+/g, 'ab')).toMatch(
    /^ready\x1b\[200~ab\x1b\[201~(TWO\x1b\[200~NUDGE\x1b\[201~|\x1b\[200~NUDGE\x1b\[201~TWO)$/,
  );
  // one who goes in the middle of a paste leaves it closed
  two.stream.keys(Buffer.from('\x1b[200~half'));
  await printed(host, 'whole', 'half');
  two.stream.close();
  await printed(host, 'whole', 'half\x1b[201~');
  await host.kill('whole', { graceMs: 0 });
  await running.stop();
});

test('questions of a program are answered by the terminal of the one who types, and by the host when nobody does', async () => {
  const running = await startHost(ground, 'ask');
  const host = await running.connect(1);
  const line = String.raw`stty raw -echo; while :; do head -c 1 >/dev/null; printf '\033[c'; head -c 7 | od -An -c; done`;
  await host.spawn({ ...shell(ground, 'ask', line), ...small });
  await host.write('ask', 'g');
  await printed(host, 'ask', '1   ;   2   c');
  const one = await look(host, 'ask', { type: true });
  await until('it looks', () => one.paints() === 1);
  one.stream.keys(Buffer.from('g'));
  await until('it is asked', () => one.text().includes('\x1b[c'));
  one.stream.keys(Buffer.from('\x1b[?9;9c'), 'report');
  await until('it was heard', () => one.text().includes('9   ;   9   c'));
  expect(one.text()).not.toContain('1   ;   2');
  one.stream.close();
  await until('it is gone', async () => {
    await host.write('ask', 'g');
    return ((await host.output('ask'))?.bytes.toString().match(/1 {3}; {3}2/g)?.length ?? 0) > 1;
  });
  await host.kill('ask', { graceMs: 0 });
  await running.stop();
});

test('what no terminal takes is lost once: it is not kept to be typed later, and what comes after it is typed once', async () => {
  const running = await startHost(ground, 'full');
  const host = await running.connect(1);
  const file = join(ground.dir, 'full-typed');
  await host.spawn(
    shell(ground, 'full', `stty raw -echo; mkfifo ${file}.gate; printf up; read x <${file}.gate; exec cat >${file}`),
  );
  await printed(host, 'full', 'up');
  const person = await look(host, 'full', { type: true });
  for (let n = 0; n < 3; n++) person.stream.keys(Buffer.alloc(3_500_000, 'x'));
  person.stream.keys(Buffer.from('\x03'), 'interrupt');
  await until('all is taken, or dropped', () => person.eased() === 1);
  person.stream.keys(Buffer.from('end'));
  writeFileSync(`${file}.gate`, '\n');
  await until('the end is there', () => existsSync(file) && readFileSync(file, 'utf8').endsWith('end'));
  expect(readFileSync(file, 'utf8')).toMatch(/^x{1,20000}\x03end$/);
  person.stream.close();
  await running.stop();
});
