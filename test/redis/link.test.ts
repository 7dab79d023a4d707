import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ioredisLink } from '#world/store/ioredis-link';
import { type Link, openLink, RedisGone } from '#world/store/link';
import { RedisReplyError } from '#world/store/resp';
import { type PrivateRedis, privateRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';

type Opened = { link: Link; end(): void };

async function overIoredis(path: string, protocol: 2 | 3): Promise<Opened> {
  const redis = new Redis({
    path,
    protocol,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: null,
    retryStrategy: () => 20,
  });
  redis.on('error', () => undefined);
  return { link: ioredisLink(redis), end: () => redis.disconnect() };
}

/** The ways to talk to Redis that keep the link's contract. */
const WAYS: Array<[name: string, open: (path: string) => Promise<Opened>]> = [
  [
    'the lean link',
    async (path) => {
      const link = await openLink({ path }, { waitMs: 10_000 });
      return { link, end: () => link.close() };
    },
  ],
  ['the link over ioredis', (path) => overIoredis(path, 3)],
  ['the link over ioredis with RESP2', (path) => overIoredis(path, 2)],
];

describe.each(WAYS)('%s', (_name, open) => {
  let server: PrivateRedis;
  let opened: Opened;
  let link: Link;
  beforeAll(async () => {
    server = await privateRedis({ aof: true });
    opened = await open(server.path);
    link = opened.link;
  });
  afterAll(async () => {
    opened.end();
    await server.stop();
  });
  beforeEach(async () => {
    await link.call('FLUSHALL');
  });

  test('keeps text as it is, with line ends, NUL and every script', async () => {
    const text = 'a\r\nb\0$5\r\n\u{1F69A} Ωж\n';
    expect(await link.call('SET', 'k', text)).toBe('OK');
    expect(await link.call('GET', 'k')).toBe(text);
    expect(await link.call('set', '', '')).toBe('OK');
    expect(await link.call('get', '')).toBe('');
  });

  test('stores any bytes', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    await link.call('SET', 'k', bytes);
    expect(await link.call('STRLEN', 'k')).toBe(256);
    const script = "local s = redis.call('GET', KEYS[1]) return { s:byte(1), s:byte(128), s:byte(256) }";
    expect(await link.call('EVAL', script, 1, 'k')).toEqual([0, 127, 255]);
  });

  test('tells nil from empty', async () => {
    expect(await link.call('GET', 'none')).toBeNull();
    expect(await link.call('LRANGE', 'none', 0, -1)).toEqual([]);
    expect(await link.call('HMGET', 'none', 'a', 'b')).toEqual([null, null]);
    expect(await link.call('BLPOP', 'none', '0.01')).toBeNull();
  });

  test('counts in whole numbers', async () => {
    expect(await link.call('INCRBY', 'n', -42)).toBe(-42);
    expect(await link.call('INCRBY', 'n', 9_007_199_254_740_000)).toBe(9_007_199_254_739_958);
    expect(await link.call('GET', 'n')).toBe('9007199254739958');
  });

  test('gives what a script gives, nested', async () => {
    const script = "return { 1, { 'two', { 3, {}, false } }, redis.status_reply('FINE'), redis.error_reply('MY own') }";
    const reply = await link.call('EVAL', script, 0);
    expect(reply).toEqual([1, ['two', [3, [], null]], 'FINE', expect.any(RedisReplyError)]);
  });

  test('reshapes no reply', async () => {
    await link.call('hset', 'h', 'a', 1, 'b', 2);
    expect(await link.call('hgetall', 'h')).toEqual(['a', '1', 'b', '2']);
    await link.call('zadd', 'z', 1, 'a', 2, 'b');
    expect(await link.call('zrange', 'z', 0, -1, 'withscores')).toEqual(['a', '1', 'b', '2']);
    await link.call('xadd', 's', '1-1', 'f', 'v');
    expect(await link.call('xread', 'streams', 's', '0')).toEqual([['s', [['1-1', ['f', 'v']]]]]);
    expect(await link.pipeline([['hgetall', 'h']])).toEqual([['a', '1', 'b', '2']]);
  });

  test('rejects what Redis refuses, with its code', async () => {
    await link.call('SET', 'k', 'text');
    await expect(link.call('LPUSH', 'k', 1)).rejects.toMatchObject({ name: 'RedisReplyError', code: 'WRONGTYPE' });
    await expect(link.call('EVALSHA', 'f'.repeat(40), 0)).rejects.toMatchObject({ code: 'NOSCRIPT' });
  });

  test('keeps an error in its place among many', async () => {
    const replies = await link.pipeline([['SET', 'k', 'text'], ['LPUSH', 'k', 1], ['NOSUCH'], ['GET', 'k']]);
    expect(replies).toEqual(['OK', expect.any(RedisReplyError), expect.any(RedisReplyError), 'text']);
    expect(await link.pipeline([])).toEqual([]);
  });

  test('carries 5 MB', async () => {
    const long = 'gas town \u{1F69A} '.repeat(390_000);
    await link.call('SET', 'long', long);
    expect((await link.call('GET', 'long')) === long).toBe(true);
  });

  test('answers 10,000 commands in order', async () => {
    const replies = await link.pipeline(Array.from({ length: 10_000 }, (_, index) => ['ECHO', index]));
    expect(replies).toEqual(Array.from({ length: 10_000 }, (_, index) => String(index)));
    const single = await Promise.all(Array.from({ length: 500 }, (_, index) => link.call('ECHO', index)));
    expect(single).toEqual(Array.from({ length: 500 }, (_, index) => String(index)));
  });

  test('tells who waits that the line was cut, runs nothing twice, and goes on when Redis is back', async () => {
    await link.call('SET', 'kept', 'yes');
    // Redis holds back writes during the pause: the requests are sent, and stay unanswered until the kill.
    await link.call('CLIENT', 'PAUSE', 60_000, 'WRITE');
    const cut = [
      link.call('INCR', 'n'),
      link.pipeline([
        ['INCR', 'n'],
        ['INCR', 'n'],
      ]),
    ];
    const outcomes = Promise.allSettled(cut);
    const watch = await openLink({ path: server.path }, { waitMs: 0 });
    while (!String(await watch.call('INFO', 'clients')).includes('blocked_clients:1')) await watch.call('PING');
    await server.kill();
    for (const outcome of await outcomes)
      expect(outcome).toMatchObject({ status: 'rejected', reason: { name: 'RedisGone', reason: 'cut' } });
    const early = link.call('GET', 'kept');
    await server.start();
    expect(await early).toBe('yes');
    expect(await link.call('GET', 'n')).toBeNull();
  });

  test('sends nothing after its end', async () => {
    const other = await open(server.path);
    other.link.close();
    await expect(other.link.call('PING')).rejects.toMatchObject({ name: 'RedisGone', reason: 'closed' });
    other.end();
  });
});

describe('opening the lean link', () => {
  let server: PrivateRedis;
  beforeAll(async () => {
    server = await privateRedis({ tcp: true, flags: ['--requirepass', 's:e/c@ret'] });
  });
  afterAll(() => server.stop());
  const url = (password: string, rest = '') => `${server.url?.replace('//', `//${password}@`)}${rest}`;

  test('signs in and takes the database of the url', async () => {
    const two = await openLink({ url: url(`:${encodeURIComponent('s:e/c@ret')}`, '/2') }, { waitMs: 0 });
    await two.call('SET', 'where', 'two');
    const named = await openLink({ url: url(`default:${encodeURIComponent('s:e/c@ret')}`) }, { waitMs: 0 });
    expect(await named.call('GET', 'where')).toBeNull();
    await named.call('SELECT', 2);
    expect(await named.call('GET', 'where')).toBe('two');
    two.close();
    named.close();
  });

  test('is refused at once with a wrong password, and never tells the password', async () => {
    await expect(openLink({ url: url(':wrong') }, { waitMs: 60_000 })).rejects.toMatchObject({ code: 'WRONGPASS' });
    await expect(openLink({ url: url(':s').replace(/:\d+$/, ':1') }, { waitMs: 0 })).rejects.toThrow(
      /^Redis is gone \(unreachable\): redis:\/\/127\.0\.0\.1:1: /,
    );
  });

  test('tries once without patience, and as long as it was told with it', async () => {
    await expect(openLink({ path: '/nowhere/redis' }, { waitMs: 0 })).rejects.toBeInstanceOf(RedisGone);
    let now = 0;
    const fast = openLink({ path: '/nowhere/redis' }, { waitMs: 120, now: () => (now += 10) });
    await expect(fast).rejects.toMatchObject({ reason: 'unreachable', where: '/nowhere/redis' });
    expect(now).toBeGreaterThanOrEqual(120);
  });

  test('is rejected as closed when it is closed on its way back', async () => {
    const link = await openLink({ url: url(`:${encodeURIComponent('s:e/c@ret')}`) }, { waitMs: 10_000, answerMs: 20 });
    await expect(link.call('BLPOP', 'none', 5)).rejects.toMatchObject({ reason: 'cut' });
    const onItsWay = link.call('PING');
    link.close();
    await expect(onItsWay).rejects.toMatchObject({ reason: 'closed' });
  });

  test('gives up on a server that does not answer', async () => {
    const link = await openLink({ url: url(`:${encodeURIComponent('s:e/c@ret')}`) }, { waitMs: 10_000, answerMs: 50 });
    await expect(link.call('BLPOP', 'none', 5)).rejects.toMatchObject({ reason: 'cut' });
    // On a busy machine an answer may take longer than this link waits for it: then it is asked again.
    const isCut = (fault: unknown) => fault instanceof RedisGone && fault.reason === 'cut';
    const ping = () => link.call('PING').catch((fault) => (isCut(fault) ? undefined : Promise.reject(fault)));
    expect(await until('it answers', ping)).toBe('PONG');
    link.close();
  });
});
