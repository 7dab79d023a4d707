import { expect, test } from 'vitest';
import { EventRing } from '#world/pty/attach/event-ring';
import { Line } from '#world/pty/attach/line';
import { Typist } from '#world/pty/attach/typist';
import { Unsaid } from '#world/pty/attach/unsaid';
import { Crop } from '#world/pty/screen/crop';
import { Followed } from '../support/screens.ts';
import { until } from '../support/until.ts';

/** A line whose writer takes one write at a time, when it is let. */
function aLine() {
  const written: string[] = [];
  let go: () => void = () => undefined;
  const line = new Line((bytes) => {
    written.push(bytes.toString());
    return new Promise((resolve) => {
      go = resolve;
    });
  });
  const flow = async (what: string) => {
    await until(what, () => {
      go();
      return written.join('').includes(what);
    });
  };
  return { line, written, flow };
}

test('Ctrl+C drops what waits, tells that it is no longer theirs to repeat, and closes the paste that it cuts', async () => {
  const { line, written, flow } = aLine();
  const who = new Typist();
  let handed = 0;
  who.onHanded = (count) => {
    handed += count;
  };
  const paste = `\x1b[200~${'x'.repeat(20_000)}\x1b[201~`;
  line.type(who, Buffer.from(paste));
  line.type(who, Buffer.from('more'));
  expect(handed).toBe(4096);
  line.interrupt(who, Buffer.from('\x03'));
  expect(handed).toBe(paste.length + 4);
  await flow('\x1b[201~\x03');
  expect(written).toHaveLength(2);
  expect(handed).toBe(paste.length + 5);
});

test('between the writes of a paste the event loop turns, so that its echo is read before the kernel throws it away', async () => {
  const written: number[] = [];
  let turns = 0;
  const line = new Line(async (bytes) => {
    written.push(bytes.length);
    setImmediate(() => turns++);
  });
  line.type(new Typist(), Buffer.alloc(10_000, 'x'));
  for (let n = 0; n < 100; n++) await Promise.resolve();
  expect([written, turns]).toEqual([[4096], 0]);
  await until('all is written', () => line.isIdle);
  expect([written, turns]).toEqual([[4096, 4096, 1808], expect.toSatisfy((n: number) => n >= 2)]);
});

test('the rest of a paste that somebody else interrupted is dropped up to its end', async () => {
  const { line, written, flow } = aLine();
  const [one, two] = [new Typist(), new Typist()];
  line.type(one, Buffer.from('\x1b[200~first'));
  line.interrupt(two, Buffer.from('\x03'));
  line.type(one, Buffer.from(' rest\x1b[201~'));
  line.type(one, Buffer.from('next'));
  await flow('next');
  expect(written.join('')).toBe('\x1b[200~first\x1b[201~\x03next');
});

test('what a client said is said again from where a host does not have it, with the paste as open as it is there', () => {
  const unsaid = new Unsaid();
  unsaid.add(Buffer.from('\x1b[200~abc'), 'keys');
  unsaid.add(Buffer.from('def\x1b[201~'), 'keys');
  unsaid.taken(8);
  expect(unsaid.isPasting).toBe(true);
  expect(unsaid.after(unsaid.handed).map(({ at, bytes }) => [at, bytes.toString()])).toEqual([
    [8, 'c'],
    [9, 'def\x1b[201~'],
  ]);
  unsaid.taken(18);
  expect([unsaid.isPasting, unsaid.after(0)]).toEqual([false, []]);
});

test('a host keeps 10,000 events and of each session the last word on its output; who missed more is told so', () => {
  const ring = new EventRing();
  for (let n = 0; n < 5; n++) ring.tell({ type: 'output', id: 'a', seq: n });
  expect(ring.after(0, 10)).toEqual([{ n: 5, news: { type: 'output', id: 'a', seq: 4 } }]);
  for (let n = 0; n < 10_000; n++) ring.tell({ type: 'bell', id: 'b' });
  expect(ring.after(0, 10)).toBeUndefined();
  expect(ring.after(5, 20_000)).toHaveLength(10_000);
  expect(ring.after(20_000, 1)).toBeUndefined();
});

test('of a screen that is larger than the terminal the part round the cursor is shown, and a line that says so', () => {
  const session = new Followed(100, 40);
  session.feed(Buffer.from(`${Array.from({ length: 40 }, (_, y) => `row ${y} ${'.'.repeat(80)}`).join('\r\n')}\x1b[31;5Hhere`));
  const crop = new Crop({ cols: 100, rows: 40 }, session.picture());
  const own = new Followed(30, 10);
  own.feed(Buffer.from(crop.frame({ cols: 30, rows: 10 }, 'it is 100x40')));
  const text = own.lines().join('\n');
  expect(text).toContain('row here');
  expect(text).not.toContain('row 0 ');
  expect(text).toContain('it is 100x40');
  const { x, y } = own.emulator.active;
  expect([x, y]).toEqual([8, 4]);
  crop.feed(Buffer.from('\x1b[1;1HTOP'));
  own.feed(Buffer.from(crop.frame({ cols: 30, rows: 10 }, 'it is 100x40')));
  expect(own.lines().join('\n')).toContain('TOP');
  expect([own.emulator.active.x, own.emulator.active.y]).toEqual([3, 0]);
  crop.dispose();
});

test('while a nudge is typed the keys of people wait, Ctrl+C left out, and what the host writes goes on', async () => {
  const written: string[] = [];
  const line = new Line(async (bytes) => void written.push(bytes.toString()));
  const who = new Typist();
  let freed = 0;
  line.keep();
  line.onFree = () => {
    freed++;
  };
  line.type(who, Buffer.from('mine'));
  await line.pass(1, async () => void written.push('Enter'));
  expect(written).toEqual(['Enter']);
  line.free();
  expect([written, freed]).toEqual([['Enter', 'mine'], 1]);
  await until('the writer is free', () => line.isIdle);
  line.keep();
  line.type(who, Buffer.from('dropped'));
  line.interrupt(who, Buffer.from('\x03'));
  line.free();
  expect(written).toEqual(['Enter', 'mine', '\x03']);
});
