import { execFileSync } from 'node:child_process';

/** In the words of nobody's language and at nobody's hour: births are compared by processes of different environments. */
const SPELLING = { LC_ALL: 'C', TZ: 'UTC' };

/** For `/bin/sh`: when the shell itself was born, in the same spelling. */
export const BORN_BY_PS = "$(LC_ALL=C TZ=UTC ps -o lstart= -p $$ | sed 's/^ *//;s/ *$//')";

/** When a process was born, as `ps` tells it, where there is no /proc; undefined when none runs. */
export function bornByPs(pid: number): string | undefined {
  try {
    const born = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      env: { ...process.env, ...SPELLING },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return born.trim() || undefined;
  } catch {
    return undefined;
  }
}
