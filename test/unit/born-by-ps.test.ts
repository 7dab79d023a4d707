import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { BORN_BY_PS, bornByPs } from '#world/processes/born-by-ps';

let bin: string;
beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), 'gt-ps-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(bin, { recursive: true, force: true });
});

/** A ps that tells a birth in the words and at the hour of whoever asks, as those do. */
function standIn(text: string): void {
  writeFileSync(join(bin, 'ps'), `#!/bin/sh\n${text}\n`);
  chmodSync(join(bin, 'ps'), 0o755);
  vi.stubEnv('PATH', `${bin}:${process.env['PATH']}`);
}

const SOMEWHERE = [
  { LC_ALL: 'de_DE.UTF-8', TZ: 'Asia/Tokyo' },
  { LC_ALL: '', LC_TIME: 'fr_FR.UTF-8', TZ: 'America/New_York' },
];

test('where ps tells when a process was born, all tell it alike, whatever their language and their hour', () => {
  standIn('echo "  $LC_ALL at $TZ: $*  "');
  for (const there of SOMEWHERE) {
    for (const [name, value] of Object.entries(there)) vi.stubEnv(name, value);
    expect(bornByPs(7)).toBe('C at UTC: -o lstart= -p 7');
    const [pid, born] = execFileSync('/bin/sh', ['-c', `born=${BORN_BY_PS}; printf '%s;%s' $$ "$born"`], {
      encoding: 'utf8',
    }).split(';');
    expect(born).toBe(bornByPs(Number(pid)));
  }
});

test('nobody was born of whom ps says nothing', () => {
  standIn('exit 1');
  expect(bornByPs(7)).toBeUndefined();
  standIn('echo');
  expect(bornByPs(7)).toBeUndefined();
});
