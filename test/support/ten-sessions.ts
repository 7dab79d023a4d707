import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawn, upTo } from '../../src/trials/seeded.ts';
import { writeChain } from './nine-steps.ts';
import { MAIN } from './stand-in-program.ts';
import type { HarmedTown } from './trial.ts';

/** What ends a session: its own word, a person's, a conversation that was made shorter (with a note of its agent, or without), or a death. */
export type Fate = 'own' | 'worker' | 'person' | 'noted' | 'unnoted' | 'killed' | 'host' | 'put-down';

/** Fates of all sessions but the last, which does what is left; and how many steps each of them closes. */
export function fatesOf(seed: number): ReadonlyArray<{ readonly fate: Fate; readonly closes: number }> {
  const draw = drawn(seed);
  const fates: Fate[] = ['own', 'worker', 'person', 'noted', 'unnoted', 'killed', 'killed', 'host', 'put-down'];
  for (let at = fates.length - 1; at > 0; at--) {
    const other = upTo(draw, at);
    [fates[at], fates[other]] = [fates[other] as Fate, fates[at] as Fate];
  }
  let left = STEPS.length - 1;
  return fates.map((fate) => {
    const closes = Math.min(left, upTo(draw, 1));
    left -= closes;
    return { fate, closes };
  });
}

export const STEPS = ['load', 'plan', 'build', 'test', 'tidy', 'submit'] as const;

/**
 * An agent of many sessions: a script where its program is a shell, and a stand-in of claude where its conversation is made shorter. Each session closes as
 * many steps as it should, leaves a file that is not committed, and then waits for its fate, or calls it.
 */
export class TenSessions {
  readonly #town: HarmedTown;
  readonly fates: ReturnType<typeof fatesOf>;

  constructor(town: HarmedTown, seed: number) {
    this.#town = town;
    this.fates = fatesOf(seed);
    writeChain(
      town,
      'six',
      STEPS.map((id) => ({ id, block: 'exit 9' })),
    );
    this.fates.forEach(({ fate, closes }, at) => {
      writeFileSync(this.#file(`fate-${at + 1}`), `${fate} ${closes}\n`);
    });
    writeFileSync(this.#file('agent.sh'), AGENT);
    for (const name of ['noted', 'unnoted']) {
      const blocked = name === 'noted' ? [{ run: '"$GT_BIN" handoff -m "note of $N"' }] : [];
      const turns = [{ ms: 20, tools: [{ run: `sh '${this.#file('agent.sh')}'` }], compacts: true, blocked }];
      writeFileSync(this.#file(`${name}.json`), JSON.stringify({ log: this.#file(`${name}.notes`), turns }));
    }
    writeFileSync(this.program, this.#program());
    chmodSync(this.program, 0o755);
  }

  static program(town: HarmedTown): string {
    return join(town.dir, 'many-sessions');
  }

  get program(): string {
    return TenSessions.program(this.#town);
  }

  /** Waits until the nth session has done its part and waits for its fate. */
  waits(n: number): Promise<true> {
    return this.#town.until(`session ${n} waits for its fate`, async () => existsSync(this.#file(`ready-${n}`)) || undefined);
  }

  /** Lets it hand itself off. */
  go(n: number): void {
    writeFileSync(this.#file(`go-${n}`), '');
  }

  #file(name: string): string {
    return join(this.#town.dir, `ten-${name}`);
  }

  #program(): string {
    const played = (name: string) =>
      `exec '${process.execPath}' '${MAIN}' stand-in --like claude --scenario '${this.#file(`${name}.json`)}' "$@"`;
    return `#!/bin/sh
n=1
while ! mkdir '${this.#file('started')}'-$n 2>/dev/null; do n=$((n+1)); done
export N=$n TEN='${this.#file('')}'
for last; do :; done
printf '%s' "$last" > "$TEN"prompt-$n
# A script before it has left no conversation that could go on.
for word; do
  shift
  [ "$word" != --resume ] || word=--session-id
  set -- "$@" "$word"
done
case $(cat "$TEN"fate-$n 2>/dev/null) in
noted*) ${played('noted')} ;;
unnoted*) ${played('unnoted')} ;;
*) exec sh "$TEN"agent.sh ;;
esac
`;
  }
}

/** One session. Its last words are those of its fate: what it does itself, or waiting for what is done to it. */
const AGENT = `echo "session $N begins"
"$GT_BIN" hook > /dev/null || exit 1
read -r fate closes < "$TEN"fate-$N || closes=99
while [ "$closes" -gt 0 ]; do
  key=$("$GT_BIN" mol current --json | sed -n 's/^    "key": "\\(.*\\)",$/\\1/p')
  [ -n "$key" ] || break
  echo "$N $key" >> "$TEN"ran
  echo "$key" > "$key.txt"
  git add -A
  git commit -q -m "Do $key"
  "$GT_BIN" mol step done || exit 1
  closes=$((closes-1))
done
case $fate in
'') exec "$GT_BIN" done ;;
noted|unnoted) exit 0 ;;
esac
echo "half of $N" > "half-$N.txt"
touch "$TEN"ready-$N
case $fate in
own|worker)
  while [ ! -e "$TEN"go-$N ]; do sleep 0.05; done
  "$GT_BIN" handoff "note of $N" --next "the rest of $N" ;;
esac
exec sleep 600
`;
