import type { Io } from './command.ts';

/** More than any command takes, so that it is refused there (bytes). */
const MOST = 64 * 1024 * 1024;

/** All that is piped into a call; nothing of a terminal, where nobody means to write. */
export async function readPiped({ stdin }: Io): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stdin ?? []) {
    chunks.push(Buffer.from(chunk));
    bytes += chunk.length;
    if (bytes > MOST) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}
