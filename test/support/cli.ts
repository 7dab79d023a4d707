import type { Io } from '#cli/command';
import { run } from '#cli/run';
import { TOPICS, type Topic } from '#cli/verbs';

/** What one call of gt left behind. */
export type Called = { readonly exit: number; readonly out: string; readonly err: string };

/** Calls gt in this process with these words, on a pipe unless `io` says otherwise. */
export async function call(argv: readonly string[], io: Partial<Io> = {}, topics: readonly Topic[] = TOPICS): Promise<Called> {
  let out = '';
  let err = '';
  const exit = await run(
    argv,
    {
      env: {},
      cwd: '/',
      now: () => 0,
      out: (text) => {
        out += text;
      },
      err: (text) => {
        err += text;
      },
      outIsTerminal: false,
      errIsTerminal: false,
      width: 80,
      interrupted: new AbortController().signal,
      ...io,
    },
    topics,
  );
  return { exit, out, err };
}
