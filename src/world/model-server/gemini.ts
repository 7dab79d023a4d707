import type { Answer } from './answer.ts';
import { type Conversation, list, plain, propertiesOf, string, type Turn } from './conversation.ts';
import { sse, type Wire } from './wire.ts';

const PATH = /^\/v1(?:beta)?\/models\/([^:/]+):(generateContent|streamGenerateContent)$/;

/** Gemini: `POST /v1beta/models/<model>:streamGenerateContent` and `:generateContent`. */
export const gemini: Wire = {
  name: 'gemini',
  answers: (path) => PATH.test(path),
  read,
  frames: (answer) => {
    const { pieces, call } = answer;
    const parts = [...pieces.map((text) => ({ text })), ...(call ? [callPart(answer)] : [])];
    const last = parts.length - 1;
    if (last < 0) return [sse(piece(answer, [{ text: '' }], true))];
    return parts.map((part, index) => sse(piece(answer, [part], index === last)));
  },
  whole: (answer) =>
    piece(answer, [...(answer.text ? [{ text: answer.text }] : []), ...(answer.call ? [callPart(answer)] : [])], true),
  error: (status, text) => ({ error: { code: status, message: text, status: STATUS[status] ?? 'INTERNAL' } }),
};

const STATUS: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  529: 'UNAVAILABLE',
};

function read(body: unknown, path: string): Conversation {
  const { contents, tools, systemInstruction, generationConfig } = plain(body);
  const { responseMimeType, responseSchema, responseJsonSchema } = plain(generationConfig);
  const [, model = '', method] = PATH.exec(path) ?? [];
  return {
    wire: 'gemini',
    model,
    system: words(plain(systemInstruction)['parts']),
    turns: list(contents).flatMap(turnsOf),
    tools: list(tools).flatMap((tool) =>
      list(plain(tool)['functionDeclarations']).map((one) => {
        const { name, parameters, parametersJsonSchema } = plain(one);
        return { name: string(name), properties: propertiesOf(parametersJsonSchema ?? parameters), free: false };
      }),
    ),
    stream: method === 'streamGenerateContent',
    ...(responseMimeType === 'application/json' ? { json: { schema: responseJsonSchema ?? responseSchema } } : {}),
  };
}

const words = (parts: unknown): string =>
  list(parts)
    .map((part) => string(plain(part)['text']))
    .join('\n');

function turnsOf(content: unknown): Turn[] {
  const { role, parts } = plain(content);
  if (role === 'model') return [{ who: 'model', text: words(parts) }];
  return list(parts).map((part) => {
    const { text, functionResponse } = plain(part);
    return functionResponse === undefined
      ? { who: 'user', text: string(text) }
      : { who: 'tool', text: JSON.stringify(plain(functionResponse)['response'] ?? null) };
  });
}

const callPart = ({ call }: Answer) => ({ functionCall: { id: call?.id, name: call?.name, args: call?.args } });

function piece({ model, usage: { input, output } }: Answer, parts: readonly unknown[], isLast: boolean) {
  return {
    candidates: [{ index: 0, content: { role: 'model', parts }, ...(isLast ? { finishReason: 'STOP' } : {}) }],
    usageMetadata: { promptTokenCount: input, candidatesTokenCount: output, totalTokenCount: input + output },
    modelVersion: model,
  };
}
