import { expect, test } from 'vitest';
import { Emulator } from '#world/pty/screen/emulator';
import { Scanner } from '#world/pty/screen/scanner';
import { Followed } from '../support/screens.ts';

function after(stream: string): Scanner {
  const scanner = new Scanner(24);
  scanner.push(Buffer.from(stream));
  return scanner;
}

test('what a painted screen does not show follows it in this order: region, modes, charsets, cursor, title, keyboard', () => {
  const scanner = after(
    '\x1b[>1u\x1b[>4;2m\x1b]0;name\x07\x1b(0\x1b[?25l\x1b[?1002;1006h\x1b[?2004h\x1b[?7h\x1b[5 q\x1b[2;20r\x1b]11;#123456\x07\x1b[4h',
  );
  expect(scanner.modes.extra('CURSOR')).toBe(
    '\x1b[2;20r\x1b[?25l\x1b[?1002h\x1b[?1006h\x1b[?2004h\x1b[5 q\x1b(0CURSOR\x1b]2;name\x07\x1b]11;#123456\x07\x1b[4h\x1b[>4;2m\x1b[>1u',
  );
  expect(after('plain \x1b[31mtext\x1b[?1h\x1b[?1l\x1b[>1u\x1b[<u').modes.extra('')).toBe('');
});

test('the last mode of the mouse counts, and ending any ends all', () => {
  expect(after('\x1b[?1000h\x1b[?1003h').modes.extra('')).toBe('\x1b[?1003h');
  expect(after('\x1b[?1003h\x1b[?1000l').modes.extra('')).toBe('');
});

test('a reset forgets the titles that were put aside, so that a painting, which begins with one, may be played after what it paints', () => {
  const put = after('\x1b]2;shell\x07\x1b[22;0t\x1b]2;vim\x07');
  const painted = put.modes.extra('');
  expect(painted).toBe('\x1b]2;shell\x07\x1b[22;2t\x1b]2;vim\x07');
  put.push(Buffer.from(`\x1bc${painted}`));
  expect(put.modes.extra('')).toBe(painted);
});

test('a stream may be cut in the open, not within a character, a sequence, a string or a frame', () => {
  const unsafe = [
    '\x1b',
    '\x1b[',
    '\x1b[1;3',
    '\x1b(',
    '\x1b]0;title',
    '\x1b]0;title\x1b',
    '\x1bP$q',
    '\x1b_x',
    '\x1b[?2026h',
    '\x1b[?2026hframe',
  ];
  for (const stream of unsafe) expect([stream, after(stream).safe]).toEqual([stream, false]);
  const safe = [
    '',
    'text',
    'né',
    '\x1b[1m',
    '\x1b(0',
    '\x1b]0;title\x07',
    '\x1b]0;title\x1b\\',
    '\x1b[1\x18',
    '\x1b[?2026hframe\x1b[?2026l',
    '\x1b]8;;\u009c',
  ];
  for (const stream of safe) expect([stream, after(stream).safe]).toEqual([stream, true]);
  const scanner = new Scanner(24);
  const cuts = [...Buffer.from('é👍')].map((byte) => {
    scanner.push(Buffer.from([byte]));
    return scanner.safe;
  });
  expect(cuts).toEqual([false, true, false, false, false, true]);
});

test('questions are told with the byte that they end at, and without a terminator', () => {
  const asked: [string, number][] = [];
  new Scanner(24).push(Buffer.from('a\x1b[?u\x1b]10;?\x1b\\\x1b[>0q\x1bP+q544e\x07\x1b\\'), (sequence, end) =>
    asked.push([sequence, end]),
  );
  expect(asked.slice(0, 3)).toEqual([
    ['\x1b[?u', 5],
    ['\x1b]10;?', 11],
    ['\x1b[>0q', 18],
  ]);
});

test('a title cannot smuggle a sequence into a snapshot', () => {
  const { modes } = after('\x1b]0;a\u009b31mb\nc\x07');
  expect(modes.extra('')).toBe('\x1b]2;a31mbc\x07');
});

test('the installed headless terminal has what is used beneath its public face', () => {
  const emulator = new Emulator(20, 5, () => undefined);
  emulator.write(Buffer.from('\x1b[2;4r\x1b[4:3m\x1b]8;id=1;http://x/\x07a\x1b7你'));
  const cell = emulator.active.lines.get(0)?.loadCell(0, emulator.emptyCell());
  expect(cell).toMatchObject({ content: 'a'.charCodeAt(0) | (1 << 22), extended: { _ext: 3 << 26, urlId: 1 } });
  expect(emulator.link(1)).toEqual({ id: '1', uri: 'http://x/' });
  expect(emulator.active).toMatchObject({ x: 3, y: 0, ybase: 0, savedX: 1, savedY: 0, scrollTop: 1, scrollBottom: 3 });
  expect(emulator.active.tabs).toMatchObject({ 0: true, 8: true, 16: true });
  expect(emulator.pen.extended.urlId).toBe(1);
});

test('what the library throws at does not end the screen', () => {
  const screen = new Followed(20, 5);
  screen.feed(Buffer.from('text\x1b[5;20H\x1b[1Jmore'));
  expect(screen.emulator.faults).toBe(0);
  expect(screen.lines().slice(0, 5).join('')).not.toContain('text');
});
