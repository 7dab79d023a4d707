/** The request by which a host is told to hand its terminals over. */
import { isAbsolute } from 'node:path';
import { isProgram } from './launch.ts';
import { bad, numberOf, textOf } from './request-args.ts';
import type { Request } from './requests.ts';

const WORDS = 100;
const WAIT_LIMIT = 60_000;

/**
 * `hand-over {program, waitMs?}`: `program` is the successor's command line, its first word an absolute path. Answered by the successor, with its `info`, or
 * refused when nothing has happened. A person's command may ask for it as well: `gt up` does, and whoever may `stop` the host may replace it.
 */
export const HAND_OVER_REQUESTS: Readonly<Record<string, Request>> = {
  'hand-over': {
    right: 'change',
    run: (args, { handOver }) => {
      const { program, waitMs } = args;
      if (!Array.isArray(program) || program.length === 0 || program.length > WORDS) throw bad('`program` must name a program');
      const words = program.map((word) => textOf(word, 'program'));
      const [file = ''] = words;
      if (!isAbsolute(file) || !isProgram(file)) throw bad(`\`${file.slice(0, 200)}\` is no program with an absolute path`);
      return handOver({
        program: words,
        ...(waitMs !== undefined && { waitMs: numberOf(waitMs, 'waitMs', 1, WAIT_LIMIT) }),
      });
    },
  },
};
