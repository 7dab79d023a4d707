/** What may be asked of a session's recording. */
import { isAbsolute } from 'node:path';
import type { RecordRequest } from './host.ts';
import type { Args } from './request-args.ts';
import { bad, idOf, numberOf, textOf } from './request-args.ts';
import type { Request } from './requests.ts';

/** Least and most bytes of a recording. */
const LEAST = 1 << 20;
const MOST = 2 ** 40;

function flagOf(value: unknown, name: string): boolean | undefined {
  if (value !== undefined && typeof value !== 'boolean') throw bad(`\`${name}\` must be true or false`);
  return value;
}

/** The `record` of a spawn, if it has one. */
export function recordOf(args: Args): { record?: RecordRequest } {
  const { record } = args;
  if (record === undefined) return {};
  if (typeof record !== 'object' || record === null) throw bad('`record` must name a directory');
  const { dir, input, maxBytes } = record as Args;
  const path = textOf(dir, 'record.dir');
  if (!isAbsolute(path)) throw bad('`record.dir` must be an absolute path');
  const isInput = flagOf(input, 'record.input');
  const most = maxBytes === undefined ? undefined : numberOf(maxBytes, 'record.maxBytes', LEAST, MOST);
  return {
    record: { dir: path, ...(isInput !== undefined && { input: isInput }), ...(most !== undefined && { maxBytes: most }) },
  };
}

export const RECORDING: Readonly<Record<string, Request>> = {
  record: {
    right: 'change',
    run: (args, { sessions }) => {
      const { recorder } = sessions.known(idOf(args));
      if (!recorder) return null;
      recorder.turn(flagOf(args['on'], 'on') ?? recorder.isOn, flagOf(args['input'], 'input'));
      const { isOn, input, part } = recorder;
      return { on: isOn, input, part };
    },
  },
};
