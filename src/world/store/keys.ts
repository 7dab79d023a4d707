/**
 * Every key text of gt in Redis. All keys of a town begin with `{gt:<town id>}`, so that two towns can share a Redis, and (the braces) all lie in
 * one slot. The books are under `…:b:`, BullMQ's queues under `…:q:<queue>:`, and the two never meet.
 */
export type Keys = ReturnType<typeof keysOf>;

export function keysOf(town: string) {
  const books = `{gt:${town}}:b:`;
  return {
    /** Prefix of the books. */
    books,
    /** BullMQ's prefix option. */
    queues: `{gt:${town}}:q`,
    /** BullMQ's keys of one queue begin so. */
    queue: (name: string) => `{gt:${town}}:q:${name}:`,
    record: (noun: string, id: string) => `${books}${noun}:${id}`,
    index: (name: string) => `${books}i:${name}`,
    unmet: (id: string) => `${books}unmet:${id}`,
    successors: (id: string) => `${books}succ:${id}`,
    text: (id: string) => `${books}text:${id}`,
    unseen: `${books}unseen`,
    events: `${books}events`,
    schema: `${books}schema`,
    epoch: `${books}epoch`,
  };
}

/** The map for people with redis-cli. */
export const KEY_MAP: ReadonlyArray<readonly [pattern: string, type: string, holds: string]> = [
  ['b:<noun>:<id>', 'hash', 'a record: doc (JSON) and v (version)'],
  ['b:text:<id>', 'hash', 'long text of a record: description, design, notes, acceptance'],
  ['b:i:<index>', 'sorted set', 'an index: ids by time or place in line'],
  ['b:unmet:<id>', 'set', 'what an item still waits for'],
  ['b:succ:<id>', 'hash', 'who waits for an item, and the job to wake then'],
  ['b:unseen', 'sorted set', 'jobs that a commit concerns and that have not looked yet, by time'],
  ['b:events', 'stream', 'history, bounded'],
  ['b:commit:<id>', 'string', 'the answer of a commit, kept 10 min for a client that resends'],
  ['b:schema, b:epoch', 'string', "the books' schema number, the worker's epoch"],
  ['q:<queue>:*', 'BullMQ', 'the jobs of a queue'],
];
