/** From a tool's answer, or what it threw, to the protocol's result. */
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { isExrError } from '@exr/core';
import type { z } from 'zod';
import type { Answer } from '../tools/tool.ts';
import { ToolError } from './error.ts';
import { safe, UNTRUSTED } from './text.ts';
import { ANSWER_TOKENS, estimateTokens } from './tokens.ts';

/** Error messages name files and attributes: as short and inert as everything else. */
const MOST_MESSAGE = 1200;
const MESSAGE_TOKENS = 380;

export function resultOf(answer: Answer): CallToolResult {
  const content: CallToolResult['content'] = [];
  if (answer.png) content.push({ type: 'image', mimeType: 'image/png', data: Buffer.from(answer.png.buffer, answer.png.byteOffset, answer.png.byteLength).toString('base64') });
  const text = `${answer.text.trimEnd()}\n(${UNTRUSTED})`;
  content.push({ type: 'text', text });
  for (const link of answer.links ?? []) content.push({ type: 'resource_link', ...link });
  if (!answer.data) return { content };
  const structuredContent = { ...answer.data, note: UNTRUSTED };
  const tokens = estimateTokens(text) + estimateTokens(JSON.stringify(structuredContent));
  // Lists are cut long before this; it is the last door.
  if (tokens > ANSWER_TOKENS * 1.25) return failure(`The answer would take about ${tokens} tokens, more than ${ANSWER_TOKENS}: ask for less (one part, fewer channels, a filter).`);
  return { content, structuredContent };
}

export function failure(message: string): CallToolResult {
  return { isError: true, content: [{ type: 'text', text: short(safe(message, MOST_MESSAGE)) }] };
}

/** Within the tokens of a summary: of a message about long names the middle is left out, since it begins with what it is about and ends with what to do. */
function short(text: string): string {
  const points = [...text];
  for (let most = points.length; ; most = Math.floor(most * 0.7)) {
    const head = Math.floor(most / 3);
    const shown = most === points.length ? text : `${points.slice(0, head).join('')} … ${points.slice(points.length - (most - head)).join('')}`;
    if (estimateTokens(shown) <= MESSAGE_TOKENS || most < 20) return shown;
  }
}

/** What a tool threw, as an answer that says what to change; null for a mistake of ours. */
export function failureOf(error: unknown): CallToolResult | null {
  if (error instanceof ToolError) return failure(error.message);
  if (!isExrError(error)) return null;
  return failure(`${error.message}${HINTS[error.kind] ?? ''} [${error.code}]`);
}

const HINTS: Record<string, string> = {
  format: ' — the file is damaged: exr_structure says how much of it is left.',
  limit: ' — ask for less (a region, fewer channels, one part); the limits of this server cannot be raised by a call.',
  unsupported: ' — this server cannot decode it; headers and structure can still be read.',
};

/** zod's findings as one sentence for a model. */
export function inputFailure(tool: string, error: z.ZodError): CallToolResult {
  const issues = error.issues.slice(0, 5).map((issue) => `${issue.path.length > 0 ? `${issue.path.join('.')}: ` : ''}${issue.message}`);
  return failure(`${tool}: these arguments are not right: ${issues.join('; ')}. The tool's input schema says what it takes.`);
}
