import type { Json } from '#core/preset';
import type { Dialogs } from './dialogs.ts';
import { toolsOf } from './mind.ts';
import type { Note } from './notes.ts';
import type { Conversation, HookSaid, Make, Moment, Running } from './ports.ts';
import { ERRORS, type Tool, type Turn } from './scenario.ts';
import type { Scene } from './stage.ts';

/** A stop that is refused again and again goes on at most so often. */
const MOST_BLOCKS = 50;

type Deps = {
  readonly make: Make;
  readonly scene: Scene;
  readonly dialogs: Dialogs;
  readonly conversation: () => Conversation;
  /** Adds rows that stay, and draws. */
  readonly say: (row: string, values?: Record<string, string>) => void;
  readonly changed: () => void;
};
type Ended = (Note & { kind: 'turn' })['ended'];

/** What happens between a prompt and its answer, and what waits meanwhile. */
export class Turns {
  readonly #deps: Deps;
  readonly queue: string[] = [];
  #count = 0;
  #isFirst = true;
  #foreground: Running | undefined;
  #cut: { readonly over: boolean; stop: () => void } | undefined;
  #input = 0;
  #output = 0;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  get isBusy(): boolean {
    return this.#cut !== undefined;
  }

  /** Takes texts to the model, and what came meanwhile after them. */
  async take(texts: readonly string[]): Promise<void> {
    for (let next = texts; next.length > 0; next = this.queue.splice(0)) {
      this.#deps.make.ports.note({ kind: 'delivered', texts: next, how: 'turn' });
      await this.#turn(next);
    }
  }

  /** Ends the turn as Esc does: no hook is told. */
  interrupt(): void {
    this.#cut?.stop();
  }

  /** Ends the tool that runs, for a program that does so as it ends; those in the background live on. */
  killTool(): void {
    this.#foreground?.kill();
  }

  async #turn(texts: readonly string[]): Promise<void> {
    const { scene, make, dialogs } = this.#deps;
    const { note, ticker } = make.ports;
    const play = make.scenario.turns[Math.min(this.#count, make.scenario.turns.length - 1)] as Turn;
    this.#count++;
    const cut = cutter();
    this.#cut = cut;
    scene.busySince = ticker.now();
    scene.topic ??= texts[0]?.trim().split('\n')[0]?.slice(0, 40);
    for (const text of texts) this.#deps.say(make.look.prompt, { text });
    dialogs.turn(this.#count);
    const ended = await this.#play(play, texts, cut);
    scene.busySince = undefined;
    scene.retrying = undefined;
    this.#cut = undefined;
    note({ kind: 'turn', n: this.#count, ended });
    this.#deps.changed();
  }

  async #play(said: Turn, texts: readonly string[], cut: Cutter): Promise<Ended> {
    if (!(await this.#prompted(texts))) return 'refused';
    const { think } = this.#deps.make.ports;
    const play = { ...said };
    const thought = async (heard: readonly string[]) =>
      (await Promise.race([think?.(this.#deps.conversation(), heard), cut.stopped])) || undefined;
    for (let blocks = 0; ; blocks++) {
      for await (const tool of blocks === 0 ? toolsOf(play, texts, thought) : blocks === 1 ? play.blocked : []) {
        await this.#pause(play.ms, cut);
        if (!cut.over && !(await this.#tool(tool, cut))) return this.#interrupted();
        if (cut.over) return this.#interrupted();
      }
      // Programs make a long history short by themselves, in the middle of a turn.
      if (blocks === 0 && play.compacts) await this.#hook('compact', { trigger: 'auto' });
      if (blocks === 0 && play.compacts) await this.#hook('start', { source: 'compact' });
      await this.#pause(play.ms, cut);
      if (cut.over) return this.#interrupted();
      if (play.fails) return this.#fail(play, play.fails, cut);
      this.#answer(play);
      const { block } = await this.#hook('stop', { stop_hook_active: blocks > 0, last_assistant_message: play.answer });
      if (cut.over) return 'interrupted';
      if (block === undefined || blocks >= MOST_BLOCKS) return 'answered';
      this.#deps.say(this.#deps.make.look.says.blocked, { reason: block });
    }
  }

  /** Tells the hooks of each prompt; false when they take none of them. */
  async #prompted(texts: readonly string[]): Promise<boolean> {
    const { make } = this.#deps;
    if (this.#isFirst && make.look.start_hook === 'turn')
      await this.#hook('start', {
        source: make.words.mode === 'fork' ? 'fork' : make.words.mode === 'resume' ? 'resume' : 'startup',
      });
    this.#isFirst = false;
    let left = texts.length;
    for (const text of texts) {
      const said = await this.#hook('prompt', { prompt: text, prompt_id: make.ports.newId() });
      this.#write('prompt', { text });
      if (said.refused !== undefined) left--;
    }
    return left > 0;
  }

  /** False when the turn ends with it. */
  async #tool(tool: Tool, cut: Cutter): Promise<boolean> {
    const { make, dialogs, say } = this.#deps;
    const { note, run } = make.ports;
    const about = { tool_name: tool.name, tool_input: { command: tool.run ?? '' }, tool_use_id: make.ports.newId() };
    const { refused } = await this.#hook('before_tool', about);
    if (refused === undefined && tool.asks) {
      await this.#hook('permission', about);
      const answer = await dialogs.raise('permission');
      if (answer.does !== 'accepts') return false;
    }
    say(make.look.tool, { tool: tool.name, command: tool.run ?? '' });
    if (refused === undefined) {
      const started = tool.run === undefined ? undefined : run?.(tool, this.#deps.conversation());
      note({ kind: 'tool', name: tool.name, ...(started?.pid === undefined ? {} : { pid: started.pid }) });
      await this.#pause(tool.ms, cut);
      if (started && !tool.background) {
        this.#foreground = started;
        await Promise.race([started.ended, cut.stopped]);
        if (cut.over) started.kill();
        this.#foreground = undefined;
      }
      if (cut.over) return false;
      await this.#hook('after_tool', { ...about, tool_response: '', duration_ms: tool.ms });
    } else note({ kind: 'tool', name: tool.name, refused: true });
    this.#atBoundary();
    return true;
  }

  /** Texts that wait come with the tool's result, where the program does so: no prompt hook is told. */
  #atBoundary(): void {
    const { make, say } = this.#deps;
    if ((make.scenario.queue ?? make.look.queue) !== 'tool' || this.queue.length === 0) return;
    const texts = this.queue.splice(0);
    make.ports.note({ kind: 'delivered', texts, how: 'tool' });
    for (const text of texts) {
      say(make.look.prompt, { text });
      this.#write('delivered', { text });
    }
  }

  async #fail(play: Turn, fails: NonNullable<Turn['fails']>, cut: Cutter): Promise<Ended> {
    const { make, scene, say } = this.#deps;
    const told = make.look.says[fails] ?? make.look.says.failed;
    for (let tried = 1; tried <= play.tries; tried++) {
      if (make.look.tells_tries) say(told);
      for (let left = play.retry_ms; left > 0 && !cut.over; left -= 1000) {
        scene.retrying = { retry: Math.ceil(left / 1000), try: tried, tries: play.tries };
        this.#deps.changed();
        await this.#pause(Math.min(1000, left), cut);
      }
      if (cut.over) return this.#interrupted();
    }
    scene.retrying = undefined;
    say(told);
    await this.#hook('failed', ERRORS[fails]);
    return fails;
  }

  #answer(play: Turn): void {
    const { make, scene, say } = this.#deps;
    this.#input += play.usage.input;
    this.#output += play.usage.output;
    const { input, output, cached } = play.usage;
    const counts = { input, output, cached, all_input: this.#input, all_output: this.#output, answer: play.answer };
    const message = make.ports.newId();
    for (let line = 0; line < make.scenario.usage_lines; line++) this.#write('usage', { ...counts, message });
    if (play.context !== undefined) scene.context = play.context;
    say(make.look.answer, { text: play.answer });
  }

  #interrupted(): Ended {
    const { make, say } = this.#deps;
    say(make.look.says.interrupted);
    make.ports.note({ kind: 'interrupted' });
    return 'interrupted';
  }

  #hook(moment: Moment, extras: Record<string, Json>): Promise<HookSaid> {
    return callHook(this.#deps.make, moment, extras, this.#deps.conversation());
  }

  #write(moment: 'prompt' | 'usage' | 'delivered', values: Record<string, Json>): void {
    this.#deps.make.ports.transcript?.(moment, values, this.#deps.conversation());
  }

  /** Waits, and while a dialog stands there waits on; an interruption ends it. */
  async #pause(ms: number, cut: Cutter): Promise<void> {
    if (cut.over || ms === 0) return;
    const { ticker } = this.#deps.make.ports;
    let stop: () => void = () => undefined;
    await Promise.race([new Promise<void>((resolve) => (stop = ticker.after(ms, resolve))), cut.stopped]);
    stop();
  }
}

/** Calls the hooks of a moment and notes what they said. */
export async function callHook(
  make: Make,
  moment: Moment,
  extras: Record<string, Json>,
  conversation: Conversation,
): Promise<HookSaid> {
  const said = make.scenario.hooks ? await make.ports.hook?.(moment, extras, conversation) : undefined;
  if (said) make.ports.note({ kind: 'hook', moment, ...said });
  return said ?? {};
}

type Cutter = { readonly over: boolean; readonly stopped: Promise<void>; stop: () => void };
function cutter(): Cutter {
  let over = false;
  let stop: () => void = () => undefined;
  const stopped = new Promise<void>((resolve) => {
    stop = () => {
      over = true;
      resolve();
    };
  });
  return {
    get over() {
      return over;
    },
    stopped,
    stop,
  };
}
