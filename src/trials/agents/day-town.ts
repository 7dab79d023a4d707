import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Preset } from '#core/preset';
import type { Records } from '#core/records';
import { GT, type TrialTown } from '#trials/trial-town';
import type { Conversation, Turn } from '#world/model-server/conversation';
import type { Asked, ModelServer } from '#world/model-server/server';
import { STEPS } from './day-mind.ts';
import { isReady } from './scenes.ts';
import { Stage } from './stage.ts';

/** How long one thing of the day may take: for a machine that has other things to do. */
const LIMIT_MS = 180_000;
const LOOK_MS = 250;

/** A complaint, unless something holds. */
export const lack = (holds: boolean, words: string): string[] => (holds ? [] : [words]);

/** How Claude Code shows a stop hook's words once more when a later turn begins: as an error of the hook, beside the turn that went on with them. */
const ECHO = 'Stop hook blocking error from command';

/** A day in a town whose agents are the real program: what is asked of it, and what there is to see. */
export class Day {
  readonly town: TrialTown;
  readonly model: ModelServer;
  readonly preset: Preset;
  readonly #folder: string;
  readonly #people: Stage[] = [];
  /** The epic, and the items of the convoy. */
  items: readonly [epic: string, first: string, second: string] = ['', '', ''];

  constructor(town: TrialTown, model: ModelServer, preset: Preset, folder: string) {
    this.town = town;
    this.model = model;
    this.preset = preset;
    this.#folder = folder;
  }

  /** The item whose steps are worked. */
  get work(): string {
    return this.items[1];
  }

  /** Waits until something is true. @throws when it does not come, or the model was asked what it does not know */
  until<T>(what: string, look: () => Promise<T | undefined | false> | T | undefined | false): Promise<T> {
    const { model } = this;
    const watched = async () => {
      if (model.faults.length > 0) throw new Error(`the model was asked what it does not know: ${model.faults.join('; ')}`);
      return look();
    };
    return this.town.until(what, watched, LIMIT_MS, LOOK_MS);
  }

  /** A person's terminal with `gt <words>` in it, once the program that is shown takes a prompt. */
  async attach(...words: readonly string[]): Promise<Stage> {
    const { town } = this;
    const env = { ...(town.env as Record<string, string>), GT_TOWN_ROOT: town.root };
    const stage = new Stage({ argv: [process.execPath, GT, ...words], env, cwd: town.dir, token: 'GT_STAGE' });
    this.#people.push(stage);
    await this.prompts(stage);
    return stage;
  }

  /** Waits until the program that a person looks at takes a prompt. */
  async prompts(stage: Stage): Promise<void> {
    if (await stage.until(isReady(this.preset), LIMIT_MS)) return;
    throw new Error(`no prompt shows, and gt ${stage.end || 'runs'}:\n${stage.screen().text}`);
  }

  /** Waits for words on a person's terminal. @throws with its screen when they do not come */
  async shows(stage: Stage, words: string): Promise<void> {
    const fits = (screen: { text: string }) => screen.text.includes(words);
    if (!(await stage.until(fits, LIMIT_MS))) throw new Error(`waited in vain for "${words}" on:\n${stage.screen().text}`);
  }

  /** A person's shell, once it has begun: its `gt` is that of the town, and what it is typed comes behind `$ `. */
  async shell(): Promise<Stage> {
    const { town } = this;
    const env = { ...(town.env as Record<string, string>), GT_TOWN_ROOT: town.root, PS1: '$ ', GT: `${process.execPath} ${GT}` };
    const stage = new Stage({ argv: ['/bin/sh', '-i'], env, cwd: town.dir, token: 'GT_STAGE' });
    this.#people.push(stage);
    await this.shows(stage, '$');
    return stage;
  }

  /** Leaves by the key, and waits until the terminal is a shell's again. */
  async leave(stage: Stage): Promise<void> {
    await stage.write('\x1c');
    await stage.until(() => false, LIMIT_MS);
  }

  async run(): Promise<Records['run']> {
    const run = await this.town.read('run', `${this.work}.r1`);
    if (!run) throw new Error(`${this.work} has no run`);
    return run;
  }

  /** The session in which the item is worked now, once it has said hello. */
  session(n: number): Promise<NonNullable<Records['run']['session']>> {
    return this.until(`session ${n} of ${this.work} works`, async () => {
      const session = (await this.town.read('run', `${this.work}.r1`))?.session;
      return session?.id.endsWith(`.s${n}`) && session.ackedAt !== undefined && session.conversation ? session : undefined;
    });
  }

  /** Waits until the turn of a session is over. */
  atRest(session: string): Promise<unknown> {
    return this.until(
      `${session} is at rest`,
      async () => (await this.town.read('recipient', this.work))?.idle?.session === session,
    );
  }

  /** What a conversation asked the model, in order; by the program's own id of it. */
  asked(conversation: string | undefined): Conversation[] {
    const fits = ({ side, session }: Asked) => !side && session === conversation;
    return this.model.requests.filter(fits).flatMap(({ conversation: one }) => (one ? [one] : []));
  }

  /** What a conversation was told before the first answer of its model. */
  contextOf(conversation: string | undefined): string {
    const turns = this.asked(conversation)[0]?.turns ?? [];
    const first = turns.findIndex(({ who }) => who === 'model');
    return (first < 0 ? turns : turns.slice(0, first)).map(({ text }) => text).join('\n');
  }

  /** How often a text was said to a conversation by each side: in whichever request it stands most often. */
  said(conversation: string | undefined, text: string | RegExp, who: Turn['who']): number {
    const says = (told: string) => (typeof text === 'string' ? told.includes(text) : text.test(told));
    const counts = this.asked(conversation).map(
      ({ turns }) => turns.filter((turn) => turn.who === who && says(turn.text) && !turn.text.startsWith(ECHO)).length,
    );
    return Math.max(0, ...counts);
  }

  /** The end of every step of the molecule, by its key, in order. */
  async closes(): Promise<string[]> {
    const events = await this.town.events();
    const keys = events.filter(({ type }) => type === 'step.closed').map(({ subject }) => subject.split('.').at(-1) ?? '');
    return keys.filter((key) => (STEPS as readonly string[]).includes(key));
  }

  /** Writes down what people saw, and ends their terminals. */
  async close(): Promise<void> {
    mkdirSync(this.#folder, { recursive: true });
    for (const [index, stage] of this.#people.entries()) {
      writeFileSync(join(this.#folder, `person-${index + 1}.bin`), stage.bytes);
      await stage.close();
    }
  }
}
