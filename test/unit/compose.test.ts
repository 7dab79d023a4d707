import { expect, test } from 'vitest';
import { composedRedis } from '../support/compose.ts';

const redis = composedRedis();

/** The value that follows a flag. */
const flag = (name: string) => redis.command[redis.command.indexOf(name) + 1];

test("Docker's Redis writes every command to its file, and drops nothing", () => {
  expect(redis.command[0]).toBe('redis-server');
  expect(flag('--appendonly')).toBe('yes');
  expect(flag('--maxmemory-policy')).toBe('noeviction');
});

test("Docker's Redis is reached from this machine alone", () => {
  expect(redis.ports).toEqual(['127.0.0.1:6379:6379']);
});

test("Docker's Redis keeps its data when its container goes", () => {
  expect(redis.services).toContain('redis');
  expect(redis.volumes).toEqual(['redis-data:/data']);
  expect(redis.image).toMatch(/^redis:[7-9]/);
});
