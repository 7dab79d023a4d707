import { expect, test } from 'vitest';
import { startModelServer } from '#world/model-server/server';
import { CLIENTS, type Said, say, withModel } from '../support/model-clients.ts';

const asks = (text: string): Said => ({ who: 'user', text });
const says = (text: string): Said => ({ who: 'model', text });
const tells = (text: string): Said => ({ who: 'tool', text });
const ENDS: Readonly<Record<string, readonly [plain: string, call: string]>> = {
  messages: ['end_turn message_stop', 'tool_use message_stop'],
  responses: ['response.completed', 'response.completed'],
  chat: ['stop [DONE]', 'tool_calls [DONE]'],
  gemini: ['STOP', 'STOP'],
};

const wires = Object.entries(CLIENTS);

test.each(wires)(
  'on the wire %s a script is followed step by step: text and a call of the shell, then text alone',
  async (name, client) => {
    const scripts = { work: [{ text: 'I look.', run: 'gt hook' }, { text: 'I am done.' }] };
    await withModel(scripts, async (server) => {
      const first = await say(server, client, [asks('GTSCRIPT:work begin')]);
      expect(first.text).toBe('I look.');
      expect(first.call?.name).toBe(client.shell);
      expect(Object.values(first.call?.args as object)).toContain('gt hook');
      expect(first.end).toBe(ENDS[name]?.[1]);
      const second = await say(server, client, [asks('GTSCRIPT:work begin'), says('I look.'), tells('nothing to do')]);
      expect([second.text, second.call, second.end]).toEqual(['I am done.', undefined, ENDS[name]?.[0]]);
      const over = await say(server, client, [asks('GTSCRIPT:work begin'), says('1'), asks('more'), says('2'), asks('more')]);
      expect(over.text).toBe('There is nothing left to do.');
      expect(server.faults).toEqual([]);
    });
  },
);

test.each(wires)(
  'on the wire %s an error has its status and the words of that wire, and the next step comes after it',
  async (_name, client) => {
    await withModel({ default: [{ error: 429, times: 2 }, { error: 500 }, { text: 'again' }] }, async (server) => {
      const statuses = [];
      for (let left = 4; left > 0; left--) statuses.push(await say(server, client, [asks('hello')]));
      expect(statuses.map(({ status }) => status)).toEqual([429, 429, 500, 200]);
      expect(JSON.parse(statuses[0]?.body ?? '').error.message).toBe('scripted error 429');
      expect(statuses[3]?.text).toBe('again');
    });
  },
);

test.each(wires)('on the wire %s a request without a shell tool is a side call and takes no step', async (_name, client) => {
  await withModel({ default: [{ text: 'first' }] }, async (server) => {
    expect((await say(server, client, [asks('a title please')], false)).text).toBe('Scripted');
    expect((await say(server, client, [asks('hello')])).text).toBe('first');
    expect(server.requests.map(({ side, step }) => side ?? step)).toEqual([true, 0]);
  });
});

test.each(wires)(
  'on the wire %s the last mark that the user’s side wrote chooses the script, and steps count from there',
  async (_name, client) => {
    const scripts = { one: [{ text: 'one' }, { text: 'one again' }], two: [{ text: 'two' }], default: [{ text: 'none' }] };
    await withModel(scripts, async (server) => {
      const turns = [asks('GTSCRIPT:one'), says('one'), asks('then GTSCRIPT:two, please')];
      expect((await say(server, client, turns)).text).toBe('two');
      // What a tool prints, or the model says, is no mark: gt itself prints titles with marks in them.
      expect((await say(server, client, [asks('GTSCRIPT:one'), says('GTSCRIPT:two'), tells('GTSCRIPT:two')])).text).toBe(
        'one again',
      );
      // Context that hooks add comes as one more message of the user's side.
      expect((await say(server, client, [asks('GTSCRIPT:one'), says('one'), tells('x'), asks('context')])).text).toBe(
        'one again',
      );
      expect((await say(server, client, [asks('hello')])).text).toBe('none');
    });
  },
);

test('JSON that a side call wants is the least that its schema allows', async () => {
  await withModel({}, async ({ url }) => {
    const schema = {
      type: 'OBJECT',
      properties: {
        reasoning: { type: 'STRING' },
        choice: { type: 'STRING', enum: ['pro', 'flash'] },
        score: { type: 'NUMBER' },
      },
    };
    const generationConfig = { responseMimeType: 'application/json', responseSchema: schema };
    const body = JSON.stringify({ contents: [{ role: 'user', parts: [{ text: 'which?' }] }], generationConfig });
    const response = await fetch(`${url}/v1beta/models/m:generateContent`, { method: 'POST', body });
    const answer = (await response.json()) as { candidates: Array<{ content: { parts: Array<{ text: string }> } }> };
    expect(JSON.parse(answer.candidates[0]?.content.parts[0]?.text ?? '')).toEqual({
      reasoning: 'Scripted',
      choice: 'pro',
      score: 0,
    });
  });
});

test('a tool of free text gets its text, and a step made of the conversation sees it', async () => {
  const scripts = {
    default: [({ turns }: { turns: readonly Said[] }) => ({ call: { apply_patch: `patch for ${turns.length}` } })],
  };
  await withModel(scripts, async ({ url }) => {
    const tools = [
      { type: 'custom', name: 'apply_patch' },
      { type: 'function', name: 'exec_command' },
    ];
    const input = [{ type: 'message', role: 'user', content: 'go' }];
    const body = JSON.stringify({ model: 'm', stream: false, input, tools });
    const { output } = (await (await fetch(`${url}/v1/responses`, { method: 'POST', body })).json()) as { output: unknown[] };
    expect(output).toEqual([expect.objectContaining({ type: 'custom_tool_call', name: 'apply_patch', input: 'patch for 1' })]);
  });
});

test('an unknown route, a conversation without a script and a tool that is not offered are refused and remembered', async () => {
  await withModel({ wrong: [{ call: { Edit: {} } }] }, async (server) => {
    const unknown = await fetch(`${server.url}/v1/telemetry`, { method: 'POST', body: '{}' });
    expect([unknown.status, ((await unknown.json()) as { error: { type: string } }).error.type]).toEqual([
      404,
      'not_found_error',
    ]);
    for (const prompt of ['no mark', 'GTSCRIPT:none', 'GTSCRIPT:wrong'])
      expect((await say(server, CLIENTS['messages'] ?? never(), [asks(prompt)])).status).toBe(400);
    expect(server.faults).toHaveLength(4);
    expect(server.faults[3]).toContain('none of Edit is offered, only Bash');
  });
});

test('what programs ask beside answers is answered', async () => {
  await withModel({}, async ({ url, faults }) => {
    expect((await fetch(url, { method: 'HEAD' })).status).toBe(200);
    const body = JSON.stringify({ messages: [{ role: 'user', content: 'x'.repeat(400) }] });
    const counted = (await (await fetch(`${url}/v1/messages/count_tokens`, { method: 'POST', body })).json()) as object;
    expect(Object.values(counted)[0]).toBeGreaterThan(100);
    expect((await fetch(`${url}/v1beta/models/m:countTokens`, { method: 'POST', body })).status).toBe(200);
    expect(faults).toEqual([]);
  });
});

test('an answer that is cut breaks off in the middle, and one that hangs ends with the server', async () => {
  const server = await startModelServer({
    scripts: { cut: [{ text: 'half', cut: true }, { text: 'whole' }], hang: [{ hang: true }] },
  });
  const client = CLIENTS['messages'] ?? never();
  await expect(say(server, client, [asks('GTSCRIPT:cut')])).rejects.toThrow();
  expect((await say(server, client, [asks('GTSCRIPT:cut')])).text).toBe('whole');
  const hung = await fetch(`${server.url}${client.path}`, {
    method: 'POST',
    body: JSON.stringify(client.body([asks('GTSCRIPT:hang')], true)),
  });
  expect(hung.status).toBe(200);
  const broken = expect(hung.text()).rejects.toThrow();
  await server.close();
  await broken;
});

test('a slow answer comes in pieces, and each request is told to the log before it is answered', async () => {
  const told: unknown[] = [];
  const scripts = { default: [{ text: 'one two three', chunkMs: 1, usage: { input: 180_000 } }] };
  const server = await startModelServer({ scripts, log: ({ script, step, session }) => told.push([script, step, session]) });
  const client = CLIENTS['messages'] ?? never();
  const response = await fetch(`${server.url}${client.path}`, {
    method: 'POST',
    headers: { 'x-claude-code-session-id': 'abc' },
    body: JSON.stringify(client.body([asks('go')], true)),
  });
  expect(told).toEqual([['default', 0, 'abc']]);
  const body = await response.text();
  expect(body.match(/text_delta/g)).toHaveLength(3);
  expect(body).toContain('"input_tokens":180000');
  await server.close();
});

function never(): never {
  throw new Error('no such client');
}
