/** A terminal screen with all that its program has set: fed bytes, and given again as the bytes that make a fresh terminal equal to it. */
import type { Emulator } from './emulator.ts';
import { Painter } from './painter.ts';
import type { OnAsked, Scanner } from './scanner.ts';

/** What a fresh terminal of the same size is fed to become equal to the one that this scanner and emulator followed; `scrollback` with the lines scrolled away. */
export function pictureOf(emulator: Emulator, scanner: Scanner, scrollback = true): Buffer {
  const painter = new Painter(emulator);
  const { modes, printed, partial } = scanner;
  const painted = painter.paint((sheet) => modes.savedCharset(sheet), scrollback);
  const text = `${painted}${modes.extra(painter.cursor(modes.origin))}${printed && !modes.insert ? painter.reprint() : ''}`;
  return Buffer.concat([Buffer.from(text), partial]);
}

/** Feeds both; what may be a question is told of between the bytes before it and those after, so that answers come in the order of the questions. */
export function feed(emulator: Emulator, scanner: Scanner, bytes: Buffer, onAsked: OnAsked): void {
  let fed = 0;
  scanner.push(bytes, (sequence, end) => {
    emulator.write(bytes.subarray(fed, end));
    fed = end;
    onAsked(sequence, end);
  });
  emulator.write(bytes.subarray(fed));
}
