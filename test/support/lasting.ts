/** Towns with agents that last: a stand-in plays the program that people talk to. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Agent } from '#core/records';
import type { ScenarioInput } from '../../src/trials/stand-in/scenario.ts';
import { built } from './built.ts';
import { installStandIn } from './stand-in-program.ts';
import { HarmedTown } from './trial.ts';

export type Live = Agent & { session: NonNullable<Agent['session']> & { pid: number } };

export class LastingTown extends HarmedTown {
  /** Installs a town in which `claude` is a stand-in; brings it up unless told not to. */
  static async with(settings: Record<string, unknown> = {}, scenario: ScenarioInput = {}): Promise<LastingTown> {
    await built('bin/gt.js');
    const town = new LastingTown();
    await town.does(['install', town.root, '--name', 'trial']);
    const file = join(town.dir, 'scenario.json');
    writeFileSync(file, JSON.stringify({ turns: [{ ms: 20 }], ...scenario }));
    installStandIn(join(town.dir, 'bin'), 'claude', 'claude', file);
    town.env['PATH'] = `${join(town.dir, 'bin')}:${town.env['PATH']}`;
    town.settle({ agent: 'claude', ...settings });
    return town;
  }

  /** A lasting agent's session, once it runs. @param n which one; the first that is later than that counts */
  async there(id: string, n = 1, limitMs?: number): Promise<Live> {
    return this.until(
      `${id}.s${n} is there`,
      async () => {
        const agent = await this.read('agent', id);
        const { session, sessions = 0 } = agent ?? {};
        return agent && session?.pid !== undefined && !session.exit && sessions >= n ? (agent as Live) : undefined;
      },
      limitMs,
    );
  }

  /** A lasting agent's record, once it is as it should be. */
  async becomes(id: string, what: string, fits: (agent: Agent) => boolean): Promise<Agent> {
    return this.until(`${id}: ${what}`, async () => {
      const agent = await this.read('agent', id);
      return agent && fits(agent) ? agent : undefined;
    });
  }
}
