import { eventLine, headerLine } from '#world/pty/recording/cast';
import type { Recording } from './read.ts';
import { rendered } from './rendered.ts';

/** A recording's parts as one asciicast v2, a line at a time. */
export async function* asCast({ size, beganAt, session, events }: Recording): AsyncGenerator<string> {
  yield headerLine({
    version: 2,
    width: size.cols,
    height: size.rows,
    timestamp: Math.floor(beganAt / 1000),
    title: session,
    gt: { session, part: 1, seq: 0 },
  });
  for await (const event of events) yield eventLine(event);
}

/** The same as the text that people saw, a row at a time. */
export async function* asText({ size, events }: Recording): AsyncGenerator<string> {
  for await (const { text } of rendered(events, size)) yield `${text}\n`;
}
