import { appendFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { command } from '#cli/command';
import { withDesk } from '#cli/wire';
import { mailboxHere } from '#cli/wire-mail';
import { isRefusal, refuse } from '#core/refusals';
import { mailExport as exported } from '#views/mail';

/** Writes a mailbox as JSON lines. */
export const mailExport = command({
  args: [{ name: 'address', help: 'whose (for people; default the overseer)' }],
  options: [
    { name: 'output', short: 'o', value: 'path', help: 'into this file, which must not be there yet (default: standard output)' },
  ],
  about:
    'One JSON object a line, oldest first, the archive before the others: id, from, to, cc, subject, body, at, thread, type, priority, state.',
  example: 'gt mail export -o inbox.jsonl',
  run: (call) =>
    withDesk(call, { wait: 'person' }, async (town) => {
      const { opts, io } = call;
      const here = await mailboxHere(town, io, call.args.address);
      if (isRefusal(here)) return here;
      const path = opts.output === undefined || opts.output === '-' ? undefined : resolve(io.cwd, opts.output);
      try {
        if (path !== undefined) writeFileSync(path, '', { flag: 'wx' });
        let count = 0;
        for await (const mail of exported(town.desk.books, here.mailbox)) {
          const line = `${JSON.stringify(mail)}\n`;
          if (path === undefined) io.out(line);
          else appendFileSync(path, line);
          count++;
        }
        return path === undefined ? undefined : { mailbox: here.of, path, mails: count };
      } catch (fault) {
        const code = (fault as NodeJS.ErrnoException).code;
        if (path === undefined || code === undefined) throw fault;
        const what = code === 'EEXIST' ? `${opts.output} is there already.` : `${opts.output} cannot be written (${code}).`;
        return refuse('USAGE', { what, hint: 'Name a new file in a folder that is there.' });
      }
    }),
  text: (done) => (done ? `${done.mails === 1 ? '1 mail' : `${done.mails} mails`} of ${done.mailbox} in ${done.path}` : ''),
});
