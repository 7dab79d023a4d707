import { command } from '#cli/command';
import { exported } from '#cli/wire-recordings';
import { isRefusal, refuse } from '#core/refusals';

/** A session's recording as one file. */
export const sessionExport = command({
  args: [
    { name: 'session', required: true, help: 'a session; or a work item, a run or an agent, of which the last one is meant' },
  ],
  options: [
    {
      name: 'format',
      value: 'format',
      help: 'cast: asciicast v2 (default); txt: the text that was seen',
      choices: ['cast', 'txt'],
    },
    { name: 'output', short: 'o', value: 'file', help: 'into this file, which must not be there yet (default: standard output)' },
  ],
  about: 'Secrets are stars in it, as they were recorded.',
  example: 'gt session export gp-4kx.r2.s1 -o session.cast',
  run: async ({ args: { session: about }, opts, global, io, say }) => {
    if (global.json && opts.output === undefined)
      return refuse('USAGE', { what: 'Standard output has the recording itself.', hint: 'With --json name a file: `-o FILE`.' });
    const format = opts.format === 'txt' ? 'txt' : 'cast';
    const done = await exported({ global, io }, { about, format, file: opts.output });
    if (isRefusal(done)) return done;
    if (done.missing !== null) say(`Not all of ${done.session} could be read: ${done.missing}.`);
    return done;
  },
  text: ({ session, file, size }) => (file === null ? '' : `${session}: ${size} characters in ${file}`),
  exit: ({ missing }) => (missing === null ? 0 : 1),
});
