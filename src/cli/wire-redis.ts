import { isRefusal, type Refusal } from '#core/refusals';
import { socketPath } from '#world/config/runtime';
import { KEY_MAP, keysOf } from '#world/store/keys';
import type { Town } from './wire.ts';

export type KeyMap = {
  readonly socket: string | null;
  readonly prefix: string;
  readonly keys: ReadonlyArray<{ readonly pattern: string; readonly type: string; readonly holds: string }>;
};

/** Where a town's keys lie, for people with redis-cli. */
export function keyMap(town: Town): KeyMap {
  const socket: string | Refusal = socketPath(town.root, 'redis');
  const prefix = keysOf(town.id).books.replace(/b:$/, '');
  return {
    socket: isRefusal(socket) ? null : socket,
    prefix,
    keys: KEY_MAP.map(([pattern, type, holds]) => ({ pattern, type, holds })),
  };
}
