import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GT, TrialTown } from '../../src/trials/trial-town.ts';
import { HAS_TMUX, Tmux } from './tmux.ts';

/** A town whose agents are terminals with a program, and terminals to attach from. */
export class AttachTown {
  readonly town = new TrialTown();
  readonly tmux = new Tmux({ ...this.town.env, GT_TOWN_ROOT: this.town.root });

  async begin(): Promise<void> {
    const { town } = this;
    await town.gt(['install', town.root]);
    const settings = { agent: 'shell', dashboard: { port: 0 }, max_polecats: 10 };
    writeFileSync(join(town.root, 'settings/config.json'), JSON.stringify(settings));
    const up = await town.gt(['up']);
    if (up.exit !== 0) throw new Error(up.err);
    await town.gt(['rig', 'add', 'alpha', '--path', await town.repository('alpha', { a: 'a\n' })]);
  }

  /** An agent whose terminal has this program; answers with its work item. */
  async agent(block: string): Promise<string> {
    const about = ['--rig', 'alpha', '-d', `\`\`\`sh\n${block}\n\`\`\``];
    const { id } = await this.town.ask<{ id: string }>(['work', 'create', 'A terminal', ...about]);
    await this.town.gt(['sling', id]);
    await this.town.event('session.acked', ({ subject }) => subject.startsWith(id));
    return id;
  }

  async end(): Promise<void> {
    if (HAS_TMUX) await this.tmux.close();
    await this.town.gt(['down', '--force']);
    await this.town.end();
  }
}

/** A call of gt, as a shell reads it. */
export const gtLine = (...words: string[]) => [process.execPath, GT, ...words].join(' ');
/** An agent that is a shell with the prompt `in>`. */
export const BASH = "PS1='in> ' bash --norc --noprofile -i";
