import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Piece } from '#core/terminal/keys';
import { controlKey, KeyReader } from '#core/terminal/keys';

const BACKSLASH = { byte: 0x1c, code: 0x5c };
const bytes = (text: string) => Buffer.from(text, 'latin1');

function joined(pieces: readonly Piece[]): Array<[string, string]> {
  const all: Array<[string, string]> = [];
  for (const { kind, bytes: part } of pieces) {
    const last = all.at(-1);
    if (last && last[0] === kind && kind !== 'detach') last[1] += part.toString('latin1');
    else all.push([kind, part.toString('latin1')]);
  }
  return all;
}

function read(...chunks: string[]): Array<[string, string]> {
  const reader = new KeyReader(BACKSLASH);
  const pieces = chunks.flatMap((chunk) => reader.push(bytes(chunk)));
  return joined([...pieces, ...reader.flush()]);
}

/** Every way to cut a text into two, and into single bytes. */
function cuts(text: string): string[][] {
  const twos = Array.from({ length: text.length + 1 }, (_, at) => [text.slice(0, at), text.slice(at)]);
  return [...twos, [...text]];
}

describe('the key that detaches is heard in every form that terminals give it', () => {
  test.each([
    ['plain', '\x1c'],
    ['kitty', '\x1b[92;5u'],
    ['kitty with the event', '\x1b[92;5:1u'],
    ['kitty with alternates', '\x1b[92::47;5u'],
    ['kitty with shifted and base key', '\x1b[92:124:92;5:1u'],
    ['kitty with its text', '\x1b[92;5;28u'],
    ['kitty with caps lock', '\x1b[92;69u'],
    ['kitty with num lock', '\x1b[92;133u'],
    ['kitty with both locks', '\x1b[92;197:1u'],
    ['modifyOtherKeys', '\x1b[27;5;92~'],
    ['modifyOtherKeys with num lock', '\x1b[27;133;92~'],
  ])('%s, however it is cut', (_form, key) => {
    for (const chunks of cuts(`a${key}b`))
      expect(read(...chunks)).toEqual([
        ['keys', 'a'],
        ['detach', key],
        ['keys', 'b'],
      ]);
  });

  test.each([
    ['with shift', '\x1b[92;6u'],
    ['with alt', '\x1b[92;7u'],
    ['with super', '\x1b[92;13u'],
    ['without ctrl', '\x1b[92;1u'],
    ['another key', '\x1b[93;5u'],
    ['another key by modifyOtherKeys', '\x1b[27;5;93~'],
    ['an arrow', '\x1b[1;5A'],
  ])('but not %s', (_what, key) => {
    for (const chunks of cuts(key)) expect(read(...chunks)).toEqual([['keys', key]]);
  });

  test('its release and its repetition are no press', () => {
    expect(read('\x1b[92;5:1u\x1b[92;5:2u\x1b[92;5:3u')).toEqual([['detach', '\x1b[92;5:1u']]);
  });
});

test('within a paste nothing is a command, however it is cut', () => {
  const paste = '\x1b[200~one \x1c two \x03 \x1b[92;5u \x1b[20 \x1b \x1b[201~';
  for (const chunks of cuts(`${paste}\x1c`))
    expect(read(...chunks)).toEqual([
      ['keys', paste],
      ['detach', '\x1c'],
    ]);
});

test('Ctrl+C is told from keys, and what the terminal says of itself from both', () => {
  const reports = [
    '\x1b[?1;2c',
    '\x1b[>41;0;0c',
    '\x1b[12;40R',
    '\x1b[0n',
    '\x1b[?2026;2$y',
    '\x1b[?1u',
    '\x1b[8;24;80t',
    '\x1b[I',
    '\x1b[O',
  ];
  const strings = ['\x1b]11;rgb:0/0/0\x1b\\', '\x1b]10;rgb:f/f/f\x07', '\x1bP1+r544e=78\x1b\\', '\x1b[<0;3;4M', '\x1b[M !!'];
  for (const report of [...reports, ...strings])
    for (const chunks of cuts(`x${report}\x03`))
      expect(read(...chunks)).toEqual([
        ['keys', 'x'],
        ['report', report],
        ['interrupt', '\x03'],
      ]);
  for (const key of ['\x1b[99;5u', '\x1b[27;5;99~']) expect(read(key)).toEqual([['interrupt', key]]);
  expect(read('\x1bOP\x1b[15~\x1b[A\x1bx\x1b\x1b[B')).toEqual([['keys', '\x1bOP\x1b[15~\x1b[A\x1bx\x1b\x1b[B']]);
});

test('a lone Escape is held back, and given when nothing follows', () => {
  const reader = new KeyReader(BACKSLASH);
  expect(reader.push(bytes('a\x1b'))).toEqual([{ kind: 'keys', bytes: bytes('a') }]);
  expect(reader.isHolding).toBe(true);
  expect(reader.flush()).toEqual([{ kind: 'keys', bytes: bytes('\x1b') }]);
  expect(reader.isHolding).toBe(false);
});

test('no byte is lost or told twice, and how the input is cut changes nothing', () => {
  const part = fc.constantFrom(
    'a',
    '\x1b',
    '[',
    '[92;5u',
    '\x1b[92;5u',
    '\x1c',
    '\x03',
    '\x1b[200~',
    '\x1b[201~',
    '\x1b]11;',
    '\x1bP',
    '\x1b\\',
    '\x07',
    '27;5;92~',
    'M',
    'ü',
    '\x1bO',
    '~',
    '\x1b[A',
    '0',
    ';',
    '\x1b[I',
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), fc.array(fc.nat(40), { maxLength: 6 }), (parts, at) => {
      const text = Buffer.from(parts.join('')).toString('latin1');
      const places = [...new Set(at.map((place) => place % (text.length + 1)))].sort((a, b) => a - b);
      const chunks = [0, ...places].map((from, index) => text.slice(from, places[index] ?? text.length));
      const whole = read(text);
      expect(read(...chunks)).toEqual(whole);
      expect(whole.map(([, said]) => said).join('')).toBe(text);
    }),
    { numRuns: 2000, seed: 4 },
  );
});

test('a paste whose marks come in pieces, with pauses between, begins and ends with them all the same', () => {
  const reader = new KeyReader(BACKSLASH);
  const kinds = (text: string) => reader.push(Buffer.from(text)).map(({ kind }) => kind);
  expect(kinds('\x1b[20')).toEqual([]);
  expect(reader.flush().map(({ kind }) => kind)).toEqual(['keys']);
  expect(kinds('0~within \x1c\x03')).toEqual(['keys']);
  expect(kinds('\x1b[20')).toEqual([]);
  expect(reader.isHolding).toBe(false); // nobody is to flush it
  expect(kinds('1~')).toEqual(['keys']);
  expect(kinds('\x1c\x03')).toEqual(['detach', 'interrupt']);
});

test('the key can be another one with Ctrl, but not the one that interrupts', () => {
  expect(controlKey('ctrl-\\')).toEqual(BACKSLASH);
  expect(controlKey('Ctrl+Q')).toEqual({ byte: 0x11, code: 0x71 });
  expect(controlKey('^]')).toEqual({ byte: 0x1d, code: 0x5d });
  for (const wrong of ['ctrl-c', 'q', '', 'ctrl-alt-q', 'ctrl-1']) expect(controlKey(wrong)).toBeUndefined();
});
