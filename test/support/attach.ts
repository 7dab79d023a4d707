/** Attachments for tests, with all that they tell. */
import type { AttachEnd, Attachment, Host, Size } from '#world/pty/host';
import { Followed } from './screens.ts';

/** One that is attached, and what it sees: output as text, and a screen fed with paintings and output as a terminal would be. */
export type Onlooker = {
  readonly stream: Attachment;
  /** All output since the last painting. */
  readonly text: () => string;
  readonly bytes: () => number;
  readonly paints: () => number;
  readonly screen: () => Followed;
  readonly sizes: Size[];
  readonly aways: boolean[];
  readonly eased: () => number;
  readonly end: Promise<AttachEnd>;
};

/** Attaches and keeps what is told. `keep` also keeps the output of long streams. */
export async function look(
  host: Host,
  id: string,
  options: { type?: boolean; size?: Size; from?: number; onOutput?: (bytes: Buffer) => void } = {},
): Promise<Onlooker> {
  let chunks: Buffer[] = [];
  let bytes = 0;
  let paints = 0;
  let eased = 0;
  let screen = new Followed(80, 24);
  const sizes: Size[] = [];
  const aways: boolean[] = [];
  let tell: (end: AttachEnd) => void = () => undefined;
  const end = new Promise<AttachEnd>((resolve) => {
    tell = resolve;
  });
  const { onOutput, type = false, ...rest } = options;
  const stream = await host.attach(
    id,
    { ...rest, type },
    {
      onPaint: (picture, { cols, rows }) => {
        chunks = [];
        paints++;
        screen.dispose();
        screen = new Followed(cols, rows);
        screen.feed(picture);
      },
      onOutput: (part) => {
        chunks.push(part);
        bytes += part.length;
        screen.feed(part);
        onOutput?.(part);
      },
      onResize: (size) => sizes.push(size),
      onAway: (isAway) => aways.push(isAway),
      onEased: () => eased++,
      onEnd: tell,
    },
  );
  return {
    stream,
    text: () => Buffer.concat(chunks).toString(),
    bytes: () => bytes,
    paints: () => paints,
    screen: () => screen,
    sizes,
    aways,
    eased: () => eased,
    end,
  };
}

/** What the onlooker's screen shows, as text. */
export function shownTo(onlooker: Onlooker): string {
  return shownBy(onlooker.screen());
}

/** What a screen shows, as text. */
export function shownBy({ emulator }: Followed): string {
  const cell = emulator.emptyCell();
  return Array.from({ length: emulator.rows }, (_, y) => {
    const line = emulator.active.lines.get(emulator.active.ybase + y);
    const cells = Array.from({ length: emulator.cols }, (_, x) => line?.loadCell(x, cell).getChars() || ' ');
    return cells.join('').trimEnd();
  }).join('\n');
}
