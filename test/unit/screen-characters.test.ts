import { expect, test } from 'vitest';
import { Emulator } from '#world/pty/screen/emulator';

const first = (emulator: Emulator) => {
  const cell = emulator.emptyCell();
  const line = emulator.active.lines.get(0);
  let text = '';
  for (let x = 0; line && x < 20; x++) text += line.loadCell(x, cell).getChars();
  return text;
};

test.each(['› • … ─ ·', '€ é 語 😀 ﬀ', 'a\u0300 b'])('a screen that is fed `%s` byte by byte shows each character', (text) => {
  const emulator = new Emulator(20, 2, () => undefined);
  for (const byte of Buffer.from(text)) emulator.write(Buffer.of(byte));
  const whole = new Emulator(20, 2, () => undefined);
  whole.write(Buffer.from(text));
  expect(first(emulator)).toBe(first(whole));
  expect(first(whole).length).toBeGreaterThan(2);
  emulator.dispose();
  whole.dispose();
});

test('a character that is broken off does not take what follows with it', () => {
  const emulator = new Emulator(20, 2, () => undefined);
  for (const byte of [0xe2, 0x80, 0x1b, 0x5b, 0x6d, 0x41, 0xf0, 0x42]) emulator.write(Buffer.of(byte));
  expect(first(emulator)).toMatch(/A.?B$/u);
  emulator.dispose();
});
