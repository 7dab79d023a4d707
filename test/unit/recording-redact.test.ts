import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Redactor, redact } from '#core/redact/redact';
import { secretsOf } from '#core/redact/secrets';
import { View } from '#core/redact/view';
import { Stream } from '#world/pty/recording/stream';
import { fuzzed } from '../support/fuzz-stream.ts';
import { runs } from '../support/runs.ts';

const PASSWORD = 'hunter2-correct/horse';
const LINES = 'first line of it\nsecond line of it';
const KEY = `-----BEGIN RSA PRIVATE KEY-----\r\nMIIEpAIBAAKCAQEA0Z3VS5JJ\r\nq83vEUu1bLzmVZ0rkY4Hk1aX\r\n-----END RSA PRIVATE KEY-----`;
const known = [PASSWORD, LINES];

/** A text as it is printed, and the pieces of which none may be recorded. */
const PLANTED: ReadonlyArray<readonly [name: string, text: string, pieces: readonly string[]]> = [
  ['a known value', `the password is ${PASSWORD}, and on\r\n`, [PASSWORD.slice(2)]],
  ['a known value twice', `${PASSWORD}${PASSWORD}\r\n`, [PASSWORD.slice(2)]],
  ['a known value in colours', 'x \x1b[31mhunter2-\x1b[0m\x1b[1;32mcorrect\x1b[0m/horse y', ['nter2-', 'correct', '/horse']],
  ['a known value over a line end', 'x hunter2-corr\r\n\x1b[Kect/horse y', ['nter2-corr', 'ect/horse']],
  ['a known value of two lines', 'x first line of it\r\nsecond line of it y', ['rst line of it', 'second']],
  ['a known value in a title', `x \x1b]0;run ${PASSWORD}\x07 y`, [PASSWORD.slice(2)]],
  ['a known value in a link', `\x1b]8;;http://x/?k=${PASSWORD}\x1b\\here\x1b]8;;\x1b\\ y`, [PASSWORD.slice(2)]],
  ['a model key', 'KEY=sk-ant-api03-abcdefGHIJKL0123456789_xyz rest', ['abcdef', 'GHIJKL', '456789_xyz']],
  ['a key after a colour', 'ends\x1b[32msk-ABCDEFGHIJKLMNOPQRSTUVWX rest', ['ABCDEF', 'STUVWX']],
  ['a key whose head is coloured', '\x1b[01;31m\x1b[Ksk-\x1b[m\x1b[KABCDEFGHIJKLMNOPQRSTUVWX rest', ['ABCDEF', 'STUVWX']],
  ['a token of a code host', 'git: ghp_0123456789abcdefghijABCDEFGHIJ!', ['012345', 'EFGHIJ']],
  ['an access key', 'AKIAABCDEFGHIJKLMNOP', ['ABCDEFGH']],
  ['a header', 'Authorization: Bearer abcdefghijklmnop.qrst/uvw+x= end', ['abcdef', 'uvw+x']],
  ['a chat token', 'xoxb-123456789012-abcdef', ['123456789012', 'abcdef']],
  ['a JSON web token', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVP rest', ['hbGciO', 'eyJzdWI', 'dBjftJ']],
  ['a private key', `cat\r\n${KEY}\r\n$ `, ['MIIEpAIB', 'q83vEUu1', 'Hk1aX']],
  ['a private key with numbers of lines', KEY.replaceAll('\r\n', '\r\n\x1b[2m  7→\x1b[0m'), ['MIIEpAIB', 'q83vEUu1', 'Hk1aX']],
];

describe.each(PLANTED)('%s', (_, text, pieces) => {
  const clean = (recorded: string) => pieces.filter((piece) => recorded.includes(piece));

  test('is in no recording, wherever the chunks are cut', () => {
    const leaks: unknown[] = [];
    const whole = redact(text, known);
    for (let one = 0; one <= text.length; one++)
      for (let two = one; two <= text.length; two++) {
        const redactor = new Redactor(known);
        const parts = [text.slice(0, one), text.slice(one, two), text.slice(two)].map((part) => redactor.push(part));
        const recorded = parts.join('') + redactor.end();
        if (clean(recorded).length > 0 || recorded !== whole) leaks.push([one, two, recorded]);
      }
    expect(leaks.slice(0, 3)).toEqual([]);
    expect(whole).toHaveLength(text.length);
    expect(whole).toContain('***');
  });

  test('is in none when it is printed a character at a time, with silence after each', () => {
    const redactor = new Redactor(known);
    const recorded = [...text].map((char) => redactor.push(char) + redactor.settle()).join('') + redactor.end();
    expect(clean(recorded)).toEqual([]);
    expect(recorded).toHaveLength(text.length);
  });

  test('is in none when the stream is cut in the middle of it', () => {
    for (let at = 0; at <= text.length; at++) {
      const redactor = new Redactor(known);
      const first = redactor.push(text.slice(0, at)) + redactor.cut();
      const rest = new Redactor(known, JSON.parse(JSON.stringify(redactor.state)));
      const recorded = first + rest.push(text.slice(at)) + rest.end();
      expect(clean(recorded), `cut at ${at}`).toEqual([]);
    }
  });
});

test('what is printed without secrets is recorded as it is, whatever its chunks', () => {
  fc.assert(
    fc.property(
      fuzzed(40),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
      fc.boolean(),
      (stream, sizes, settles) => {
        const text = stream.toString('utf8');
        const redactor = new Redactor(known);
        let recorded = '';
        for (let at = 0, turn = 0; at < text.length; turn++) {
          const size = sizes[turn % sizes.length] as number;
          recorded += redactor.push(text.slice(at, at + size));
          if (settles) recorded += redactor.settle();
          at += size;
        }
        expect(recorded + redactor.end()).toBe(text);
      },
    ),
    { numRuns: runs(200) },
  );
});

test('a known value is found between whatever else is printed, parted by any sequences, in any chunks', () => {
  const between = fc.constantFrom(
    '',
    '',
    '',
    '\r\n',
    '\x1b[1;31m',
    '\x1b[0m',
    '\x1b[K',
    '\x1b[5;1H',
    '\x1b(B',
    '\x1b]8;;http://x/\x1b\\',
    '\b',
    '\x1b[?25l',
  );
  const around = fc.array(
    fc.constantFrom('hunt', 'sk-', '-----', 'eyJ', 'é', '你', ' ', 'h', '\r\n', '\x1b[2J', '\x1b]0;t\x07', 'Bearer '),
    { maxLength: 8 },
  );
  const parted = fc.array(between, { minLength: PASSWORD.length, maxLength: PASSWORD.length });
  fc.assert(
    fc.property(
      around,
      parted,
      around,
      fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }),
      (before, gaps, after, sizes) => {
        const text = `${before.join('')}${[...PASSWORD].map((char, at) => char + gaps[at]).join('')}${after.join('')}`;
        const redactor = new Redactor(known);
        let recorded = '';
        for (let at = 0, turn = 0; at < text.length; turn++) {
          const size = sizes[turn % sizes.length] as number;
          recorded += redactor.push(text.slice(at, at + size)) + (size % 2 === 0 ? redactor.settle() : '');
          at += size;
        }
        recorded += redactor.end();
        expect(recorded).toHaveLength(text.length);
        expect(View.printed(recorded).text).toContain('*'.repeat(PASSWORD.length - 2));
        expect(View.printed(recorded).text).not.toContain(PASSWORD.slice(2, 6));
      },
    ),
    { numRuns: runs(200) },
  );
});

test('words that only look like secrets stay', () => {
  for (const text of [
    'task-list-of-things-that-are-long-enough',
    'sk-short',
    'a Bearer of bad news, and a longer sentence',
    '-----BEGIN CERTIFICATE-----\r\nMIIBszCCAVmgAwIBAgIUQ\r\n-----END CERTIFICATE-----',
    '--------------------\r\n| a | table |\r\n--------------------',
  ])
    expect(redact(text, known)).toBe(text);
});

test('what cannot be the beginning of a secret is not held back, and of the rest no more than a limit', () => {
  const redactor = new Redactor([PASSWORD]);
  expect(redactor.push('plain text $ ')).toBe('plain text $ ');
  expect(redactor.push('hunt')).toBe('');
  expect(redactor.settle()).toBe('');
  expect(redactor.push('ed')).toBe('hunted');
  expect(redactor.push('h')).toBe('');
  expect(redactor.settle()).toBe('h');
  expect(redactor.push('i\r\n')).toBe('i\r\n');
  const endless = new Redactor([]);
  const given = Array.from({ length: 400 }, (_, turn) => endless.push(turn === 0 ? 'sk-abc' : 'Secret0'.repeat(100)));
  const recorded = given.join('');
  expect(endless.held.length).toBeLessThan(20_000);
  expect(recorded.length).toBeGreaterThan(200_000);
  expect(recorded).toMatch(/^\*+$/);
  const about = new Redactor([]);
  const prose = 'how a key is written: -----BEGIN PRIVATE KEY----- and so on, '.repeat(2);
  let printed = about.push(prose);
  for (let turn = 0; turn < 100; turn++) printed += about.push('more of it, a line; '.repeat(20));
  expect(printed.length).toBeGreaterThan(20_000);
  expect(printed.endsWith('more of it, a line; ')).toBe(true);
});

test('a text made to be searched long is searched in no time that grows with its square', () => {
  for (const piece of ['xsk-', 'sk-', '-----BEGIN ', '-----BEGIN PRIVATE KEY-----', '\x1b]', '\x1b[', 'eyJ', 'Bearer ']) {
    const redactor = new Redactor(known);
    const text = piece.repeat((256 << 10) / piece.length);
    expect((redactor.push(text) + redactor.end()).length).toBe(text.length);
  }
});

test('secret are the values of variables whose names say so, and the token of the session', () => {
  const env = {
    ANTHROPIC_API_KEY: 'value-one',
    GH_TOKEN: 'value-two',
    DB_PASSWORD: 'value-three',
    AWS_SECRET_ACCESS_KEY: 'value-four',
    npm_config_auth: 'value-five',
    GT_SESSION: 'value-six',
    GIT_AUTHOR_NAME: 'no-secret',
    TOKENIZERS_PARALLELISM: 'no-secret',
    PATH: '/usr/bin:/bin',
    SHORT_KEY: '1234567',
  };
  expect(secretsOf(env)).toEqual(['value-one', 'value-two', 'value-three', 'value-four', 'value-five', 'value-six']);
});

test('whatever a secret stands in and wherever the bytes are cut, no stream gives it', () => {
  const around = fc.string({ unit: fc.constantFrom(...'abXY09-_/+. []:;\n\x1b\u00e9\u4f60'), maxLength: 60 });
  const secret = fc.string({ unit: fc.constantFrom(...'abcXYZ019-_/+.\u00e9\u4f60'), minLength: 10, maxLength: 40 });
  const paint = fc.constantFrom('', '\x1b[31m', '\x1b[0m', '\r\n', '\x1b[K');
  fc.assert(
    fc.property(
      around,
      secret,
      around,
      paint,
      fc.nat(40),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
      (...drawn) => {
        const [before, value, after, sequence, at, sizes] = drawn;
        const told = `${before.replaceAll(/[\x00-\x1f\x7f-\x9f]/g, '')}${value.slice(0, at)}${sequence}${value.slice(at)}${after}`;
        const bytes = Buffer.from(told);
        const stream = new Stream([value]);
        let given = '';
        for (let from = 0, n = 0; from < bytes.length; n++) {
          const size = sizes[n % sizes.length] as number;
          given += stream.write(bytes.subarray(from, from + size));
          from += size;
        }
        given += stream.end();
        expect(View.printed(given).text).not.toContain(value);
        expect(redact(bytes.toString(), [value])).toBe(given);
      },
    ),
    { numRuns: runs(200) },
  );
});

test('passwords in addresses, and variables that are named as secrets, are secrets of an environment', () => {
  const env = {
    DATABASE_URL: 'postgres://app:s3cret-pass@db:5432/x',
    MY_PASSWORD: 'correct horse',
    npm_config__auth: 'dXNlcjpwYXNz',
    SHORT_KEY: 'abc',
    GIT_AUTHOR_NAME: 'shop/polecats/toast',
    PAGE: 'https://example.org/a/b@c',
  };
  expect(secretsOf(env).sort()).toEqual(['correct horse', 'dXNlcjpwYXNz', 's3cret-pass']);
});
